"""Intervals of quantiles, such as the 95th percentile of latency."""

from __future__ import annotations

from math import ceil, floor, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    checked_values,
    cluster_codes,
    t_quantile,
)
from roundtable.statistics.proportions import effective_size, wilson_ends


def quantile(values: ArrayLike, q: float) -> float:
    """Returns the smallest value that at least a share `q` of the values do not exceed.

    Source: Hyndman and Fan 1996, Sample quantiles in statistical packages, definition 1.
    """
    array = checked_values(values)
    _check_level(q)
    return float(np.quantile(array, q, method="inverted_cdf"))


def quantile_interval(
    values: ArrayLike,
    q: float,
    *,
    confidence: float = 0.95,
    clusters: ArrayLike | None = None,
) -> Interval:
    """Returns an interval of a quantile that holds whatever the values' distribution.

    Its ends are values observed. Where too few values lie beyond the quantile to bound it, that
    end is infinite: at 95 % confidence the 95th percentile has an upper end from 72 values on.

    Args:
        values: Shape (n,).
        q: The quantile's level in (0, 1).
        confidence: In (0, 1).
        clusters: Each value's cluster, shape (n,).

    Raises:
        UsageError: The values are empty or not finite, or q is not in (0, 1).

    Source: David and Nagaraja 2003, Order Statistics, section 7.1. Clusters: Woodruff 1952,
    Confidence intervals for medians and other position measures, with Wilson's interval of the
    share below.
    """
    checked_confidence(confidence)
    _check_level(q)
    array = np.sort(checked_values(values))
    codes = cluster_codes(clusters, array.size)
    if codes is None:
        first, last = _ranks(array.size, q, (1 - confidence) / 2)
        method = "order statistics"
    else:
        original = np.asarray(values, dtype=np.float64)
        first, last = _clustered_ranks(original, codes, q, confidence)
        method = "order statistics, cluster-robust"
    return Interval(
        low=float(array[first - 1]) if first >= 1 else -np.inf,
        high=float(array[last - 1]) if last <= array.size else np.inf,
        confidence=confidence,
        method=method,
    )


def _ranks(n: int, q: float, tail: float) -> tuple[int, int]:
    """Returns the largest and smallest rank whose values bound the quantile with `tail` each.

    The number of values below the quantile is binomial (n, q): the value of rank r lies above the
    quantile with probability P(count < r), and below it with P(count >= r).
    """
    from scipy.special import bdtr

    reach = 10 * sqrt(n * q * (1 - q)) + 10  # no rank further off can be an end
    ranks = np.arange(max(1, floor(n * q - reach)), min(n, ceil(n * q + reach)) + 1)
    below = bdtr(ranks - 1, n, q)  # P(count <= rank - 1)
    low = ranks[below <= tail]
    high = ranks[1 - below <= tail]
    return (int(low[-1]) if low.size else 0), (int(high[0]) if high.size else n + 1)


def _clustered_ranks(
    values: NDArray[np.float64], codes: NDArray[np.int64], q: float, confidence: float
) -> tuple[int, int]:
    n, n_clusters = values.size, int(codes.max()) + 1
    if n_clusters == 1:
        return 0, n + 1
    below = (values <= np.quantile(values, q, method="inverted_cdf")).astype(np.float64)
    low, high = wilson_ends(
        q,
        effective_size(below, clusters=codes),
        critical=t_quantile(confidence, n_clusters - 1),
    )
    return floor(low * n), ceil(high * n) + 1


def _check_level(q: float) -> None:
    if not 0.0 < q < 1.0:
        raise UsageError(
            f"the quantile's level is {q}, which is not between 0 and 1", fix="use one such as 0.95"
        )
