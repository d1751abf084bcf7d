"""Files of scenarios: the given ones are answered exactly, bad ones refused with their place."""

import json
import shutil
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from journeys.command import roundtable
from roundtable.errors import InputError, Place, WorkspaceError
from roundtable.licensing.knowledge import read_terms
from roundtable.licensing.scenarios import Scenario, answer, read_scenarios

DATA = Path(__file__).with_name("data")
GIVEN = read_terms(DATA / "terms.yaml")
FINDINGS = {
    one.id: one
    for one in answer(
        read_scenarios(DATA / "scenarios_open.yaml", GIVEN), GIVEN, today=date(2026, 11, 24)
    )
}
OPEN: list[dict[str, Any]] = yaml.safe_load((DATA / "scenarios_open.yaml").read_text("utf-8"))


@pytest.mark.parametrize("scenario", OPEN, ids=lambda one: one["id"])
def test_an_open_scenario_is_answered_exactly(scenario: dict[str, Any]) -> None:
    found, expected = FINDINGS[scenario["id"]], scenario["expect"]
    assert found.verdict == expected["verdict"]
    assert list(found.obligations) == expected["obligations"]
    assert {(one.license, one.clause, one.asset) for one in found.because} == {
        (one["license"], one["clause"], one["asset"]) for one in expected["because"]
    }
    assert len(found.because) == len(expected["because"])


# -- bad input ----------------------------------------------------------------------------------

GOOD = """\
- id: x
  question: "?"
  assets:
  - {id: m, kind: model, license: MIT}
  - {id: n, kind: model, license: internal, parents: [{id: m, relation: fine-tuned-from}]}
  use: {asset: n, distribution: weights}
  overrides:
  - {license: MIT, clause: notice, effect: review, by: a, why: b, expires: 2027-01-01}
  as_of: 2026-11-24
  expect: {anything: [goes]}
"""


def read(tmp_path: Path, text: str, name: str = "s.yaml") -> list[Scenario]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_scenarios(tmp_path / name, GIVEN)


def test_a_scenario_is_read_whole(tmp_path: Path) -> None:
    (one,) = read(tmp_path, GOOD)
    assert (one.id, one.as_of, one.use.distribution) == ("x", date(2026, 11, 24), "weights")
    assert one.overrides[0].expires == date(2027, 1, 1)
    assert [asset.id for asset in one.graph] == ["m", "n"]


@pytest.mark.parametrize(
    ("old", "new", "what", "field", "line"),
    [
        (
            "id: m, relation",
            "id: mm, relation",
            "no asset is called 'mm'",
            "[0].assets[1].parents[0].id",
            5,
        ),
        (
            "fine-tuned-from",
            "tuned-from",
            "no relation is called",
            "[0].assets[1].parents[0].relation",
            5,
        ),
        (
            "kind: model, license: MIT",
            "kind: modle, license: MIT",
            "no kind is called 'modle'",
            "[0].assets[0].kind",
            4,
        ),
        (
            "license: MIT}",
            "license: MIT-2}",
            "no license is called 'MIT-2'",
            "[0].assets[0].license",
            4,
        ),
        (
            "license: MIT}",
            "license: no}",
            "'license' must be a text, not false",
            "[0].assets[0].license",
            4,
        ),
        (
            "license: MIT}",
            "license: [MIT]}",
            "'license' must be a text, not a list",
            "[0].assets[0].license",
            4,
        ),
        (
            "license: MIT}",
            "license: MIT, lineage: hidden}",
            "no lineage is called",
            "[0].assets[0].lineage",
            4,
        ),
        (
            "license: MIT}",
            "license: MIT, lineage: }",
            "'lineage' must be a text, not nothing",
            "[0].assets[0].lineage",
            4,
        ),
        (
            "license: MIT}",
            "licence: MIT}",
            "there is no key 'licence' here",
            "[0].assets[0].licence",
            4,
        ),
        (", license: MIT}", "}", "the key 'license' is missing", "[0].assets[0]", 4),
        ("id: n,", "id: m,", "two assets are called 'm'", "[0].assets[1].id", 5),
        (
            "id: m, relation",
            "id: n, relation",
            "a cycle: n is made from n",
            "[0].assets[1].parents[0].id",
            5,
        ),
        (
            "parents: [{id: m",
            "parents: [m, {id: m",
            "item 0 must be a mapping",
            "[0].assets[1].parents[0]",
            5,
        ),
        ("asset: n, ", "", "the key 'asset' is missing", "[0].use", 6),
        ("asset: n, ", "asset: q, ", "no asset is called 'q'", "[0].use.asset", 6),
        ("weights", "wheights", "no distribution is called 'wheights'", "[0].use.distribution", 6),
        (
            "distribution",
            "distribute",
            "there is no key 'distribute' here",
            "[0].use.distribute",
            6,
        ),
        (
            "asset: n, ",
            "asset: n, audience: all, ",
            "no audience is called 'all'",
            "[0].use.audience",
            6,
        ),
        (
            "asset: n, ",
            "asset: n, commercial: 1, ",
            "'commercial' must be true or false",
            "[0].use.commercial",
            6,
        ),
        (
            "asset: n, ",
            "asset: n, monthly_active_users: -1, ",
            "is below 0",
            "[0].use.monthly_active_users",
            6,
        ),
        (
            "asset: n, ",
            "asset: n, domains: weapons, ",
            "'domains' must be a list",
            "[0].use.domains",
            6,
        ),
        (
            "license: MIT, clause",
            "license: MITT, clause",
            "no license is called 'MITT'",
            "[0].overrides[0].license",
            8,
        ),
        (
            "clause: notice",
            "clause: 2",
            "no clause of MIT is called '2'",
            "[0].overrides[0].clause",
            8,
        ),
        (
            "effect: review",
            "effect: allowed",
            "no effect is called 'allowed'",
            "[0].overrides[0].effect",
            8,
        ),
        (
            "expires: 2027-01-01",
            "expires: 2027-02-30",
            "'expires' must be a day",
            "[0].overrides[0].expires",
            8,
        ),
        (", expires: 2027-01-01", "", "the key 'expires' is missing", "[0].overrides[0]", 8),
        ("as_of: 2026-11-24", "as_of: 24.11.2026", "'as_of' must be a day", "[0].as_of", 9),
        ("as_of: 2026-11-24", "on: 2026-11-24", "a key must be a text", "", 9),
        ("as_of: 2026-11-24", "asof: 2026-11-24", "there is no key 'asof' here", "[0].asof", 9),
        ("  assets:\n", "  assets: []\n  x:\n", "there is no key 'x' here", "[0].x", 5),
    ],
    ids=range(30),
)
def test_what_is_wrong_is_told_with_its_line_and_field(
    tmp_path: Path, old: str, new: str, what: str, field: str, line: int
) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as error:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert what in error.value.what
    assert error.value.where == Place(str(tmp_path / "s.yaml"), line, field)
    assert error.value.fix


def test_a_cycle_names_all_that_it_runs_through(tmp_path: Path) -> None:
    names = ["c", "a", "d", "b"]
    assets = "".join(
        f"  - {{id: {one}, kind: model, license: MIT, parents: [{{id: {names[n - 1]}, relation: "
        "evaluated-on}]}\n"
        for n, one in enumerate(names)
    )
    text = f"- id: x\n  assets:\n{assets}  - {{id: below, kind: model, license: MIT, parents: [{{id: a, relation: includes}}]}}\n  use: {{asset: below}}\n"  # noqa: E501
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    assert error.value.what == (
        "a cycle: a is made from c is made from b is made from d is made from a"
    )
    assert error.value.where == Place(str(tmp_path / "s.yaml"), 4, "[0].assets[1].parents[0].id")


def test_all_scenarios_are_checked_before_any_is_answered(tmp_path: Path) -> None:
    second = GOOD.replace("id: x", "id: y").replace(
        "kind: model, license: MIT", "kind: m, license: MIT"
    )
    third = GOOD.replace("id: x", "id: z").replace("asset: n", "asset: none")
    with pytest.raises(WorkspaceError) as error:
        read(tmp_path, GOOD + second + third)
    assert [one.place.field for one in error.value.problems] == [
        "[1].assets[0].kind", "[2].use.asset",
    ]  # fmt: skip


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two scenarios are called 'x'"):
        read(tmp_path, GOOD + GOOD)


@pytest.mark.parametrize("text", ["[]", "3", "hello", "{}", "{a: 1}"])
def test_a_file_without_scenarios_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, text)


TOML = """\
[[scenarios]]
id = "x"
as_of = 2026-11-24
assets = [
  {id = "m", kind = "model", license = "CC-BY-NC-4.0"},
]
use = {asset = "m"}
[[scenarios.overrides]]
license = "CC-BY-NC-4.0"
clause = "2(a)(1)"
effect = "waived"
by = "ada@example.com"
why = "a letter"
expires = 2026-11-24
"""


def test_the_same_scenario_in_yaml_toml_and_json_is_answered_alike(tmp_path: Path) -> None:
    data = tomllib.loads(TOML)["scenarios"]
    text = json.dumps(data, default=str)
    one = data[0]
    several = [
        read(tmp_path, TOML, "s.toml"),
        read(tmp_path, text, "s.json"),
        read(tmp_path, yaml.safe_dump(data), "s.yaml"),
        read(tmp_path, json.dumps({"scenarios": data}, default=str), "t.json"),
        read(tmp_path, yaml.safe_dump(one), "one.yaml"),
    ]
    answers = [answer(each, GIVEN, today=date(2030, 1, 1)) for each in several]
    assert all(each == answers[0] for each in answers)
    assert answers[0][0].verdict == "allowed"


def test_without_a_day_of_its_own_a_scenario_is_answered_for_today(tmp_path: Path) -> None:
    scenarios = read(tmp_path, TOML.replace("as_of = 2026-11-24\n", ""), "s.toml")
    verdicts = [
        answer(scenarios, GIVEN, today=day)[0].verdict
        for day in (date(2026, 11, 24), date(2026, 11, 25))
    ]
    assert verdicts == ["allowed", "prohibited"]


def test_nothing_in_place_of_an_optional_list_or_day_is_nothing(tmp_path: Path) -> None:
    text = GOOD.replace("  as_of: 2026-11-24", "  as_of:").split("  overrides:")[0]
    use = "use: {asset: n, regions: , domains: , company_region: }"
    text = (
        text.replace("use: {asset: n, distribution: weights}", use) + "  overrides:\n  as_of: ~\n"
    )
    (one,) = read(tmp_path, text)
    assert (one.overrides, one.as_of, one.use.domains, one.use.company_region) == (
        (),
        None,
        (),
        None,
    )


def test_the_command_answers_as_the_contract_says(tmp_path: Path) -> None:
    shutil.copy(DATA / "scenarios_open.yaml", tmp_path)
    shutil.copy(DATA / "terms.yaml", tmp_path)
    arguments = ("license", "check", "scenarios_open.yaml", "--terms", "terms.yaml")
    done = roundtable(*arguments, "--json", cwd=tmp_path)
    assert (done.code, done.err) == (1, "")
    assert [one["id"] for one in done.document] == [one["id"] for one in OPEN]
    for one, scenario in zip(done.document, OPEN, strict=True):
        assert one["verdict"] == scenario["expect"]["verdict"]
        assert one["obligations"] == scenario["expect"]["obligations"]
        assert {"id", "verdict", "obligations", "because", "remedies", "expired"} <= set(one)
        for because in one["because"]:
            assert because.keys() == {"license", "clause", "asset", "why", "path"}
    told = roundtable(*arguments, cwd=tmp_path)
    assert told.code == 1
    assert "This is triage, not legal advice." in told.out
    assert "c-merge: prohibited" in told.out


def test_the_command_ends_with_2_on_bad_input_and_0_where_nothing_speaks_against(
    tmp_path: Path,
) -> None:
    (tmp_path / "bad.yaml").write_text(GOOD.replace("MIT", "MITT"), encoding="utf-8")
    done = roundtable("license", "check", "bad.yaml", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "bad.yaml:4: [0].assets[0].license" in done.err
    (tmp_path / "good.yaml").write_text(GOOD.replace("effect: review", "effect: waived"), "utf-8")
    assert roundtable("license", "check", "good.yaml", "--json", cwd=tmp_path).code == 0
    assert roundtable("license", "check", "none.yaml", cwd=tmp_path).code == 2
    (tmp_path / "terms.yaml").write_text("MIT: {name: x, clauses: [{}]}", encoding="utf-8")
    done = roundtable("license", "check", "good.yaml", "--terms", "terms.yaml", cwd=tmp_path)
    assert done.code == 2
    assert "terms.yaml:1: MIT.clauses[0]" in done.err
