"""What a gate decides: at the confidence asked for, and the same each time it is asked."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from jobs.coins import coin_shop
from roundtable.evaluation.estimates import summarize_quantile
from roundtable.jobs import verdict
from roundtable.jobs.outcome import RunOutcome
from roundtable.jobs.permits import Permits, permits_of
from roundtable.jobs.run import run
from roundtable.statistics.classes import macro_f1_interval
from roundtable.workspace import Workspace, load

METRICS = ("accuracy", "macro_f1")
GATE = """
accuracy = { at_least = 0.7, confidence = 0.9 }
macro_f1 = { at_least = 0.7, confidence = 0.99 }
latency_p95_ms = { at_most = 252, confidence = 0.8 }
usd_per_1k = { at_most = 1.0, confidence = 0.99 }
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Rows in clusters of five that share their chance, so that clusters matter."""
    rng = np.random.default_rng(3)
    chances = np.repeat(rng.choice([0.6, 1.0], size=60), 5)
    return coin_shop(
        tmp_path_factory.mktemp("shop"),
        [float(chance) for chance in chances],
        gate=GATE,
        stop=False,
        metrics=METRICS,
        clusters=[f"g{i // 5}" for i in range(300)],
    )


@pytest.fixture(scope="module")
def outcome(shop: Workspace) -> RunOutcome:
    return run(shop, "coins")


def checks(outcome: RunOutcome) -> dict[str, tuple[float, float] | None]:
    return {check.name: check.interval for check in outcome.gate.checks}


def test_a_finished_run_shown_again_has_the_same_gate(shop: Workspace, outcome: RunOutcome) -> None:
    again = run(shop, "coins")
    assert again.run == outcome.run
    assert again.gate == outcome.gate
    assert again.candidates[0].calls.made == 0


def test_limits_that_change_are_held_against_the_same_clusters(
    shop: Workspace, outcome: RunOutcome
) -> None:
    path = shop.root / "usecases/coins.toml"
    before = path.read_text()
    try:
        path.write_text(before.replace("confidence = 0.9 }", "confidence = 0.97 }"))
        again = run(load(shop.root), "coins")
    finally:
        path.write_text(before)
    assert again.run == outcome.run
    values = again.candidates[0].kept.estimate(
        "accuracy", clusters=again.cluster_codes(), confidence=0.97
    )
    assert values is not None
    assert checks(again)["accuracy"] == values.interval
    assert "cluster-robust" in values.method
    assert run(shop, "coins").gate == outcome.gate


def test_intervals_are_computed_at_the_confidence_asked_for(outcome: RunOutcome) -> None:
    (one,) = outcome.candidates
    clusters = outcome.cluster_codes()
    assert clusters is not None
    assert len(set(clusters)) == 60
    assert one.kept.labels is not None
    expected, given = one.kept.labels.codes()
    macro = macro_f1_interval(expected, given, n_classes=3, clusters=clusters, confidence=0.99)
    assert checks(outcome)["macro_f1"] == (macro.low, macro.high)
    latency = summarize_quantile(
        one.kept.latency_ms.values(), 0.95, clusters=clusters, confidence=0.8
    )
    assert checks(outcome)["latency_p95_ms"] == latency.interval
    low, high = one.metrics["latency_p95_ms"].interval or (0, 0)
    asked = latency.interval or (0, 0)
    assert low <= asked[0] <= asked[1] <= high
    assert (low, high) != asked


def permits_for(shop: Workspace, *ids: str) -> Permits:
    """Returns permits in which licenses allow all of these."""
    found = permits_of(shop, shop.usecase("coins"), ["c0"])
    return msgspec.structs.replace(found, findings=dict.fromkeys(ids, found.findings["c0"]))


def test_candidates_run_alone_are_held_at_the_stated_confidence(
    shop: Workspace, outcome: RunOutcome
) -> None:
    usecase = shop.usecase("coins")
    (one,) = outcome.candidates
    twin = msgspec.structs.replace(one, id="twin")
    clusters = outcome.cluster_codes()
    permits = permits_for(shop, one.id, "twin")
    alone = verdict.gate(usecase, [one], primary="accuracy", clusters=clusters, permits=permits)
    two = verdict.gate(usecase, [one, twin], primary="accuracy", clusters=clusters, permits=permits)
    assert alone == outcome.gate
    (first, *_), (stricter, *_) = alone.checks, two.checks
    assert stricter.interval is not None
    assert first.interval is not None
    assert stricter.interval[0] < first.interval[0]
    assert "95 %" in stricter.why
    assert "picked from 2 candidates" in two.why


def test_a_candidate_that_is_named_is_judged_though_another_is_better(
    tmp_path: Path, outcome: RunOutcome
) -> None:
    gate = 'candidate = "c1"\naccuracy = { at_least = 0.99 }'
    shop = coin_shop(tmp_path, [1.0], gate=gate, seeds=[1, 2])
    (one,) = outcome.candidates
    better = {
        **one.metrics,
        "accuracy": msgspec.structs.replace(
            one.metrics["accuracy"], value=1.0, interval=(1.0, 1.0)
        ),
    }
    first = msgspec.structs.replace(one, id="c0", metrics=better)
    second = msgspec.structs.replace(one, id="c1")
    permits = permits_for(shop, "c0", "c1")
    decided = verdict.gate(
        shop.usecase("coins"), [first, second], primary="accuracy", clusters=None, permits=permits
    )
    assert (decided.candidate, decided.verdict) == ("c1", "fail")
    missing = verdict.gate(
        shop.usecase("coins"), [first], primary="accuracy", clusters=None, permits=permits
    )
    assert missing.verdict == "blocked"
    assert "c1 is to go live" in missing.why
