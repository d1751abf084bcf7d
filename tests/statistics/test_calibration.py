"""Probabilities are held against what happened."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import UsageError
from roundtable.statistics.calibration import auroc, auroc_interval, calibration

CASES = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40).filter(
    lambda cases: len({true for _, true in cases}) == 2
)


@given(CASES)
def test_the_area_is_the_share_of_pairs_in_order(cases: list[tuple[int, bool]]) -> None:
    true = [score for score, is_true in cases if is_true]
    false = [score for score, is_true in cases if not is_true]
    wins = sum((t > f) + 0.5 * (t == f) for t in true for f in false)
    scores, truths = zip(*cases, strict=True)
    assert auroc(scores, truths) == pytest.approx(wins / (len(true) * len(false)))


def test_one_class_alone_is_an_error() -> None:
    with pytest.raises(UsageError, match="one class"):
        auroc([0.1, 0.2], [True, True])


def test_the_interval_of_the_area_covers_it_and_widens_with_clusters() -> None:
    rng = np.random.default_rng(1)
    truths = rng.random(300) < 0.5
    scores = truths + rng.normal(size=300)
    alone = auroc_interval(scores, truths, n_resamples=300)
    assert alone.low < auroc(scores, truths) < alone.high
    fourfold = np.repeat(np.arange(300), 4)
    wide = auroc_interval(scores[fourfold], truths[fourfold], clusters=fourfold, n_resamples=300)
    narrow = auroc_interval(scores[fourfold], truths[fourfold], n_resamples=300)
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_calibrated_probabilities_err_no_more_than_chance() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(4000)
    good = calibration(p, rng.random(4000) < p, n_resamples=200)
    assert good.error < 2 * good.by_chance < 0.04
    bad = calibration(p, rng.random(4000) < p**2, n_resamples=200)
    assert bad.interval.low > 0.1
    assert bad.interval.low < bad.error < bad.interval.high
    assert sum(one.n for one in bad.bins) == 4000


def test_the_error_is_the_mean_distance_over_bins() -> None:
    found = calibration([0.2] * 5 + [0.9] * 5, [True] + [False] * 4 + [True] * 5, n_bins=2)
    assert found.error == pytest.approx(0.05)


@pytest.mark.parametrize("p", [[-0.1, 0.5], [0.5, float("nan")], [0.5]])
def test_what_is_no_probability_is_refused(p: list[float]) -> None:
    with pytest.raises(UsageError):
        calibration(p, [True, False])
