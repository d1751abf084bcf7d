"""Macro F1 of two candidates: paired, exact where few samples differ, clusters whole."""

import itertools
import time

import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.statistics.class_pairs import paired_macro_f1
from roundtable.statistics.classes import macro_f1


def _table(targets, predictions, k):
    table = np.zeros((k, k + 1))
    np.add.at(table, (targets, predictions), 1)
    return table


def _two(n, *, k=4, right=(0.8, 0.8), seed=0):
    rng = np.random.default_rng(seed)
    targets = rng.integers(k, size=n)
    return targets, *(
        np.where(rng.random(n) < share, targets, rng.integers(-1, k, size=n)) for share in right
    )


def test_the_difference_is_that_of_the_two_macro_f1():
    targets, a, b = _two(200, right=(0.9, 0.6))
    found = paired_macro_f1(targets, a, b, n_classes=4)
    expected = macro_f1(_table(targets, a, 4)) - macro_f1(_table(targets, b, 4))
    assert found.difference == pytest.approx(expected)
    assert found.interval.low < expected < found.interval.high
    assert found.p_value < 0.001
    assert found.interval.low > 0
    mirrored = paired_macro_f1(targets, b, a, n_classes=4)
    assert mirrored.difference == pytest.approx(-expected)


def test_few_that_differ_are_exchanged_every_way():
    targets = np.array([0, 1, 2, 0, 1, 2, 0, 1])
    a = targets.copy()
    b = np.array([0, 1, 0, 0, 2, -1, 0, 1])
    observed = abs(macro_f1(_table(targets, a, 3)) - macro_f1(_table(targets, b, 3)))
    hits = 0
    for swap in itertools.product([False, True], repeat=8):
        first, second = np.where(swap, b, a), np.where(swap, a, b)
        difference = macro_f1(_table(targets, first, 3)) - macro_f1(_table(targets, second, 3))
        hits += abs(difference) >= observed - 1e-10
    found = paired_macro_f1(targets, a, b, n_classes=3)
    assert found.p_value == hits / 2**8
    assert found.test == "exact label exchange"


def test_random_exchanges_agree_with_all_of_them():
    targets, a, b = _two(300, right=(0.96, 0.93), seed=3)
    differing = np.flatnonzero(a != b)
    assert 12 < differing.size <= 40
    few = np.r_[differing[:12], np.flatnonzero(a == b)]
    exact = paired_macro_f1(targets[few], a[few], b[few], n_classes=4)
    # The same rows, each in a cluster of its own twin without a difference: drawn, not tried out.
    many = paired_macro_f1(targets, a, b, n_classes=4)
    assert "exact" in exact.test
    assert "9999 draws" in many.test
    clustered = paired_macro_f1(targets, a, b, n_classes=4, clusters=np.arange(300) // 1)
    assert clustered.p_value == many.p_value


def test_equal_answers_are_not_told_apart_and_not_held_for_certain():
    targets, a, _ = _two(50)
    found = paired_macro_f1(targets, a, a, n_classes=4)
    assert (found.difference, found.p_value) == (0.0, 1.0)
    assert found.interval.low < 0 < found.interval.high


def test_copies_of_a_row_in_one_cluster_add_no_certainty():
    targets, a, b = _two(60, right=(0.9, 0.7), seed=5)
    once = paired_macro_f1(targets, a, b, n_classes=4)
    copied = paired_macro_f1(
        *(np.repeat(x, 8) for x in (targets, a, b)),
        n_classes=4,
        clusters=np.repeat(np.arange(60), 8),
    )
    assert copied.clusters == 60
    assert copied.p_value == pytest.approx(once.p_value, abs=0.02)
    widths = [one.interval.high - one.interval.low for one in (copied, once)]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)


def test_without_a_difference_it_alarms_no_more_often_than_it_says():
    alarms = covers = 0
    n = 150
    for seed in range(n):
        found = paired_macro_f1(*_two(80, seed=seed), n_classes=4)
        alarms += found.p_value <= 0.05
        covers += 0.0 in found.interval
    error = np.sqrt(0.05 * 0.95 / n)
    assert alarms / n <= 0.05 + 3 * error
    assert covers / n >= 0.92 - 3 * error


@pytest.mark.parametrize(("k", "clustered"), [(11, False), (11, True), (1000, False), (1000, True)])
def test_many_samples_and_classes_take_about_a_second(k, clustered):
    n = 20_000 if k < 100 else 5000
    targets, a, b = _two(n, k=k, right=(0.8, 0.7))
    clusters = np.arange(n) // 2 if clustered else None
    start = time.process_time()
    found = paired_macro_f1(targets, a, b, n_classes=k, clusters=clusters)
    assert time.process_time() - start < 12
    assert found.p_value < 0.001


def test_answers_of_other_samples_are_refused():
    with pytest.raises(UsageError):
        paired_macro_f1([0, 1], [0, 1], [0], n_classes=2)
