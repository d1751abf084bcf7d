"""Estimates made of what is kept are those of the values themselves, at any confidence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.evaluation.anytime import Looks
from roundtable.evaluation.estimates import summarize_metric, summarize_quantile
from roundtable.evaluation.kept import Kept, Labels, Packed, pack
from roundtable.evaluation.stopping import Decider, Limit
from roundtable.statistics.classes import macro_f1_interval

N = 240
RNG = np.random.default_rng(0)
RIGHT = (RNG.random(N) < 0.8).astype(np.float64)
SCORES = RNG.beta(3, 1, N)
LATENCY = RNG.exponential(100, N)
COSTS = RNG.exponential(2, N)
EXPECTED, GIVEN = RNG.integers(4, size=N), RNG.integers(-1, 4, size=N)
CLUSTERS = np.repeat(np.arange(N // 4), 4)


def kept(looks: Looks | None = None) -> Kept:
    return Kept(
        columns=(
            Packed(name="accuracy", data=pack(RIGHT), binary=True),
            Packed(name="score", data=pack(SCORES)),
            Packed(name="tokens", data=pack(COSTS * 10), direction="lower", unit="tokens"),
            Packed(name="macro_f1", data=pack(RIGHT), binary=True, corpus=True),
        ),
        latency_ms=Packed(name="latency_ms", data=pack(LATENCY), direction="lower", unit="ms"),
        usd_per_1k=Packed(name="usd_per_1k", data=pack(COSTS), direction="lower", unit="usd"),
        labels=Labels(
            names=("a", "b", "c", "d"), expected=pack(EXPECTED, "<i4"), given=pack(GIVEN, "<i4")
        ),
        looks=looks,
    )


@given(st.lists(st.floats(allow_infinity=False), max_size=50))
def test_values_come_back_as_they_were(values: list[float]) -> None:
    column = Packed(name="x", data=pack(np.array(values, dtype=np.float64)))
    assert np.array_equal(column.values(), values, equal_nan=True)


@pytest.mark.parametrize("clusters", [None, CLUSTERS])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_every_estimate_is_computed_at_the_confidence_asked_for(clusters, confidence):
    found = {
        name: kept().estimate(name, clusters=clusters, confidence=confidence)
        for name in ("accuracy", "score", "latency_p95_ms", "usd_per_1k", "macro_f1")
    }
    assert {one.confidence for one in found.values()} == {confidence}
    share = summarize_metric(
        RIGHT, statistic="proportion", clusters=clusters, confidence=confidence
    )
    assert found["accuracy"] == share
    p95 = summarize_quantile(LATENCY, 0.95, clusters=clusters, unit="ms", confidence=confidence)
    assert found["latency_p95_ms"] == p95
    macro = macro_f1_interval(
        EXPECTED, GIVEN, n_classes=4, clusters=clusters, confidence=confidence
    )
    assert found["macro_f1"].interval == (macro.low, macro.high)
    assert found["usd_per_1k"].direction == "lower"


def test_what_was_not_measured_has_no_estimate():
    assert kept().estimate("rouge_l", clusters=None) is None


@pytest.mark.parametrize("clusters", [None, CLUSTERS])
def test_a_run_that_may_stop_is_judged_by_what_may_stop_it(clusters):
    decider = Decider(
        [
            Limit(metric="accuracy", at_least=0.8, confidence=0.9),
            Limit(metric="score", at_most=0.75, confidence=0.9),
            Limit(metric="tokens", at_most=20, confidence=0.9, bounds=None),
        ],
        n=N,
        clusters=clusters,
    )
    for i in range(N):
        decider.add(i, {"accuracy": RIGHT[i], "score": SCORES[i], "tokens": COSTS[i] * 10})
    assert decider.n_counted == N
    found = kept(decider.looks)
    for metric in ("accuracy", "score", "tokens"):
        told = decider.estimate(metric)
        estimate = found.estimate(metric, clusters=clusters, confidence=0.9)
        assert estimate.value == pytest.approx(told.value)
        if told.interval is None:
            assert estimate.interval is None
        else:
            assert estimate.interval == pytest.approx(told.interval)
        assert (estimate.n, estimate.clusters) == (told.n, told.clusters)
        assert estimate.method.startswith("anytime")
    assert found.estimate("macro_f1", clusters=clusters).interval is None
    low, high = found.estimate("latency_p50_ms", clusters=clusters).interval
    assert low < np.quantile(LATENCY, 0.5) < high
