import time

import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.statistics.classes import class_f1, macro_f1, macro_f1_interval


def _answers(n, *, k=5, right=0.7, seed=0):
    rng = np.random.default_rng(seed)
    targets = rng.integers(k, size=n)
    return targets, np.where(rng.random(n) < right, targets, rng.integers(-1, k, size=n))


def _confusion(targets, predictions, k):
    table = np.zeros((k, k + 1))
    np.add.at(table, (targets, predictions), 1)  # -1 is the last column
    return table


def test_f1_is_two_right_over_expected_and_given():
    table = np.array([[3.0, 1, 0], [2, 4, 2]])
    assert class_f1(table) == pytest.approx([6 / 9, 8 / 13])
    assert macro_f1(table) == pytest.approx((6 / 9 + 8 / 13) / 2)


def test_a_class_never_seen_does_not_count():
    table = np.array([[3.0, 0, 1, 0], [0, 0, 0, 0], [1, 0, 2, 0]])
    assert np.isnan(class_f1(table)[1])
    assert macro_f1(table) == pytest.approx((6 / 8 + 4 / 6) / 2)


def test_agrees_with_resampling_the_rows_themselves():
    targets, predictions = _answers(150)
    rng = np.random.default_rng(9)
    draws = []
    for _ in range(2000):
        rows = rng.integers(150, size=150)
        draws.append(macro_f1(_confusion(targets[rows], predictions[rows], 5)))
    interval = macro_f1_interval(targets, predictions, n_classes=5)
    assert (interval.low, interval.high) == pytest.approx(
        tuple(np.quantile(draws, [0.025, 0.975])), abs=0.02
    )
    assert macro_f1(_confusion(targets, predictions, 5)) in interval


def test_copies_of_a_row_in_one_cluster_add_no_certainty():
    targets, predictions = _answers(60)
    once = macro_f1_interval(targets, predictions, n_classes=5)
    copied = macro_f1_interval(
        np.repeat(targets, 8),
        np.repeat(predictions, 8),
        n_classes=5,
        clusters=np.repeat(np.arange(60), 8),
    )
    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=0.1)


def test_all_right_is_no_certainty():
    interval = macro_f1_interval([0, 1, 2] * 4, [0, 1, 2] * 4, n_classes=3)
    assert interval.high == 1.0
    assert interval.low == pytest.approx(0.025 ** (1 / 12))


@pytest.mark.parametrize(("k", "clustered"), [(11, False), (11, True), (150, False)])
def test_a_hundred_thousand_samples_take_about_a_second(k, clustered):
    targets, predictions = _answers(100_000, k=k)
    clusters = np.arange(100_000) // 3 if clustered else None
    start = time.process_time()
    interval = macro_f1_interval(targets, predictions, n_classes=k, clusters=clusters)
    assert time.process_time() - start < 4  # 0.04 to 0.8 s on an idle machine
    assert interval.high - interval.low < 0.01


@pytest.mark.parametrize(
    ("targets", "predictions"), [([], []), ([0], [0, 1]), ([3], [0]), ([0], [-2]), ([-1], [0])]
)
def test_classes_out_of_range_are_refused(targets, predictions):
    with pytest.raises(UsageError):
        macro_f1_interval(targets, predictions, n_classes=3)


def test_a_thousand_classes_are_counted_in_seconds():
    targets, predictions = _answers(20_000, k=3000, right=0.6)
    start = time.process_time()
    interval = macro_f1_interval(targets, predictions, n_classes=3000)
    assert time.process_time() - start < 10
    assert macro_f1(_confusion(targets, predictions, 3000)) in interval
