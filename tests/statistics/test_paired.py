import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as peer_mcnemar

from roundtable.errors import UsageError
from roundtable.statistics import mcnemar, paired_difference
from roundtable.statistics.paired import paired_permutation, tango_ends


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_agrees_with_statsmodels(b, c):
    peer = peer_mcnemar([[7, b], [c, 9]], exact=True).pvalue
    assert mcnemar(b, c) == pytest.approx(min(1.0, float(peer)), abs=1e-9)


def test_mcnemar_refuses_negative_counts():
    with pytest.raises(UsageError):
        mcnemar(-1, 2)


def test_tango_gives_the_published_interval():
    # Airway hyper-responsiveness of 21 children: Fagerland, Lydersen and Laake 2014, table V.
    low, high = tango_ends(1, 7, 21, critical=1.959964)
    assert (low, high) == (pytest.approx(-0.517, abs=5e-4), pytest.approx(-0.026, abs=5e-4))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 60))
def test_tango_holds_the_difference_and_is_symmetric(b, c, same):
    n = b + c + same
    low, high = tango_ends(b, c, n, critical=1.96)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert tango_ends(c, b, n, critical=1.96) == pytest.approx((-high, -low), abs=1e-9)
    wider = tango_ends(b, c, n, critical=2.5)
    assert wider[0] <= low + 1e-12
    assert wider[1] >= high - 1e-12


def test_few_differences_try_all_signs():
    differences = np.array([0.3, -0.1, 0.25, 0.4, 0.05, 0.0])
    nonzero = differences[differences != 0]
    sums = [abs(np.dot(s, nonzero)) for s in itertools.product((-1, 1), repeat=5)]
    expected = np.mean([s >= abs(nonzero.sum()) - 1e-12 for s in sums])
    assert paired_permutation(differences) == pytest.approx(expected)
    peer = stats.permutation_test(
        (nonzero,), np.sum, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert paired_permutation(differences) == pytest.approx(peer.pvalue)


def test_for_signs_alone_it_is_mcnemar():
    differences = np.repeat([1.0, -1.0, 0.0], [9, 3, 20])
    assert paired_permutation(differences) == pytest.approx(mcnemar(9, 3))


@pytest.mark.parametrize("n", [200, 6000])
def test_many_differences_agree_with_student(n):
    differences = np.random.default_rng(5).normal(0.12 / np.sqrt(n / 200), 1, size=n)
    peer = stats.ttest_1samp(differences, 0).pvalue
    assert paired_permutation(differences) == pytest.approx(peer, abs=0.02)


def test_no_difference_at_all_is_no_evidence():
    assert paired_permutation(np.zeros(4)) == 1.0
    same = paired_difference(np.ones(30), np.ones(30), kind="binary")
    assert same.p_value == 1.0
    assert same.difference == 0.0
    assert same.interval.high == pytest.approx(-same.interval.low)
    assert 0.05 < same.interval.high < 0.2


def test_the_same_data_give_the_same_result():
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 300))
    assert paired_difference(a, b) == paired_difference(a, b)


def test_binary_pairs_use_mcnemar_and_tango():
    a = np.repeat([1, 1, 0, 0], [40, 12, 3, 45])
    b = np.repeat([1, 0, 1, 0], [40, 12, 3, 45])
    result = paired_difference(a, b, kind="binary")
    assert result.difference == pytest.approx(0.09)
    assert result.p_value == mcnemar(12, 3)
    assert result.test == "exact McNemar"
    assert result.interval.method == "tango"
    assert 0 < result.interval.low < 0.09 < result.interval.high


@pytest.mark.parametrize("kind", ["binary", "score"])
def test_copies_of_a_row_in_one_cluster_are_no_evidence(kind):
    a = np.repeat([1.0, 1, 1, 0, 1, 0], 50)
    b = np.repeat([0.0, 0, 1, 0, 1, 0], 50)
    clusters = np.repeat(np.arange(6), 50)
    naive = paired_difference(a, b, kind=kind)
    honest = paired_difference(a, b, kind=kind, clusters=clusters)
    assert naive.p_value < 1e-3
    assert honest.p_value == 0.5  # two clusters that differ: four signs, two as extreme
    assert honest.clusters == 6
    assert 0.0 in honest.interval
    assert honest.test == "exact sign-flip of clusters"


def test_exchanging_the_two_exchanges_the_signs():
    rng = np.random.default_rng(3)
    a, b = rng.random((2, 60))
    there, back = paired_difference(a, b), paired_difference(b, a)
    assert there.difference == -back.difference
    assert there.p_value == pytest.approx(back.p_value, abs=0.02)


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ([1.0, 0.0], [1.0], "score"),
        ([1.0, float("nan")], [1.0, 0.0], "score"),
        ([0.5, 0.0], [1.0, 0.0], "binary"),
        ([], [], "score"),
    ],
)
def test_values_that_cannot_be_paired_are_refused(a, b, kind):
    with pytest.raises(UsageError):
        paired_difference(a, b, kind=kind)
