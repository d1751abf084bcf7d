"""Estimates of a run that may stop early: their intervals hold at every look together.

An ordinary interval holds for a number of samples fixed beforehand. A run that may stop once it is
decided looks after each sample, so all its numbers are made here, also if it did not stop.
"""

from __future__ import annotations

from math import inf, isinf

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.types import Direction, Estimate, Statistic
from roundtable.statistics.interval import cluster_codes
from roundtable.statistics.quantiles import quantile
from roundtable.statistics.sequential import (
    LargeSampleBound,
    confidence_sequence,
    log_capital,
    quantile_sequence,
)

ANYTIME = "anytime"
"""What the methods of all intervals made here begin with."""


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """What was known of a run before its first sample, if it may stop at any of them.

    Args:
        n_units: Clusters planned, or samples without clusters.
        largest: Samples of the largest cluster.
    """

    n_units: int
    largest: int = 1


def anytime_metric(
    values: NDArray[np.float64],
    *,
    statistic: Statistic,
    looks: Looks,
    clusters: NDArray[np.int64] | None = None,
    n_errors: int = 0,
    direction: Direction = "higher",
    unit: str = "",
    confidence: float = 0.95,
) -> Estimate:
    """Returns the estimate of one metric; see `estimates.summarize_metric` for the arguments.

    Values without a unit that all lie in [0, 1] are bet on; others get the large-sample interval.
    """
    units = Units.of(values, clusters)
    value, ends, method = None, None, ""
    if units.n:
        value = float(units.sums.sum() / units.n)
        bounded = not unit and units.least >= 0.0 and units.most <= 1.0
        if bounded:
            interval = confidence_sequence(
                units.sums / units.sizes,
                confidence=confidence,
                sizes=units.sizes,
                largest=looks.largest,
            )
            ends, method = (interval.low, interval.high), interval.method
        else:
            bound = LargeSampleBound(looks.n_units, confidence=confidence)
            for total, size in zip(units.sums, units.sizes, strict=True):
                bound.add(float(total), int(size))
            low, high = bound.ends()
            floor = 0.0 if units.least >= 0.0 else -inf
            ends = None if isinf(high) else (max(low, floor), high)
            method = "anytime, large sample" if ends else "anytime: too few values for an interval"
        if n_errors:
            worst = "0" if direction == "higher" else "the worst value"
            method += f", {n_errors} error{'s' if n_errors > 1 else ''} counted as {worst}"
    return Estimate(
        value=value,
        interval=ends,
        n=units.n,
        clusters=units.sizes.size,
        confidence=confidence,
        statistic=statistic,
        method=method,
        direction=direction,
        unit=unit,
    )


def anytime_quantile(
    values: NDArray[np.float64],
    q: float,
    *,
    looks: Looks,
    clusters: NDArray[np.int64] | None = None,
    direction: Direction = "lower",
    unit: str = "ms",
    confidence: float = 0.95,
) -> Estimate:
    """Returns the estimate of a quantile of positive values, such as latencies."""
    known = ~np.isnan(values)
    kept = values[known]
    groups = None if clusters is None else clusters[known]
    ends = None
    if kept.size:
        found = quantile_sequence(
            kept, q, confidence=confidence, clusters=groups, largest=looks.largest
        )
        low = max(found.low, 0.0) if kept.min() >= 0.0 else found.low
        ends = None if isinf(found.high) or isinf(low) else (low, found.high)
    short = ": too few values for an interval" if ends is None else ""
    return Estimate(
        value=quantile(kept, q) if kept.size else None,
        interval=ends,
        n=kept.size,
        clusters=kept.size if groups is None else int(np.unique(groups).size),
        confidence=confidence,
        statistic="quantile",
        method=f"anytime betting{short}" if kept.size else "",
        direction=direction,
        unit=unit,
    )


class AnytimeDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A mean of paired differences in [-1, 1], and a p-value that may be looked at at any time."""

    difference: float
    interval: tuple[float, float]
    p_value: float
    n: int
    clusters: int


def anytime_difference(
    differences: NDArray[np.float64],
    *,
    looks: Looks,
    clusters: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> AnytimeDifference:
    """Returns how far paired values in [0, 1] are apart, in their order.

    Args:
        differences: Shape (n,), n >= 1, in the order evaluated.
        looks: What was planned.
        clusters: Each one's cluster, shape (n,).
        confidence: Of the interval, in (0, 1).

    Source: `statistics.sequential`; the p-value is one over the most that the two gamblers together
    ever had: Ville 1939, see Ramdas, Grunwald, Vovk and Shafer 2023, Game-theoretic statistics and
    safe anytime-valid inference, section 2.
    """
    units = Units.of(differences, clusters)
    means = (units.sums / units.sizes + 1) / 2
    interval = confidence_sequence(
        means, confidence=confidence, sizes=units.sizes, largest=looks.largest
    )
    weights = units.sizes / looks.largest
    capitals = (log_capital(x, 0.5, weights=weights) for x in (means, 1 - means))
    most = float((np.logaddexp(*capitals) - np.log(2)).max())
    return AnytimeDifference(
        difference=float(units.sums.sum() / units.n),
        interval=(2 * interval.low - 1, 2 * interval.high - 1),
        p_value=float(min(1.0, np.exp(-most))),
        n=units.n,
        clusters=units.sizes.size,
    )


class Units(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Values by what is independent: one by one, or cluster by cluster in their order."""

    sums: NDArray[np.float64]
    sizes: NDArray[np.float64]
    least: float
    most: float

    @property
    def n(self) -> int:
        """How many values there are."""
        return int(self.sizes.sum())

    @classmethod
    def of(cls, values: NDArray[np.float64], clusters: NDArray[np.int64] | None) -> Units:
        """Gathers values that are not NaN; clusters are numbered in their order."""
        known = ~np.isnan(values)
        kept = values[known]
        codes = cluster_codes(None if clusters is None else clusters[known], kept.size)
        return cls(
            sums=kept if codes is None else np.bincount(codes, weights=kept).astype(np.float64),
            sizes=np.ones(kept.size) if codes is None else np.bincount(codes).astype(np.float64),
            least=float(kept.min()) if kept.size else 0.0,
            most=float(kept.max()) if kept.size else 0.0,
        )
