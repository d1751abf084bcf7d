"""Estimates from few human labels and many of a judge hold however bad the judge is."""

import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.statistics.prediction_powered import prediction_powered_mean


def draw(
    n: int, rng: np.random.Generator, *, right: float, p: float = 0.3
) -> tuple[np.ndarray, np.ndarray]:
    """Returns human labels, and those of a judge that is right so often."""
    human = rng.random(n) < p
    return human.astype(float), np.where(rng.random(n) < right, human, ~human).astype(float)


@pytest.mark.parametrize("right", [0.5, 0.6, 0.9])
def test_intervals_cover_nominally_with_a_poor_and_a_good_judge(right: float) -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(1000):
        human, judge = draw(100, rng, right=right)
        _, judged = draw(1000, rng, right=right)
        found = prediction_powered_mean(human, judge, judged).interval
        covered += found.low <= 0.3 <= found.high
    assert covered / 1000 == pytest.approx(0.95, abs=0.02)


def test_a_good_judge_is_worth_many_labels_and_a_blind_one_costs_nothing() -> None:
    rng = np.random.default_rng(2)
    human, judge = draw(200, rng, right=0.95)
    good = prediction_powered_mean(human, judge, draw(5000, rng, right=0.95)[1])
    assert good.n_equivalent > 400
    blind = prediction_powered_mean(human, rng.random(200), rng.random(5000))
    width = blind.interval.high - blind.interval.low
    assert width <= 1.05 * (blind.classical.high - blind.classical.low)


def test_equal_human_labels_do_not_make_an_interval_of_no_width() -> None:
    found = prediction_powered_mean(np.zeros(20), np.zeros(20), np.ones(100))
    assert found.value == 0.0
    assert found.interval.high > 0.1


def test_judgements_without_their_human_labels_are_refused() -> None:
    with pytest.raises(UsageError):
        prediction_powered_mean([1.0, 0.0], [1.0], [1.0, 0.0])
