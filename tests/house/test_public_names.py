"""What `roundtable` promises: its names and their signatures. The rest may change."""

import inspect
import os
from pathlib import Path

import roundtable

SNAPSHOT = Path(__file__).with_name("public_names.txt")
PROMISED = {
    "load", "open_store", "run", "run_async", "replay", "compare", "check_license", "find", "Case",
    "Score", "Message", "Request", "Response", "Passage", "Grammar", "Evidence", "CheckResult",
    "RoundtableError",
}  # fmt: skip
# They come with the parts that later issues build.
LATER = {"replay"}


def kind_of(thing: object) -> str:
    if inspect.isclass(thing):
        return "class"
    return "async def" if inspect.iscoroutinefunction(thing) else "def"


def described() -> str:
    public = {name: getattr(roundtable, name) for name in sorted(roundtable.__all__)}
    lines = [f"{kind_of(it)} {name}{inspect.signature(it)}" for name, it in public.items()]
    return "\n".join(lines) + "\n"


def test_names_and_signatures_are_as_promised() -> None:
    """A wanted change: ROUNDTABLE_UPDATE_SNAPSHOTS=1 writes the file anew; say so in changes/."""
    now = described()
    if os.environ.get("ROUNDTABLE_UPDATE_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert now == SNAPSHOT.read_text(encoding="utf-8")


def test_only_what_the_house_names_is_public() -> None:
    assert set(roundtable.__all__) <= PROMISED
    assert PROMISED - set(roundtable.__all__) <= LATER


def test_dir_shows_the_public_names() -> None:
    assert set(roundtable.__all__) <= set(dir(roundtable))
