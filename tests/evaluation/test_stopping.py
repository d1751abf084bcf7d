import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.evaluation.stopping import Decider, Limit, difference_decider

RIGHT = Limit(metric="accuracy", at_least=0.6)


def _fed(decider, values, metric="accuracy"):
    """Adds values in order until all is decided; returns how many it took, or None."""
    for i, value in enumerate(values):
        if decider.add(i, {metric: value}):
            return i + 1
    return None


def _coin(share, n, seed=0):
    return (np.random.default_rng(seed).random(n) < share).astype(float)


@pytest.mark.parametrize(
    ("share", "limit", "verdict"),
    [
        (0.9, RIGHT, "pass"),
        (0.3, RIGHT, "fail"),
        (0.05, Limit(metric="accuracy", at_most=0.2), "pass"),
        (0.5, Limit(metric="accuracy", at_most=0.2), "fail"),
    ],
)
def test_clear_cases_are_decided_long_before_the_end(share, limit, verdict):
    decider = Decider([limit], n=2000)
    took = _fed(decider, _coin(share, 2000))
    assert took is not None
    assert took < 200
    (decision,) = decider.decisions()
    assert (decision.verdict, decision.n) == (verdict, took)
    assert f"decided after {took} samples at 95 %" in decision.why


def test_what_lies_at_the_limit_stays_undecided():
    decider = Decider([RIGHT], n=1000)
    assert _fed(decider, _coin(0.6, 1000)) is None
    assert decider.decisions()[0].verdict == "undecided"
    assert "undecided after 1000 samples" in decider.decisions()[0].why


def test_all_limits_must_be_decided():
    limits = [RIGHT, Limit(metric="accuracy", at_least=0.89)]
    decider = Decider(limits, n=400)
    assert _fed(decider, _coin(0.9, 400)) is None
    assert [d.verdict for d in decider.decisions()] == ["pass", "undecided"]


def test_without_limits_nothing_is_ever_decided():
    decider = Decider([], n=3)
    assert not decider.decided
    assert _fed(decider, [1, 1, 1]) is None


def test_values_count_in_the_planned_order_however_they_come():
    values = _coin(0.9, 300)
    in_order, mixed = Decider([RIGHT], n=300), Decider([RIGHT], n=300)
    took = _fed(in_order, values)
    for i in np.random.default_rng(1).permutation(300):
        mixed.add(int(i), {"accuracy": values[i]})
    assert mixed.decisions()[0].n == took
    early = Decider([RIGHT], n=300)
    for i in range(1, 300):
        assert not early.add(i, {"accuracy": 1.0})  # the first is still missing
    assert early.decisions()[0].n == 0
    assert early.add(0, {"accuracy": 1.0})


def test_the_interval_says_what_the_decisions_say():
    decider = Decider([RIGHT], n=500)
    took = _fed(decider, _coin(0.8, 500))
    estimate = decider.estimate("accuracy")
    assert estimate.n == took
    assert 0.6 < estimate.interval[0] < estimate.value < estimate.interval[1] <= 1
    assert estimate.method == "anytime betting"


def test_samples_a_metric_does_not_apply_to_are_passed_over():
    decider = Decider([RIGHT], n=4)
    for i, value in enumerate([1.0, None, float("nan"), 0.0]):
        decider.add(i, {"accuracy": value} if i else {"accuracy": 1.0, "other": 3.0})
    estimate = decider.estimate("accuracy")
    assert (estimate.n, estimate.value) == (2, 0.5)


def test_a_percentile_is_decided_without_bounds():
    latencies = np.random.default_rng(2).exponential(100, 3000)  # 95th percentile: 300
    fast = Decider([Limit(metric="latency", at_most=500, quantile=0.95, bounds=None)], n=3000)
    slow = Decider([Limit(metric="latency", at_most=200, quantile=0.95, bounds=None)], n=3000)
    assert _fed(fast, latencies, "latency") is not None
    assert _fed(slow, latencies, "latency") is not None
    assert fast.decisions()[0].verdict == "pass"
    assert slow.decisions()[0].verdict == "fail"
    least = Decider([Limit(metric="latency", at_least=200, quantile=0.95, bounds=None)], n=3000)
    _fed(least, latencies, "latency")
    assert least.decisions()[0].verdict == "pass"


def test_values_that_leave_their_bounds_decide_nothing():
    decider = Decider([Limit(metric="usd", at_most=0.5, bounds=(0, 0.9))], n=100)
    assert _fed(decider, np.linspace(1, 0, 100), "usd") is None
    assert "left their bounds" in decider.decisions()[0].why
    assert decider.estimate("usd").value is None


@pytest.mark.parametrize(("limit", "verdict"), [(1.5, "pass"), (0.6, "fail")])
def test_values_without_bounds_are_decided_once_there_are_many(limit, verdict):
    decider = Decider([Limit(metric="usd", at_most=limit, bounds=None)], n=1000)
    took = _fed(decider, np.random.default_rng(4).exponential(size=1000), "usd")
    assert took is not None
    assert 200 <= took < 900
    assert decider.decisions()[0].verdict == verdict
    low, high = decider.estimate("usd").interval
    assert (high if verdict == "pass" else 0) < limit < (low if verdict == "fail" else 9)


def test_samples_after_the_decision_do_not_count():
    decider = Decider([RIGHT], n=400)
    values = _coin(0.9, 400)
    took = _fed(decider, values)
    before = decider.estimate("accuracy")
    assert decider.n_counted == took
    for i in range(took, 400):
        assert decider.add(i, {"accuracy": 0.0})
    assert decider.n_counted == took
    assert decider.estimate("accuracy") == before


def test_one_end_that_fails_decides_a_metric_with_two():
    both = [Limit(metric="accuracy", at_least=0.5), Limit(metric="accuracy", at_most=0.7)]
    decider = Decider(both, n=400)
    assert _fed(decider, _coin(0.95, 400)) < 60
    assert "fail" in {decision.verdict for decision in decider.decisions()}


def test_a_limit_at_the_end_of_the_range_is_never_decided():
    decider = Decider([Limit(metric="accuracy", at_least=1.0)], n=100)
    assert _fed(decider, np.ones(100)) is None
    assert "end of the values' range" in decider.decisions()[0].why


def test_a_cluster_counts_once_when_its_last_sample_is_there():
    values = np.repeat(_coin(0.9, 40, seed=3), 10)
    clusters = np.repeat(np.arange(40), 10)
    naive = _fed(Decider([RIGHT], n=400), values)
    decider = Decider([RIGHT], n=400, clusters=clusters)
    honest = _fed(decider, values)
    assert honest % 10 == 0
    assert honest > 5 * naive / 2
    single = _fed(Decider([RIGHT], n=40), values[::10])
    assert honest == 10 * single
    assert decider.estimate("accuracy").clusters == single


def test_a_difference_is_decided_when_zero_is_left_out():
    took = []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        better = rng.choice([1.0, 0.0, -1.0], p=[0.3, 0.6, 0.1], size=1000)
        decider = difference_decider({"accuracy": 0.95}, n=1000)
        took.append(_fed(decider, better))
        assert decider.decisions()[0].verdict == "pass"
        assert decider.estimate("accuracy").interval[0] > 0
        mirrored = difference_decider({"accuracy": 0.95}, n=1000)
        assert _fed(mirrored, -better) == took[-1]
        assert mirrored.decisions()[0].verdict == "fail"
    assert np.median(took) < 150  # with one look, planned, 76


def test_no_difference_is_decided_no_more_often_than_it_says():
    wrong = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        same = rng.choice([1.0, 0.0, -1.0], p=[0.2, 0.6, 0.2], size=400)
        wrong += _fed(difference_decider({"accuracy": 0.95}, n=400), same) is not None
    assert wrong / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_a_run_that_stops_when_decided_is_wrong_no_more_often_than_it_says():
    wrong = 0
    for seed in range(300):
        decider = Decider([RIGHT], n=400)
        wrong += _fed(decider, _coin(0.6, 400, seed=seed)) is not None
    assert wrong / 300 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize(
    "limit",
    [
        Limit(metric="m"),
        Limit(metric="m", at_least=0.1, at_most=0.2),
        Limit(metric="m", at_least=0.1, confidence=1.0),
        Limit(metric="m", at_least=0.1, quantile=1.0),
        Limit(metric="m", at_least=0.1, bounds=(1.0, 0.0)),
    ],
)
def test_limits_without_a_meaning_are_refused(limit):
    with pytest.raises(UsageError):
        Decider([limit], n=1)


@pytest.mark.parametrize("position", [-1, 3, 0])
def test_a_sample_that_is_not_planned_or_came_before_is_refused(position):
    decider = Decider([RIGHT], n=3)
    decider.add(0, {"accuracy": 1.0})
    with pytest.raises(UsageError):
        decider.add(position, {"accuracy": 1.0})


def test_only_a_limited_mean_has_an_estimate():
    decider = Decider([Limit(metric="latency", at_most=9, quantile=0.5)], n=1)
    for metric in ("latency", "accuracy"):
        with pytest.raises(UsageError):
            decider.estimate(metric)
