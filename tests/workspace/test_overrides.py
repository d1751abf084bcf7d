"""Decisions on clauses: one a file or several, each whole, each about what is there."""

from datetime import date
from pathlib import Path

import pytest

from roundtable.workspace import load
from roundtable.workspace.declared import RELATIONS
from workspace.shop import problems, shop

ONE = """\
license = "Apache-2.0"
clause = "4(b)"
effect = "waived"
by = "ada@example.com"
why = "the licensor's letter of 2 May"
expires = 2027-01-31
"""


def written(root: Path, text: str, name: str = "letter") -> Path:
    folder = root / "overrides"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return root


def test_a_file_holds_one_decision(tmp_path: Path) -> None:
    workspace = load(written(shop(tmp_path / "shop"), ONE))
    ((path, one),) = workspace.overrides["letter"].entries()
    assert path == ()
    assert (one.license, one.effect, one.expires) == ("Apache-2.0", "waived", date(2027, 1, 31))


def test_a_file_holds_several_decisions(tmp_path: Path) -> None:
    text = f"[[overrides]]\n{ONE}[[overrides]]\n{ONE}scope = ['triage']\n"
    workspace = load(written(shop(tmp_path / "shop"), text))
    entries = list(workspace.overrides["letter"].entries())
    assert [path for path, _ in entries] == [("overrides", 0), ("overrides", 1)]
    assert [one.scope for _, one in entries] == [(), ("triage",)]


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message", "fix"),
    [
        ('by = "ada@example.com"\n', "", 1, "", "lacks by", "by whom"),
        ('effect = "waived"', 'effect = "waive"', 3, "effect", "effect", "'waived'"),
        ("expires = 2027-01-31", 'expires = "soon"', 6, "expires", "date", "last day"),
        ("expires = 2027-01-31", "expires = 2027-02-30", 6, "", "not TOML", "mend"),
        ("why =", "whi =", 5, "whi", "no key 'whi'", "'why'"),
        (
            "why =",
            'asset = "models/smolm2"\nwhy =',
            5,
            "asset",
            "no asset is called",
            "'models/smollm2'",
        ),
        ("why =", 'scope = ["triag"]\nwhy =', 5, "scope.0", "no usecase is called", "'triage'"),
        (ONE, "", 1, "", "no decision stands here", "what, by whom"),
    ],
)
def test_what_is_wrong_with_a_decision_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, field: str, message: str, fix: str
) -> None:
    assert old in ONE
    root = written(shop(tmp_path / "shop"), ONE.replace(old, new, 1))
    told = problems(root)[0]
    assert (told.place.file, told.place.line) == ("overrides/letter.toml", line)
    assert told.place.field == field
    assert message in told.message
    assert fix in told.fix


def test_a_decision_beside_a_list_is_refused(tmp_path: Path) -> None:
    root = written(shop(tmp_path / "shop"), f"{ONE}[[overrides]]\n{ONE}")
    (told,) = problems(root)
    assert "stands beside a list" in told.message


def test_the_relations_are_those_of_the_license_engine() -> None:
    from roundtable.licensing.vocabulary import RELATIONS as ENGINE

    assert set(RELATIONS) == {*ENGINE, "fork-of"}
