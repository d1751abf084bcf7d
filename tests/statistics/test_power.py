from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import UsageError
from roundtable.statistics import mcnemar
from roundtable.statistics.power import minimum_detectable_effect, samples_needed


def test_gives_the_textbook_size():
    # 5 % right alone against 15 %: (1.96 sqrt(0.2) + 0.8416 sqrt(0.2 - 0.01))^2 / 0.01 = 154.6.
    assert samples_needed(0.1, 0.2) == 155


def test_that_many_samples_are_told_apart_about_four_times_in_five():
    n = samples_needed(0.1, 0.2)
    rng = np.random.default_rng(7)
    told = [mcnemar(b, c) <= 0.05 for b, c, _ in rng.multinomial(n, [0.15, 0.05, 0.8], size=2000)]
    # The exact test is a little stricter than the normal approximation.
    assert 0.72 < np.mean(told) < 0.84


@given(st.floats(0.01, 0.5), st.floats(0.0, 1.0), st.floats(1.0, 5.0))
def test_the_detectable_effect_is_the_inverse(difference, more, design_effect):
    mean_square = difference**2 + more
    n = samples_needed(difference, mean_square, design_effect=design_effect)
    effect = minimum_detectable_effect(n, mean_square, design_effect=design_effect)
    assert effect <= difference * 1.001
    if n > 50 * design_effect:
        assert effect > difference * 0.9


def test_no_difference_takes_no_number():
    assert samples_needed(0.0, 0.1) is None


def test_two_samples_tell_nothing():
    assert minimum_detectable_effect(2, 0.2) == inf


@pytest.mark.parametrize(
    "call",
    [
        lambda: samples_needed(0.5, 0.1),
        lambda: samples_needed(float("nan"), 0.1),
        lambda: samples_needed(0.1, 0.2, power=1.0),
        lambda: samples_needed(0.1, 0.2, confidence=0.0),
        lambda: minimum_detectable_effect(0, 0.2),
    ],
)
def test_arguments_without_a_meaning_are_refused(call):
    with pytest.raises(UsageError):
        call()
