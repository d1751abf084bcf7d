"""Licenses as a person meets them: asked before anything is spent, answered with what to do."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from journeys.command import files_in, roundtable
from journeys.shop import write_shop
from servers.provider import Provider

GATE = '[use]\ndistribution = "hosted-service"\n[gate]\naccuracy = { at_least = 0.01 }\n'
OVERRIDE = """\
license = "CC-BY-NC-4.0"
clause = "2(a)(1)"
effect = "{effect}"
by = "ada@example.com"
why = "the author's letter of 2 May"
expires = {expires}
"""
SECOND = '[[candidates]]\nid = "second"\nmodel = "free"\nprompt = "triage"\nconstrain = "choice"\n'


@pytest.fixture
def shop(tmp_path: Path, provider: Provider) -> Path:
    """A use case whose only model is licensed for non-commercial use."""
    root = write_shop(tmp_path / "shop", provider.openai_url, n=12, gate=GATE)
    licensed(root, "CC-BY-NC-4.0")
    return root


def licensed(root: Path, license: str, *, lineage: str = "declared") -> None:
    """Puts the model under a license."""
    path = root / "models/mock.toml"
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith(("license", "lineage"))
    ]
    path.write_text(
        "\n".join([f'license = "{license}"', f'lineage = "{lineage}"', *lines]) + "\n",
        encoding="utf-8",
    )


def with_second(root: Path) -> None:
    """Adds a candidate whose model may be used."""
    text = (root / "models/mock.toml").read_text(encoding="utf-8")
    (root / "models/free.toml").write_text(text.replace("CC-BY-NC-4.0", "MIT"), encoding="utf-8")
    usecase = root / "usecases/triage.toml"
    text = usecase.read_text(encoding="utf-8")
    usecase.write_text(text.replace("[use]", f"{SECOND}[use]"), encoding="utf-8")


def override(root: Path, *, days: int, effect: str = "waived") -> None:
    """Writes counsel's decision, which holds for so many days from today."""
    (root / "overrides").mkdir(exist_ok=True)
    text = OVERRIDE.format(effect=effect, expires=date.today() + timedelta(days=days))
    (root / "overrides/letter.toml").write_text(text, encoding="utf-8")


def asked(provider: Provider) -> int:
    calls: int = provider.stats.document()["calls"]
    return calls


def test_what_is_prohibited_is_not_run_and_nothing_is_written(
    shop: Path, provider: Provider
) -> None:
    before = files_in(shop)
    done = roundtable("run", "triage", "--json", cwd=shop)
    assert done.code == 1, done.err
    assert asked(provider) == 0
    assert files_in(shop) == before
    run = done.document
    assert (run["run"], run["report"]) == (None, None)
    assert run["gate"]["verdict"] == "fail"
    assert [(c["name"], c["verdict"]) for c in run["gate"]["checks"]] == [("license", "fail")]
    (candidate,) = run["candidates"]
    assert candidate["license"]["verdict"] == "prohibited"
    assert candidate["calls"]["made"] == 0
    assert "models/mock" in candidate["not_run"]


def test_a_person_reads_that_nothing_was_spent_and_where_to_look(shop: Path) -> None:
    done = roundtable("run", "triage", cwd=shop)
    assert done.code == 1
    assert "nothing was spent" in done.out
    assert "CC BY-NC 4.0" in done.out
    assert "license check triage" in done.out


def test_the_others_are_run(shop: Path, provider: Provider) -> None:
    with_second(shop)
    done = roundtable("run", "triage", "--json", cwd=shop)
    assert done.code == 0, done.err
    run = done.document
    assert asked(provider) == 12
    assert [(c["id"], c["license"]["verdict"]) for c in run["candidates"]] == [
        ("second", "allowed"),
        ("only", "prohibited"),
    ]
    assert run["gate"]["candidate"] == "second"
    report = (shop / run["report"]).read_text(encoding="utf-8")
    assert "only was not run" in report


def test_a_gate_that_names_what_is_prohibited_fails(shop: Path) -> None:
    with_second(shop)
    usecase = shop / "usecases/triage.toml"
    text = usecase.read_text(encoding="utf-8").replace("[gate]", '[gate]\ncandidate = "only"')
    usecase.write_text(text, encoding="utf-8")
    done = roundtable("run", "triage", "--json", cwd=shop)
    assert done.code == 1, done.err
    assert done.document["gate"]["verdict"] == "fail"
    assert done.document["gate"]["candidate"] == "only"


def test_an_override_lifts_it_and_its_end_brings_it_back(shop: Path, provider: Provider) -> None:
    override(shop, days=0)
    lifted = roundtable("run", "triage", "--json", cwd=shop)
    assert lifted.code == 0, lifted.err
    assert asked(provider) == 12
    (candidate,) = lifted.document["candidates"]
    assert candidate["license"] == candidate["license"] | {
        "verdict": "conditions",
        "obligations": ["credit"],
    }
    (check,) = [c for c in lifted.document["gate"]["checks"] if c["name"] == "license"]
    assert check["verdict"] == "pass"
    assert "credit" in check["why"]
    override(shop, days=-1)
    ended = roundtable("run", "triage", "--json", cwd=shop)
    assert ended.code == 1
    assert ended.document["candidates"][0]["license"]["verdict"] == "prohibited"
    assert asked(provider) == 12


def test_a_run_that_is_shown_again_is_judged_by_todays_overrides(
    shop: Path, provider: Provider
) -> None:
    override(shop, days=30)
    first = roundtable("run", "triage", "--json", cwd=shop).document
    override(shop, days=30, effect="review")
    again = roundtable("run", "triage", "--json", cwd=shop)
    assert again.code == 1, again.err
    assert again.document["run"] == first["run"]
    assert asked(provider) == 12
    assert again.document["gate"]["verdict"] == "blocked"
    (check,) = [c for c in again.document["gate"]["checks"] if c["name"] == "license"]
    assert check["verdict"] == "blocked"
    assert "legal must look first" in check["why"]
    report = (shop / first["report"]).read_text(encoding="utf-8")
    assert "must look first" in report


def test_a_license_that_no_terms_know_is_told_before_anything_is_spent(
    shop: Path, provider: Provider
) -> None:
    licensed(shop, "Apache-2")
    checked = roundtable("check", "--json", cwd=shop)
    assert checked.code == 2
    (problem,) = checked.document["errors"]
    assert (problem["file"], problem["line"], problem["field"]) == (
        "models/mock.toml",
        1,
        "license",
    )
    assert "'Apache-2.0'" in problem["fix"]
    ran = roundtable("run", "triage", cwd=shop)
    assert ran.code == 2
    assert "models/mock.toml:1" in ran.err
    assert asked(provider) == 0


def test_an_override_of_no_clause_is_bad_input(shop: Path) -> None:
    override(shop, days=1)
    path = shop / "overrides/letter.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("2(a)(1)", "2(z)"), encoding="utf-8")
    checked = roundtable("check", cwd=shop)
    assert checked.code == 2
    assert "overrides/letter.toml:2" in checked.err


@pytest.mark.parametrize(
    ("license", "lineage", "code", "verdict"),
    [
        ("Apache-2.0", "declared", 0, "allowed"),
        ("bigscience-bloom-rail-1.0", "declared", 0, "conditions"),
        ("Apache-2.0", "undisclosed", 1, "review"),
        ("CC-BY-NC-4.0", "declared", 1, "prohibited"),
    ],
)
def test_the_exit_code_says_whether_it_may_be_done(
    shop: Path, license: str, lineage: str, code: int, verdict: str
) -> None:
    licensed(shop, license, lineage=lineage)
    usecase = shop / "usecases/triage.toml"
    text = usecase.read_text(encoding="utf-8")
    usecase.write_text(text.replace('"internal"', '"product"'), encoding="utf-8")
    done = roundtable("license", "check", "triage", "--json", cwd=shop)
    assert done.code == code, done.err
    (found,) = done.document
    assert set(found) >= {
        "id", "verdict", "obligations", "because", "remedies", "expired", "unverified",
    }  # fmt: skip
    assert (found["id"], found["verdict"]) == ("usecases/triage#only", verdict)
    for because in found["because"]:
        assert set(because) == {"license", "clause", "asset", "why", "path"}


def test_a_person_reads_the_verdict_the_way_and_the_duties(shop: Path) -> None:
    read = roundtable("license", "check", "usecases/triage#only", cwd=shop)
    assert read.code == 1
    assert "usecases/triage#only: prohibited" in read.out
    assert "includes models/mock" in read.out
    assert "[ ] product: Name the creator" in read.out
    assert "triage, not legal advice" in read.out


def test_overrides_are_listed_with_the_days_that_are_left(shop: Path) -> None:
    override(shop, days=12)
    (shop / "overrides/old.toml").write_text(
        OVERRIDE.format(effect="waived", expires="2026-01-31"), encoding="utf-8"
    )
    listed = roundtable("license", "overrides", "--json", cwd=shop)
    assert listed.code == 0, listed.err
    rows = listed.document["overrides"]
    assert [(one["file"], one["in_force"]) for one in rows] == [
        ("overrides/old.toml", False),
        ("overrides/letter.toml", True),
    ]
    assert rows[1]["days_left"] == 12
    read = roundtable("license", "overrides", cwd=shop)
    assert "12 days left" in read.out
    assert "ago" in read.out
    json.loads(listed.out)


def test_an_experiment_that_says_nothing_of_its_use_is_held_up_only_by_what_is_in_the_way(
    shop: Path,
) -> None:
    usecase = shop / "usecases/triage.toml"
    text = usecase.read_text(encoding="utf-8")
    usecase.write_text(text.replace('[use]\ndistribution = "hosted-service"\n', ""), "utf-8")
    licensed(shop, "Apache-2.0")
    quiet = roundtable("run", "triage", "--json", cwd=shop)
    assert quiet.code == 0, quiet.err
    assert [c["name"] for c in quiet.document["gate"]["checks"]] == ["accuracy"]
    assert quiet.document["candidates"][0]["license"]["verdict"] == "allowed"
    usecase.write_text(usecase.read_text("utf-8").replace('"internal"', '"product"'), "utf-8")
    product = roundtable("run", "triage", "--json", cwd=shop)
    (check,) = [c for c in product.document["gate"]["checks"] if c["name"] == "license"]
    assert "has no [use]" in check["why"]
