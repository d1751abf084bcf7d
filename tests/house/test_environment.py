"""What is installed is what the locks name, and nothing runs code when Python starts."""

import re
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = Path(sysconfig.get_paths()["purelib"])
# `pip` comes with the environment itself; `roundtable-llm` is this repository.
OURS = {"pip", "roundtable-llm"}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    pins = {}
    for lock in ("dev.txt", "weights.txt"):
        text = (ROOT / "locks" / lock).read_text(encoding="utf-8")
        pins |= dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))
    return {normalized(name): version for name, version in pins.items()}


def installed() -> dict[str, str]:
    found = distributions(path=[str(SITE)])
    return {normalized(each.metadata["Name"]): each.version for each in found}


def test_every_package_comes_from_a_lock() -> None:
    pins = locked()
    strangers = {
        name: version
        for name, version in installed().items()
        if name not in OURS and pins.get(name) != version
    }
    assert not strangers, "make clean setup"


def test_every_locked_package_is_there() -> None:
    assert not locked().keys() - installed().keys(), "make setup"


def test_every_line_of_the_locks_has_a_hash() -> None:
    for lock in sorted((ROOT / "locks").glob("*.txt")):
        entries = re.split(
            r"^(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        pins = [entry for entry in entries if "==" in entry.split("\n")[0]]
        assert pins, lock.name
        assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_only_pth_file_is_our_own() -> None:
    """A .pth file runs, or changes the path, at every start of Python."""
    names = [path.name for path in SITE.glob("*.pth")]
    assert [name for name in names if "roundtable" not in name] == []
    for path in SITE.glob("*.pth"):
        assert "import" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["dependencies", "optional-dependencies"])
def test_what_the_project_asks_for_is_locked(part: str) -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project[part]] if part == "dependencies" else project[part].values()
    asked = [line for lines in lists for line in lines]
    names = {normalized(re.split(r"[\[<>=~! ;]", line)[0]) for line in asked}
    assert names - locked().keys() <= OURS
