"""Samples' scores to estimates: a metric's value and how sure it is."""

from __future__ import annotations

from math import inf, isinf

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from roundtable.errors import UsageError
from roundtable.evaluation.types import Direction, Estimate, Statistic
from roundtable.statistics.interval import Interval
from roundtable.statistics.means import mean_interval
from roundtable.statistics.proportions import clustered_proportion_interval
from roundtable.statistics.quantiles import quantile, quantile_interval


def summarize_metric(
    values: NDArray[np.float64],
    *,
    statistic: Statistic,
    clusters: NDArray[np.int64] | None = None,
    n_errors: int = 0,
    direction: Direction = "higher",
    unit: str = "",
    confidence: float = 0.95,
) -> Estimate:
    """Returns the estimate of one metric over the samples of one candidate.

    Args:
        values: One per sample, shape (n,); NaN where the metric does not apply. A sample that
            failed counts as the worst value (0 of a share): the caller has put it there.
        statistic: `proportion` of 0 and 1, `mean`, or `total`, the sum, which is known exactly.
        clusters: Each sample's cluster, shape (n,).
        n_errors: How many of the values stand for samples that failed; the method says so.
        direction: Which way is better.
        unit: Of the values; empty for shares and scores in [0, 1].
        confidence: Of the interval, in (0, 1).

    Raises:
        UsageError: A proportion's value is not 0 or 1, a value is infinite, or the statistic is
            one that single values do not decide.
    """
    kept, kept_clusters = _applicable(values, clusters)
    interval: Interval | None = None
    value: float | None = None
    if statistic not in ("proportion", "mean", "total"):
        raise UsageError(
            f"a {statistic} is not made from single values this way",
            fix="use summarize_quantile or classification_report",
        )
    if kept.size:
        value = float(kept.sum() if statistic == "total" else kept.mean())
        if statistic == "proportion":
            interval = clustered_proportion_interval(kept, kept_clusters, confidence=confidence)
        elif statistic == "mean":
            # Scores without a unit that all lie in [0, 1] can lie nowhere else.
            bounded = not unit and kept.min() >= 0.0 and kept.max() <= 1.0
            interval = mean_interval(
                kept,
                clusters=kept_clusters,
                confidence=confidence,
                bounds=(0.0, 1.0) if bounded else None,
            )
            if kept.min() >= 0.0 > interval.low and not isinf(interval.low):
                # Money, time and tokens are never less than none; Student's ends do not know.
                interval = structs.replace(interval, low=0.0)
    method = "sum" if interval is None else interval.method
    if n_errors and kept.size:
        worst = "0" if direction == "higher" else "the worst value"
        method += f", {n_errors} error{'s' if n_errors > 1 else ''} counted as {worst}"
    return Estimate(
        value=value,
        interval=_ends(interval),
        n=kept.size,
        clusters=_n_clusters(kept, kept_clusters),
        confidence=confidence,
        statistic=statistic,
        method=method if kept.size else "",
        direction=direction,
        unit=unit,
    )


def summarize_quantile(
    values: NDArray[np.float64],
    q: float,
    *,
    clusters: NDArray[np.int64] | None = None,
    direction: Direction = "lower",
    unit: str = "",
    confidence: float = 0.95,
) -> Estimate:
    """Returns the estimate of a quantile of positive values, such as the 95th percentile latency.

    Where too few values lie above the quantile to bound it, there is no interval.

    Args:
        values: One per sample, shape (n,), each at least 0; NaN where there is none.
        q: The quantile's level in (0, 1).
        clusters: Each sample's cluster, shape (n,).
        direction: Which way is better.
        unit: Of the values, such as `ms`.
        confidence: Of the interval, in (0, 1).

    Raises:
        UsageError: A value is infinite, or q is not in (0, 1).
    """
    kept, kept_clusters = _applicable(values, clusters)
    interval = None
    if kept.size:
        interval = quantile_interval(kept, q, confidence=confidence, clusters=kept_clusters)
        # Nothing takes less than no time: 0 bounds what the sample could not.
        if isinf(interval.low) and kept.min() >= 0.0:
            interval = structs.replace(interval, low=0.0)
    unbounded = interval is not None and interval.high == inf
    return Estimate(
        value=quantile(kept, q) if kept.size else None,
        interval=_ends(interval),
        n=kept.size,
        clusters=_n_clusters(kept, kept_clusters),
        confidence=confidence,
        statistic="quantile",
        method=f"{interval.method}{': too few values for an interval' if unbounded else ''}"
        if interval
        else "",
        direction=direction,
        unit=unit,
    )


def _applicable(
    values: NDArray[np.float64], clusters: NDArray[np.int64] | None
) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    array = np.asarray(values, dtype=np.float64)
    applies = ~np.isnan(array)
    if clusters is None:
        return array[applies], None
    labels = np.asarray(clusters)
    if labels.shape != array.shape:
        raise UsageError(
            f"there are {array.size} values but {labels.size} cluster labels",
            fix="pass one cluster label per value",
        )
    return array[applies], labels[applies]


def _ends(interval: Interval | None) -> tuple[float, float] | None:
    if interval is None or isinf(interval.low) or isinf(interval.high):
        return None
    return interval.low, interval.high


def _n_clusters(kept: NDArray[np.float64], clusters: NDArray[np.int64] | None) -> int:
    return kept.size if clusters is None else int(np.unique(clusters).size)
