import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from roundtable.errors import UsageError
from roundtable.statistics import bootstrap


def _median(values):
    return np.median(values, axis=-1)


def _spread(values):
    return values.std(axis=-1)


def test_agrees_with_scipy_within_the_chance_of_resampling():
    values = np.random.default_rng(3).lognormal(size=80)
    ours = bootstrap(values, _spread, n_resamples=8000)
    theirs = stats.bootstrap((values,), np.std, n_resamples=8000, rng=1).confidence_interval
    assert ours.low == pytest.approx(theirs.low, rel=0.05)
    assert ours.high == pytest.approx(theirs.high, rel=0.05)


def test_only_the_data_or_the_seed_decide_the_result():
    values = np.random.default_rng(3).random(50)
    assert bootstrap(values, _median) == bootstrap(values[::-1], _median)
    assert bootstrap(values, _spread, seed=1) != bootstrap(values, _spread, seed=2)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_holds_the_statistic(values):
    interval = bootstrap(values, _median, n_resamples=200)
    assert interval.low <= np.median(values) <= interval.high


def test_whole_clusters_are_drawn():
    rng = np.random.default_rng(8)
    effects = rng.normal(size=25)
    values, clusters = np.repeat(effects, 8), np.repeat(np.arange(25), 8)
    single = bootstrap(effects, _spread)
    copied = bootstrap(values, _spread, clusters=clusters)
    assert copied.method == "bca bootstrap of clusters"
    assert copied.high - copied.low == pytest.approx(single.high - single.low, rel=0.15)


def test_many_values_are_left_out_in_blocks_with_the_same_acceleration():
    values = np.random.default_rng(5).exponential(size=3000)
    ours = bootstrap(values, lambda v: v.mean(axis=-1), n_resamples=4000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, rng=2).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_one_cluster_or_value_has_no_width():
    assert bootstrap([2.0], _median).low == 2.0
    one = bootstrap([1.0, 3.0], _median, clusters=[0, 0], n_resamples=10)
    assert (one.low, one.high) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("values", "options"),
    [([], {}), ([1.0, np.inf], {}), ([1.0], {"confidence": 1.0}), ([1.0], {"clusters": [1, 2]})],
)
def test_arguments_without_a_meaning_are_refused(values, options):
    with pytest.raises(UsageError):
        bootstrap(values, _median, **options)
