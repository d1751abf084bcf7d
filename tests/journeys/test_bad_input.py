"""What is wrong is said with its place and its remedy; nothing is written, nothing is spent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.command import files_in, roundtable


def broken_number(root: Path) -> str:
    path = root / "usecases/triage.toml"
    path.write_text(path.read_text().replace("at_least = 0.8", 'at_least = "high"'))
    return "usecases/triage.toml"


def unknown_key(root: Path) -> str:
    path = root / "models/smollm2.toml"
    path.write_text(path.read_text() + "temprature = 1.0\n")
    return "models/smollm2.toml"


def missing_rows(root: Path) -> str:
    (root / "datasets/triage.jsonl").unlink()
    return "datasets/triage"


def no_such_prompt(root: Path) -> str:
    (root / "prompts/triage.prompt.md").unlink()
    return "usecases/triage.toml"


def torn_toml(root: Path) -> str:
    (root / "models/neighbours.toml").write_text("provider = [")
    return "models/neighbours.toml"


def bad_row(root: Path) -> str:
    path = root / "datasets/triage.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "{not json", *lines[2:]]), encoding="utf-8")
    return "triage.jsonl:2"


BREAKS = [broken_number, unknown_key, missing_rows, no_such_prompt, torn_toml, bad_row]


@pytest.mark.parametrize("spoil", BREAKS, ids=lambda spoil: spoil.__name__)
def test_a_broken_workspace_does_not_run(marketplace: Path, spoil: Callable[[Path], str]) -> None:
    place = spoil(marketplace)
    before = files_in(marketplace)
    done = roundtable("run", "triage", "--candidate", "no-model", cwd=marketplace)
    assert done.code == 2, done.err
    assert place in done.err
    assert "fix:" in done.err
    assert "Traceback" not in done.err
    assert files_in(marketplace) == before


def test_check_names_all_problems_at_once(marketplace: Path) -> None:
    places = {broken_number(marketplace), unknown_key(marketplace), torn_toml(marketplace)}
    done = roundtable("check", "--json", cwd=marketplace)
    assert done.code == 2
    errors = done.document["errors"]
    assert {error["file"] for error in errors} >= places
    for error in errors:
        assert set(error) >= {"file", "line", "field", "message", "fix"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "triagee"),
        ("run", "triage", "--candidate", "nobody"),
        ("run", "triage", "--limit", "0"),
        ("run", "triage", "--no-such-flag"),
        ("show", "01ZZZZZZZZZZZZZZZZZZZZZZZZ"),
        ("compare", "no-model", "nobody"),
        ("no-such-command",),
        ("schema", "no-such-kind"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_exits_2(marketplace: Path, arguments: tuple[str, ...]) -> None:
    before = files_in(marketplace)
    done = roundtable(*arguments, cwd=marketplace)
    assert done.code == 2, done.out + done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert files_in(marketplace) == before


def test_a_near_name_is_offered(marketplace: Path) -> None:
    assert "triage" in roundtable("run", "triagee", cwd=marketplace).err


def test_outside_a_workspace_the_message_says_what_to_do(tmp_path: Path) -> None:
    done = roundtable("check", cwd=tmp_path)
    assert done.code == 2
    assert "roundtable.toml" in done.err
