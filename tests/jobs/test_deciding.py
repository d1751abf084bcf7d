"""A run that stops once decided: its guarantee holds for the whole way, from files to verdict."""

from pathlib import Path

import numpy as np
import pytest

from jobs.coins import coin_shop
from roundtable.jobs.compare import compare
from roundtable.jobs.outcome import RunOutcome
from roundtable.jobs.run import run


def limits(outcome: RunOutcome) -> dict[str, str]:
    return {check.name: check.verdict for check in outcome.gate.checks}


def test_a_sorted_file_decides_nothing_that_is_not_so(tmp_path: Path) -> None:
    # The easy rows stand first; the share over all rows is exactly the limit.
    chances = [0.95] * 60 + [0.55] * 180
    assert np.mean(chances) == pytest.approx(0.65)
    n = 24
    shop = coin_shop(
        tmp_path,
        chances,
        gate='candidate = "c0"\naccuracy = { at_least = 0.65 }',
        seeds=range(n),
    )
    outcome = run(shop, "coins")
    intervals = [one.metrics["accuracy"].interval or (0, 0) for one in outcome.candidates]
    false = sum(not low <= 0.65 <= high for low, high in intervals)
    assert false <= 0.05 * n + 3 * np.sqrt(0.05 * 0.95 * n)
    stopped = [one for one in outcome.candidates if one.n_samples < len(chances)]
    assert len(stopped) == false


def test_a_clear_case_stops_early_and_says_by_which_intervals_it_is_judged(tmp_path: Path) -> None:
    shop = coin_shop(tmp_path, [0.95] * 400, gate="accuracy = { at_least = 0.6 }", seeds=[1, 2])
    outcome = run(shop, "coins")
    assert outcome.gate.verdict == "pass"
    for one in outcome.candidates:
        assert one.n_samples < 100
        estimate = one.metrics["accuracy"]
        assert (estimate.n, estimate.method) == (one.n_samples, "anytime betting")
        assert one.metrics["latency_p95_ms"].method.startswith("anytime")
    (check,) = outcome.gate.checks
    # Picked from two: held at the corrected confidence, which the run was stopped by, too.
    assert "at 97.5 %, at every look" in check.why
    assert any("could stop as soon as" in finding for finding in outcome.findings)
    assert all(pair.comparison.test == "anytime betting" for pair in outcome.pairs)
    report = (shop.root / outcome.report).read_text()
    assert "anytime-valid" in report
    found = compare(shop, "c0", to="c1")["accuracy"]
    assert found.test == "anytime betting"
    assert found.n == min(one.n_samples for one in outcome.candidates)


def test_a_run_that_is_taken_up_again_decides_the_same(tmp_path: Path) -> None:
    given = {"chances": [0.8] * 300, "gate": "accuracy = { at_least = 0.7 }"}
    whole = run(coin_shop(tmp_path / "whole", **given), "coins")
    shop = coin_shop(tmp_path / "broken", **given)
    n = 0

    def breaks(progress: object) -> None:
        nonlocal n
        n += 1
        if n == 20:
            raise RuntimeError("broken")

    with pytest.raises(Exception, match="broken"):
        run(shop, "coins", watch=breaks)
    again = run(shop, "coins")
    assert again.candidates[0].metrics == whole.candidates[0].metrics
    assert again.candidates[0].n_samples == whole.candidates[0].n_samples
    assert again.gate == whole.gate


def test_both_ends_of_a_limit_are_decided(tmp_path: Path) -> None:
    gate = "accuracy = { at_least = 0.5, at_most = 0.99 }"
    inside = run(coin_shop(tmp_path / "in", [0.75] * 400, gate=gate), "coins")
    assert inside.gate.verdict == "pass"
    gate = "accuracy = { at_least = 0.3, at_most = 0.6 }"
    outside = run(coin_shop(tmp_path / "out", [0.95] * 400, gate=gate), "coins")
    assert outside.gate.verdict == "fail"
    assert outside.candidates[0].n_samples < 60  # one end that fails is enough


def test_latency_and_cost_can_be_decided_too(tmp_path: Path) -> None:
    gate = "latency_p95_ms = { at_most = 300 }\nusd_per_1k = { at_most = 1.0 }"
    outcome = run(coin_shop(tmp_path, [0.9] * 600, gate=gate), "coins")
    assert limits(outcome) == {"latency_p95_ms": "pass", "usd_per_1k": "pass"}
    (one,) = outcome.candidates
    assert 200 <= one.n_samples < 400  # large-sample intervals begin at 200
    assert one.metrics["usd_per_1k"].method == "anytime, large sample"


def test_a_run_that_cannot_be_decided_goes_on_and_keeps_ordinary_intervals(tmp_path: Path) -> None:
    gate = "macro_f1 = { at_least = 0.5 }\naccuracy = { at_least = 0.5 }"
    shop = coin_shop(tmp_path, [0.95] * 120, gate=gate, metrics=["accuracy", "macro_f1"])
    outcome = run(shop, "coins")
    (one,) = outcome.candidates
    assert one.n_samples == 120
    assert one.metrics["accuracy"].method == "wilson"
    assert limits(outcome) == {"macro_f1": "pass", "accuracy": "pass"}
    assert any("no interval of macro_f1 holds at every look" in one for one in outcome.findings)


def test_another_limit_goes_on_where_the_run_stopped(tmp_path: Path) -> None:
    rows = [0.9] * 400
    first = run(coin_shop(tmp_path, rows, gate="accuracy = { at_least = 0.5 }"), "coins")
    second = run(coin_shop(tmp_path, rows, gate="accuracy = { at_least = 0.85 }"), "coins")
    third = run(
        coin_shop(tmp_path, rows, gate="accuracy = { at_least = 0.85 }", stop=False), "coins"
    )
    sizes = [outcome.candidates[0].n_samples for outcome in (first, second, third)]
    assert sizes[0] < sizes[1] <= sizes[2] == 400
    assert second.candidates[0].calls.cached >= sizes[0]
    assert third.candidates[0].metrics["accuracy"].method == "wilson"


def test_clusters_count_whole(tmp_path: Path) -> None:
    clusters = [f"g{i // 10}" for i in range(400)]
    shop = coin_shop(
        tmp_path, [0.95] * 400, gate="accuracy = { at_least = 0.6 }", clusters=clusters
    )
    (one,) = run(shop, "coins").candidates
    assert one.n_samples % 10 == 0
    assert one.metrics["accuracy"].clusters == one.n_samples // 10
