"""Prediction sets cover what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from roundtable.errors import UsageError
from roundtable.statistics.conformal import prediction_sets, rows_needed


def rows(n: int, rng: np.random.Generator, *, sure: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Returns miscalibrated probabilities of 5 options, and the right ones."""
    logits = rng.normal(0, 1, (n, 5))
    right = (logits + rng.gumbel(0, 1, (n, 5))).argmax(axis=1)
    return softmax(sure * logits, axis=1), right


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.2])
def test_coverage_is_nominal_over_repeated_splits(alpha: float) -> None:
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(200):
        sets = prediction_sets(*rows(200, rng), alpha=alpha)
        probabilities, right = rows(500, rng)
        shares.append(sets.of(probabilities)[np.arange(500), right].mean())
    assert np.mean(shares) == pytest.approx(1 - alpha, abs=0.015)


def test_too_few_rows_rule_nothing_out() -> None:
    rng = np.random.default_rng(0)
    few = rows_needed(0.1) - 1
    assert prediction_sets(*rows(few, rng), alpha=0.1).of([0.9, 0.1]).all()
    assert rows_needed(0.1) == 9
    assert prediction_sets(*rows(9, rng), alpha=0.1).least_probability > 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_set_is_never_empty(probabilities: list[float]) -> None:
    sets = prediction_sets([[0.9, 0.1]] * 30, [0] * 30, alpha=0.2)
    assert sets.of(probabilities).any()


def test_a_right_option_that_is_no_option_is_refused() -> None:
    with pytest.raises(UsageError):
        prediction_sets([[0.5, 0.5]], [2])
