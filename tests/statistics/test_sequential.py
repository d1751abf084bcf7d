from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.errors import UsageError
from roundtable.statistics import proportion_interval
from roundtable.statistics.sequential import (
    Bet,
    LargeSampleBound,
    confidence_sequence,
    log_capital,
    quantile_sequence,
)


@pytest.mark.parametrize("weights", [None, np.linspace(0.2, 1.0, 300)])
def test_one_by_one_or_at_once_the_capital_is_the_same(weights):
    rng = np.random.default_rng(1)
    values = (rng.random((40, 300)) < 0.8).astype(float)
    up = log_capital(values, 0.65, weights=weights)
    down = log_capital(1 - values, 1 - 0.65, weights=weights)
    verdicts = []
    for row in values:
        bet = Bet(0.65)
        steps = [
            bet.add(value, weight=1.0 if weights is None else weights[i])
            for i, value in enumerate(row)
        ]
        verdicts.append(steps)
    won = np.maximum.accumulate(up >= log(40), axis=-1).astype(int)
    lost = np.maximum.accumulate(down >= log(40), axis=-1).astype(int)
    assert np.array_equal(np.array(verdicts), won - lost)
    assert 0.5 < won[:, -1].mean() <= 1


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_looking_after_every_value_stays_at_the_nominal_error(share):
    rng = np.random.default_rng(2)
    values = (rng.random((1500, 1000)) < share).astype(float)
    up, down = log_capital(values, share), log_capital(1 - values, 1 - share)
    false = (np.maximum(up, down).max(axis=-1) >= log(40)).mean()
    assert false <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1500)
    # So the test can fail: Wilson's interval with the same looks is far off.
    n = np.arange(1, 1001)
    means = np.cumsum(values, axis=-1) / n
    z = (means - share) / np.sqrt(share * (1 - share) / n)
    assert (np.abs(z[:, 20:]).max(axis=-1) > 1.96).mean() > 0.2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_interval_grows_with_confidence_and_stays_in_the_unit_interval(values):
    narrow = confidence_sequence(values, confidence=0.8)
    wide = confidence_sequence(values, confidence=0.99)
    assert 0 <= wide.low <= narrow.low + 1e-9
    assert narrow.low <= narrow.high
    assert narrow.high - 1e-9 <= wide.high <= 1


def test_the_interval_holds_the_mean_and_is_wider_than_one_look_allows():
    values = (np.random.default_rng(3).random(400) < 0.8).astype(float)
    interval = confidence_sequence(values)
    once = proportion_interval(int(values.sum()), 400)
    assert values.mean() in interval
    assert interval.low < once.low
    assert interval.high > once.high
    assert interval.high - interval.low < 2.5 * (once.high - once.low)


def test_the_interval_leaves_out_what_the_bets_were_won_against():
    values = (np.random.default_rng(4).random(300) < 0.8).astype(float)
    interval = confidence_sequence(values)
    for mean in (interval.low - 1e-6, interval.low + 1e-6):
        bet = Bet(mean)
        for value in values:
            bet.add(value)
        assert (bet.verdict == 1) == (mean < interval.low)


def test_equal_sizes_are_no_sizes():
    values = np.random.default_rng(5).random(80)
    assert confidence_sequence(values, sizes=np.full(80, 3), largest=3) == confidence_sequence(
        values
    )


def test_smaller_clusters_weigh_less():
    values = np.random.default_rng(6).random(80)
    small = confidence_sequence(values, sizes=np.ones(80), largest=4)
    whole = confidence_sequence(values)
    assert small.high - small.low > whole.high - whole.low


@pytest.mark.parametrize(
    "call",
    [
        lambda: confidence_sequence([0.5, 1.5]),
        lambda: confidence_sequence([]),
        lambda: confidence_sequence([0.5], sizes=[2]),
        lambda: confidence_sequence([0.5], sizes=[2], largest=1),
        lambda: confidence_sequence([0.5], confidence=1.0),
        lambda: Bet(1.0),
        lambda: Bet(0.5, confidence=0.0),
    ],
)
def test_arguments_without_a_meaning_are_refused(call):
    with pytest.raises(UsageError):
        call()


def test_a_quantile_is_covered_at_every_look_and_bounded_on_both_sides():
    wrong = 0
    for seed in range(120):
        values = np.random.default_rng(seed).exponential(size=300)
        for n in (50, 100, 200, 300):
            interval = quantile_sequence(values[:n], 0.5)
            if np.log(2) not in interval:
                wrong += 1
                break
    assert wrong / 120 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)
    assert np.isfinite([interval.low, interval.high]).all()
    few = quantile_sequence([1.0, 2.0, 3.0], 0.95)
    assert few.high == np.inf


def test_a_cluster_of_copies_says_no_more_of_a_quantile_than_one_of_them():
    values = np.random.default_rng(1).exponential(size=200)
    once = quantile_sequence(values, 0.5)
    copied = quantile_sequence(
        np.repeat(values, 5), 0.5, clusters=np.repeat(np.arange(200), 5), largest=5
    )
    assert (copied.low, copied.high) == (once.low, once.high)


def test_the_large_sample_bound_begins_at_two_hundred_and_only_narrows():
    rng = np.random.default_rng(3)
    bound = LargeSampleBound(1000)
    widths = []
    for i, value in enumerate(rng.exponential(size=1000)):
        bound.add(value)
        low, high = bound.ends()
        assert np.isinf(high) == (i + 1 < LargeSampleBound.FEWEST)
        if np.isfinite(high):
            widths.append(high - low)
    assert (np.diff(widths) <= 1e-12).all()
    assert low < 1.0 < high
    assert widths[-1] < 0.35  # an ordinary interval: 0.12


def test_the_large_sample_bound_counts_clusters():
    values = np.random.default_rng(3).normal(size=300)
    once, copied = LargeSampleBound(300), LargeSampleBound(300)
    for value in values:
        once.add(value)
        copied.add(value * 4, 4)
    assert copied.ends() == pytest.approx(once.ends())


def test_the_large_sample_bound_is_wrong_no_more_often_than_it_says():
    wrong = 0
    for seed in range(200):
        bound = LargeSampleBound(500)
        for value in np.random.default_rng(seed).gamma(2, size=500):
            bound.add(value)
        low, high = bound.ends()  # within all that stood before
        wrong += not low <= 2 <= high
    assert wrong / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
