"""The threshold's promise: exact, largest, honest when there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from roundtable.errors import UsageError
from roundtable.statistics.risk import risk_threshold


def rows(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns scores and labels of a population whose risk grows with the score."""
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    return scores, rng.random(n) < scores


def test_the_promise_is_broken_no_more_often_than_stated() -> None:
    alpha, confidence, broken, n_splits = 0.2, 0.9, 0, 400
    for seed in range(n_splits):
        scores, wrong = rows(300, seed=seed)
        found = risk_threshold(scores, wrong, alpha=alpha, confidence=confidence)
        # The risk below t is t / 2 in this population.
        broken += found.threshold is not None and found.threshold / 2 > alpha
    assert broken <= binom.ppf(0.999, n_splits, 1 - confidence)


def test_the_threshold_nears_the_best_possible_with_many_rows() -> None:
    scores, wrong = rows(20_000, seed=1)
    found = risk_threshold(scores, wrong, alpha=0.2)
    assert found.threshold == pytest.approx(0.4, abs=0.03)
    assert found.coverage == pytest.approx(0.4, abs=0.03)


def test_a_point_estimate_under_alpha_is_not_enough() -> None:
    scores, wrong = rows(300, seed=2)
    found = risk_threshold(scores, wrong, alpha=0.2)
    assert found.threshold is not None
    assert found.n_wrong / found.n_answered < 0.2
    assert binom.cdf(found.n_wrong, found.n_answered, 0.2) <= 0.05


def test_few_rows_carry_no_promise_and_the_number_that_would_is_named() -> None:
    scores, wrong = np.linspace(0, 1, 10), np.zeros(10, dtype=bool)
    found = risk_threshold(scores, wrong, alpha=0.05)
    assert found.threshold is None
    assert found.n_needed is not None
    assert found.n_needed >= 59
    again = risk_threshold(
        np.linspace(0, 1, found.n_needed), np.zeros(found.n_needed, dtype=bool), alpha=0.05
    )
    assert again.threshold is not None


def test_scores_that_do_not_separate_are_told_apart_from_too_few_rows() -> None:
    rng = np.random.default_rng(3)
    found = risk_threshold(rng.random(500), np.ones(500, dtype=bool), alpha=0.1)
    assert found.threshold is None
    assert found.n_needed is None


def test_one_wrong_answer_at_the_top_does_not_spend_the_whole_level() -> None:
    wrong = np.zeros(1000, dtype=bool)
    wrong[0] = True
    found = risk_threshold(np.arange(1000.0), wrong, alpha=0.05)
    assert found.n_answered == 1000


def test_rows_of_one_cluster_count_once() -> None:
    scores, wrong = rows(40, seed=4)
    many = risk_threshold(
        np.repeat(scores, 50), np.repeat(wrong, 50), alpha=0.2, clusters=np.repeat(range(40), 50)
    )
    assert many.n == 40


@given(st.integers(0, 1000), st.sampled_from([0.05, 0.1, 0.3]))
def test_order_and_a_monotone_change_of_scale_change_nothing(seed: int, alpha: float) -> None:
    scores, wrong = rows(120, seed=seed)
    scores = np.round(scores, 1)
    base = risk_threshold(scores, wrong, alpha=alpha)
    shuffled = np.random.default_rng(seed).permutation(120)
    again = risk_threshold(np.exp(scores)[shuffled], wrong[shuffled], alpha=alpha)
    assert (base.n_answered, base.n_wrong) == (again.n_answered, again.n_wrong)


@given(st.integers(0, 1000))
def test_a_laxer_promise_never_answers_less(seed: int) -> None:
    scores, wrong = rows(200, seed=seed)
    strict = risk_threshold(scores, wrong, alpha=0.1, confidence=0.95)
    lax = risk_threshold(scores, np.zeros(200, dtype=bool), alpha=0.1, confidence=0.95)
    assert lax.n_answered >= strict.n_answered


@pytest.mark.parametrize(
    ("scores", "wrong", "alpha"),
    [
        ([], [], 0.1),
        ([0.1], [True, False], 0.1),
        ([float("nan")], [True], 0.1),
        ([0.1], [True], 0.0),
    ],
)
def test_impossible_input_is_refused(scores: list[float], wrong: list[bool], alpha: float) -> None:
    with pytest.raises(UsageError):
        risk_threshold(scores, wrong, alpha=alpha)
