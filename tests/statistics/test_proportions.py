import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from roundtable.errors import UsageError
from roundtable.statistics import proportion_interval
from roundtable.statistics.proportions import clustered_proportion_interval, effective_size

counts = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("method", "peer"), [("wilson", "wilson"), ("exact", "beta")])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
def test_agrees_with_statsmodels(method, peer, confidence):
    for n in (1, 2, 10, 137, 5000):
        for successes in sorted({0, 1, n // 3, n - 1, n}):
            ours = proportion_interval(successes, n, confidence=confidence, method=method)
            theirs = proportion_confint(successes, n, alpha=1 - confidence, method=peer)
            assert (ours.low, ours.high) == pytest.approx(theirs, abs=1e-9)


@given(counts, st.sampled_from(["wilson", "exact"]), st.floats(0.5, 0.98))
def test_holds_the_share_stays_in_the_unit_interval_and_grows_with_confidence(
    count, method, confidence
):
    successes, n = count
    narrow = proportion_interval(successes, n, confidence=confidence, method=method)
    wide = proportion_interval(successes, n, confidence=confidence + 0.01, method=method)
    assert 0 <= wide.low <= narrow.low <= narrow.high <= wide.high <= 1
    if n:
        assert successes / n in narrow


def test_no_trials_say_nothing():
    interval = proportion_interval(0, 0)
    assert (interval.low, interval.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)]
)
def test_impossible_arguments_are_refused(successes, n, confidence):
    with pytest.raises(UsageError):
        proportion_interval(successes, n, confidence=confidence)


def test_without_shared_clusters_it_is_wilson():
    values = np.array([1, 0, 1, 1, 0])
    ours = clustered_proportion_interval(values, np.arange(5))
    assert ours == proportion_interval(3, 5)


def test_copies_of_a_row_in_one_cluster_add_no_certainty():
    once = np.array([1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1] * 5)
    single = clustered_proportion_interval(once, None)
    copied = clustered_proportion_interval(np.repeat(once, 10), np.repeat(np.arange(60), 10))
    naive = proportion_interval(int(once.sum()) * 10, 600)
    assert copied.high - copied.low >= 0.99 * (single.high - single.low)
    assert copied.high - copied.low > 2.5 * (naive.high - naive.low)
    assert effective_size(
        np.repeat(once, 10), clusters=np.repeat(np.arange(60), 10)
    ) == pytest.approx(60, rel=0.02)


def test_where_all_agree_each_cluster_counts_once():
    interval = clustered_proportion_interval(np.ones(100), np.repeat(np.arange(5), 20))
    assert interval.high == 1.0
    assert interval.low < proportion_interval(5, 5).low


def test_one_cluster_says_nothing():
    interval = clustered_proportion_interval(np.array([1, 0, 1]), np.zeros(3))
    assert (interval.low, interval.high) == (0.0, 1.0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60))
def test_a_clustered_interval_holds_the_share(rows):
    values, clusters = np.array(rows, dtype=float).T
    interval = clustered_proportion_interval(values, clusters)
    assert 0 <= interval.low <= values.mean() <= interval.high <= 1


@pytest.mark.parametrize("values", [[0.5, 1.0], [1.0, float("nan")], []])
def test_values_that_are_no_outcomes_are_refused(values):
    with pytest.raises(UsageError):
        clustered_proportion_interval(values, None)


def test_clusters_must_be_one_per_value():
    with pytest.raises(UsageError, match="3 values"):
        clustered_proportion_interval([1, 0, 1], [1, 2])
