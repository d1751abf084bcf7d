import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from roundtable.errors import UsageError
from roundtable.statistics import mean_interval

skewed = np.random.default_rng(1).exponential(size=60)
floats = st.floats(-1e6, 1e6, allow_nan=False)


def test_student_agrees_with_scipy():
    ours = mean_interval(skewed, method="t", confidence=0.9)
    theirs = stats.ttest_1samp(skewed, 0).confidence_interval(0.9)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_bca_agrees_with_scipy_within_the_chance_of_resampling():
    ours = mean_interval(skewed, method="bca")
    theirs = stats.bootstrap((skewed,), np.mean, n_resamples=20_000, rng=0).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    student = mean_interval(skewed, method="t")
    assert ours.high - skewed.mean() > student.high - skewed.mean()  # the long tail is above


def test_the_cluster_variance_agrees_with_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(12), rng.integers(1, 9, size=12))
    values = rng.normal(size=12)[clusters] + rng.normal(size=clusters.size)
    ours = mean_interval(values, clusters=clusters, method="cluster")
    fit = sm.OLS(values, np.ones(values.size)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )
    # statsmodels' small-sample factor has (n - 1) / (n - k) with k = 1: the same as ours.
    low, high = fit.conf_int()[0]
    assert (ours.low, ours.high) == pytest.approx((low, high))


@settings(max_examples=40, deadline=None)
@given(st.lists(floats, min_size=2, max_size=40), st.sampled_from(["bca", "t"]))
def test_holds_the_mean_and_grows_with_confidence(values, method):
    mean = float(np.mean(values))
    narrow = mean_interval(values, method=method, confidence=0.8)
    wide = mean_interval(values, method=method, confidence=0.99)
    slack = 1e-9 * (1 + float(np.abs(values).max()))
    assert wide.low <= narrow.low + slack
    assert narrow.low <= mean + slack
    assert mean <= narrow.high + slack
    assert narrow.high <= wide.high + slack


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 8))
def test_stays_within_bounds_also_with_clusters(values, n_clusters):
    clusters = np.arange(len(values)) % n_clusters
    interval = mean_interval(values, clusters=clusters, bounds=(0.0, 1.0))
    assert 0 <= interval.low <= np.mean(values) + 1e-9
    assert np.mean(values) - 1e-9 <= interval.high <= 1


def test_the_order_of_independent_rows_does_not_matter():
    assert mean_interval(skewed) == mean_interval(skewed[::-1])


def test_one_value_sets_no_bound():
    interval = mean_interval([3.0])
    assert (interval.low, interval.high) == (-np.inf, np.inf)
    bounded = mean_interval([1.0], bounds=(0.0, 1.0))
    assert (bounded.low, bounded.high) == (pytest.approx(0.025), 1.0)


def test_equal_values_have_no_width_unless_bounds_say_how_far_off_the_mean_can_be():
    free = mean_interval([0.0] * 5)
    assert (free.low, free.high) == (0.0, 0.0)
    bounded = mean_interval([1.0] * 5, bounds=(0.0, 1.0))
    assert bounded.low == pytest.approx(0.025 ** (1 / 5))  # Clopper-Pearson's for 5 of 5


def test_one_cluster_sets_no_bound():
    interval = mean_interval([1.0, 2.0], clusters=["x", "x"])
    assert (interval.low, interval.high) == (-np.inf, np.inf)


def test_few_values_and_very_many_take_no_resampling():
    values = np.random.default_rng(0).random(20_000)
    assert mean_interval(values[:19]).method == "t"
    assert mean_interval(values[:20]).method == "bca bootstrap"
    assert mean_interval(values).method == "t"


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([], {}),
        ([1.0, float("nan")], {}),
        ([1.0, 2.0], {"confidence": 1.5}),
        ([1.0, 2.0], {"method": "cluster"}),
        ([1.0, 2.0], {"method": "t", "clusters": [1, 1]}),
        ([1.0, 2.0], {"bounds": (0.0, 1.0)}),
    ],
)
def test_arguments_without_a_meaning_are_refused(values, options):
    with pytest.raises(UsageError):
        mean_interval(values, **options)
