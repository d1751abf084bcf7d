"""The main job as a person meets it: files, one command, a verdict, a report."""

import re
from pathlib import Path

import pytest

from journeys.command import Done, files_in, roundtable

# Several commands a test, each a process that embeds the rows anew.
pytestmark = pytest.mark.timeout(120)

BASELINES = ("--candidate", "no-model", "--candidate", "always-the-commonest")


def edit(path: Path, pattern: str, replacement: str) -> None:
    """Replaces one place in a file; fails if the file has it not exactly once."""
    text, n = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert n == 1, f"{path.name} has {n} places like {pattern!r}"
    path.write_text(text, encoding="utf-8")


def gate_on(workspace: Path, *, candidate: str, limit: str) -> None:
    """Lets the triage gate judge one candidate against one limit on accuracy."""
    usecase = workspace / "usecases/triage.toml"
    edit(usecase, r'^candidate = "[^"]*"', f'candidate = "{candidate}"')
    edit(usecase, r"^accuracy = \{ at_least = [\d.]+", f"accuracy = {{ at_least = {limit}")


def run_baselines(workspace: Path, *more: str) -> Done:
    return roundtable("run", "triage", *BASELINES, "--limit", "40", "--json", *more, cwd=workspace)


def test_a_new_workspace_runs_at_once(tmp_path: Path) -> None:
    made = roundtable("init", "shop", "--json", cwd=tmp_path)
    assert made.code == 0, made.err
    assert (tmp_path / "shop/roundtable.toml").is_file()
    assert set(made.document) >= {"workspace", "files"}
    checked = roundtable("check", "--json", cwd=tmp_path / "shop")
    assert (checked.code, checked.document) == (0, checked.document | {"errors": []})


def test_init_does_not_write_over_what_is_there(tmp_path: Path) -> None:
    assert roundtable("init", "shop", cwd=tmp_path).code == 0
    before = files_in(tmp_path)
    again = roundtable("init", "shop", cwd=tmp_path)
    assert again.code == 2
    assert files_in(tmp_path) == before


def test_the_example_is_sound(marketplace: Path) -> None:
    checked = roundtable("check", "--json", cwd=marketplace)
    assert (checked.code, checked.document["errors"]) == (0, []), checked.err


def test_a_run_answers_with_what_the_contract_promises(marketplace: Path) -> None:
    gate_on(marketplace, candidate="no-model", limit="0.5")
    done = run_baselines(marketplace)
    assert done.code == 0, done.err
    run = done.document
    assert set(run) >= {"usecase", "run", "elapsed_s", "report", "gate", "candidates"}
    assert run["usecase"] == "triage"
    assert run["gate"]["verdict"] == "pass"
    assert run["gate"]["candidate"] == "no-model"
    for check in run["gate"]["checks"]:
        keys = {"name", "verdict", "observed", "interval", "limit", "n", "why"}
        assert set(check) >= keys
        assert check["verdict"] == "pass"
    assert [c["id"] for c in run["candidates"]] == ["no-model", "always-the-commonest"]
    for candidate in run["candidates"]:
        assert set(candidate) >= {"id", "metrics", "usd", "latency_ms", "calls", "license"}
        assert set(candidate["latency_ms"]) >= {"p50", "p95"}
        assert set(candidate["calls"]) >= {"made", "cached", "retried", "failed"}
        assert candidate["metrics"]["accuracy"]["n"] == 40
        low, high = candidate["metrics"]["accuracy"]["interval"]
        assert 0 <= low <= candidate["metrics"]["accuracy"]["value"] <= high <= 1
    best, worst = (c["metrics"]["accuracy"]["value"] for c in run["candidates"])
    assert best > 0.85 > 0.4 > worst


def test_the_report_is_one_file_that_asks_for_no_other(marketplace: Path) -> None:
    run = run_baselines(marketplace).document
    report = marketplace / run["report"]
    text = report.read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    loads = re.findall(
        r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?!data:|#)[^>]+>""", text
    )
    assert loads == []
    assert "@import" not in text


def test_a_second_run_asks_nothing(marketplace: Path) -> None:
    first, second = run_baselines(marketplace).document, run_baselines(marketplace).document
    assert sum(c["calls"]["made"] for c in first["candidates"]) > 0
    assert sum(c["calls"]["made"] for c in second["candidates"]) == 0
    metrics = [[c["metrics"]["accuracy"] for c in run["candidates"]] for run in (first, second)]
    assert metrics[0] == metrics[1]


def test_a_gate_that_does_not_hold_exits_1(marketplace: Path) -> None:
    gate_on(marketplace, candidate="always-the-commonest", limit="0.5")
    done = run_baselines(marketplace)
    assert done.code == 1, done.err
    assert done.document["gate"]["verdict"] == "fail"
    failed = [c for c in done.document["gate"]["checks"] if c["verdict"] == "fail"]
    assert [c["name"] for c in failed] == ["accuracy"]
    assert failed[0]["why"]


def test_a_gate_that_asks_for_what_is_missing_is_blocked(marketplace: Path) -> None:
    gate_on(marketplace, candidate="no-model", limit="0.5")
    edit(marketplace / "usecases/triage.toml", r"^usd_per_1k.*$", 'signoffs = ["legal"]')
    done = run_baselines(marketplace)
    assert done.code == 1, done.err
    assert done.document["gate"]["verdict"] == "blocked"


def test_the_gate_says_what_the_licenses_ask(marketplace: Path) -> None:
    gate_on(marketplace, candidate="no-model", limit="0.5")
    done = run_baselines(marketplace)
    (license,) = [c for c in done.document["gate"]["checks"] if c["name"] == "license"]
    assert license["verdict"] == "pass"
    # Its examples are rows under CC-BY-SA-4.0, which it may show.
    assert "credit" in license["why"]
    by_id = {c["id"]: c["license"] for c in done.document["candidates"]}
    assert by_id["no-model"]["obligations"] == ["credit", "share-alike"]
    assert by_id["always-the-commonest"]["verdict"] == "allowed"


def test_the_candidate_that_is_to_go_live_must_be_among_those_run(marketplace: Path) -> None:
    done = run_baselines(marketplace)
    (missing,) = [c for c in done.document["gate"]["checks"] if c["name"] == "candidate"]
    assert missing["verdict"] == "blocked"
    assert "few-shot-similar" in missing["why"]


def test_a_run_can_be_shown_listed_and_compared(marketplace: Path) -> None:
    run = run_baselines(marketplace).document
    shown = roundtable("show", run["run"], "--json", cwd=marketplace)
    assert shown.document["run"] == run["run"]
    assert shown.document["candidates"] == run["candidates"]
    listed = roundtable("runs", "--json", cwd=marketplace)
    assert listed.code == 0, listed.err
    assert run["run"] in listed.out
    compared = roundtable("compare", "no-model", "always-the-commonest", "--json", cwd=marketplace)
    assert compared.code == 0, compared.err
    accuracy = compared.document["accuracy"]
    assert set(accuracy) >= {"difference", "interval", "p_value", "n", "clusters", "test"}
    assert accuracy["difference"] > 0.4
    assert accuracy["n"] == 40


def test_without_json_a_person_reads_the_verdict_and_finds_the_report(marketplace: Path) -> None:
    done = roundtable("run", "triage", *BASELINES, "--limit", "40", cwd=marketplace)
    assert "accuracy" in done.out
    assert "no-model" in done.out
    assert re.search(r"reports/triage/\w+\.html", done.out)
    assert "\x1b[" not in done.out + done.err


def test_the_workspace_can_be_named_from_elsewhere(marketplace: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = roundtable("check", "--workspace", marketplace, cwd=elsewhere)
    assert done.code == 0, done.err
    assert roundtable("check", cwd=marketplace / "usecases").code == 0


@pytest.mark.embedded
@pytest.mark.timeout(120)
def test_the_packaged_model_answers_within_its_options(marketplace: Path) -> None:
    done = roundtable(
        "run", "triage", "--candidate", "zero-shot", "--limit", "3", "--json", cwd=marketplace
    )
    assert done.code in {0, 1}, done.err
    (candidate,) = done.document["candidates"]
    assert candidate["calls"]["failed"] == 0
    assert candidate["metrics"]["accuracy"]["n"] == 3
