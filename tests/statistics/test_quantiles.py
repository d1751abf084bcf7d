import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from roundtable.errors import UsageError
from roundtable.statistics import quantile_interval
from roundtable.statistics.quantiles import quantile


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.floats(0.01, 0.99))
def test_holds_the_quantile_and_grows_with_confidence(values, q):
    narrow = quantile_interval(values, q, confidence=0.8)
    wide = quantile_interval(values, q, confidence=0.99)
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert quantile(values, q) in narrow


@pytest.mark.parametrize("n", [10, 80, 400, 30_000])
@pytest.mark.parametrize("q", [0.5, 0.95])
def test_its_ranks_are_the_innermost_with_at_most_half_of_alpha_beyond(n, q):
    interval = quantile_interval(np.arange(1.0, n + 1), q)  # a value is its own rank
    below = stats.binom(n, q)
    if np.isfinite(interval.low):
        assert below.cdf(interval.low - 1) <= 0.025 < below.cdf(interval.low)
    else:
        assert below.cdf(0) > 0.025
    if np.isfinite(interval.high):
        assert below.sf(interval.high - 1) <= 0.025 < below.sf(interval.high - 2)
    else:
        assert below.sf(n - 1) > 0.025


def test_the_95th_percentile_has_an_upper_end_from_72_values_on():
    assert quantile_interval(np.arange(71), 0.95).high == np.inf
    assert quantile_interval(np.arange(72), 0.95).high == 71


def test_clusters_widen_it():
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(40), 10)
    values = rng.normal(size=40)[clusters] + 0.1 * rng.normal(size=400)
    naive = quantile_interval(values, 0.5)
    honest = quantile_interval(values, 0.5, clusters=clusters)
    assert honest.high - honest.low > 1.5 * (naive.high - naive.low)
    assert quantile(values, 0.5) in honest


def test_one_cluster_sets_no_bound():
    interval = quantile_interval([1.0, 2.0, 3.0], 0.5, clusters=[0, 0, 0])
    assert (interval.low, interval.high) == (-np.inf, np.inf)


@pytest.mark.parametrize(("values", "q"), [([1.0], 0.0), ([1.0], 1.0), ([], 0.5), ([np.nan], 0.5)])
def test_arguments_without_a_meaning_are_refused(values, q):
    with pytest.raises(UsageError):
        quantile_interval(values, q)
