"""How far several raters agree, of whom not each has rated everything: Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import Interval, checked_confidence

Scale = Literal["nominal", "ordinal", "interval"]


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement beyond chance: 1 for full, 0 for what chance gives.

    Args:
        alpha: Krippendorff's; None if every rating is the same, so that nothing could differ.
        interval: Over rated things, by bootstrap; None with alpha None or fewer than 2 things.
        n: Things that at least two raters rated.
        n_ratings: Their ratings.
    """

    alpha: float | None
    interval: Interval | None
    n: int
    n_ratings: int


def krippendorff_alpha(
    ratings: Sequence[Sequence[Hashable | None]],
    *,
    scale: Scale = "nominal",
    confidence: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Reliability:
    """Returns Krippendorff's alpha of the ratings, with its interval.

    Args:
        ratings: For each thing, its ratings by each rater, None where one has not rated it; on an
            `ordinal` or `interval` scale they are numbers.
        scale: What a difference between two ratings means.
        confidence: Of the interval, in (0, 1).
        n_resamples: Of the bootstrap over things.
        seed: Of the bootstrap.

    Raises:
        UsageError: no thing has two ratings, or a rating on a scale is no number.

    Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability; the interval resamples
    rated things, as Zapf et al. 2016, Measuring inter-rater reliability for nominal data, advise.
    """
    checked_confidence(confidence)
    rated = [[one for one in thing if one is not None] for thing in ratings]
    rated = [thing for thing in rated if len(thing) > 1]
    if not rated:
        raise UsageError("no answer was rated twice", fix="let two people rate the same answers")
    values = _values(rated, scale)
    code = {value: index for index, value in enumerate(values)}
    counts = np.zeros((len(rated), len(values)))
    for row, thing in zip(counts, rated, strict=True):
        np.add.at(row, [code[one] for one in thing], 1)
    alpha = _alpha(counts, values, scale)
    interval = None
    if alpha is not None and len(rated) > 1:
        draws = np.random.default_rng(seed)
        found = [
            one
            for _ in range(n_resamples)
            if (one := _alpha(counts[draws.integers(0, len(rated), len(rated))], values, scale))
            is not None
        ]
        low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
        interval = Interval(low=low, high=high, confidence=confidence, method="bootstrap")
    return Reliability(alpha=alpha, interval=interval, n=len(rated), n_ratings=sum(map(len, rated)))


def _values(rated: Sequence[Sequence[Hashable]], scale: Scale) -> list[Hashable]:
    distinct = list(dict.fromkeys(one for thing in rated for one in thing))
    if scale == "nominal":
        return distinct
    if not all(isinstance(one, int | float) and np.isfinite(one) for one in distinct):
        raise UsageError(f"a rating on an {scale} scale is no number", fix="rate in numbers")
    return sorted(distinct, key=lambda one: float(one))  # type: ignore[arg-type]


def _alpha(counts: NDArray[np.float64], values: Sequence[Hashable], scale: Scale) -> float | None:
    """Returns alpha from each thing's count of each value, shape (things, values)."""
    n_raters = counts.sum(axis=1)
    weighted = counts / (n_raters - 1)[:, None]
    pairs = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    totals = pairs.sum(axis=1)
    n = float(totals.sum())
    apart = _apart(totals, values, scale)
    expected = float(np.sum(np.outer(totals, totals) * apart)) / (n - 1)
    if expected == 0:
        return None
    return 1 - float(np.sum(pairs * apart)) / expected


def _apart(
    totals: NDArray[np.float64], values: Sequence[Hashable], scale: Scale
) -> NDArray[np.float64]:
    """Returns the squared difference of each two values."""
    if scale == "nominal":
        return 1.0 - np.eye(len(values))
    if scale == "interval":
        numbers = np.asarray(values, dtype=np.float64)
        squared: NDArray[np.float64] = (numbers[:, None] - numbers[None, :]) ** 2
        return squared
    # Ordinal: the ratings between two values, the half of each of the two counted.
    middles = np.cumsum(totals) - totals / 2
    between: NDArray[np.float64] = (middles[:, None] - middles[None, :]) ** 2
    return between
