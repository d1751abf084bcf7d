"""Intervals of means: scores, tokens, money."""

from __future__ import annotations

from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    checked_values,
    cluster_codes,
    clustered_variance,
    t_quantile,
)
from roundtable.statistics.resampling import bootstrap

MeanMethod = Literal["bca", "t", "cluster"]
# Below this many values resampling them shows too little of their spread: in simulations of normal,
# exponential and beta values the bootstrap covered less than Student's up to here.
_SMALL = 20
# Beyond this many values the bootstrap's ends and Student's differ by less than the bootstrap's
# own chance error, and it would take seconds.
_LARGE = 10_000


def mean_interval(
    values: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
    method: MeanMethod | None = None,
    bounds: tuple[float, float] | None = None,
) -> Interval:
    """Returns the interval of a mean.

    Args:
        values: Shape (n,). One value alone, or one cluster alone, sets no bound.
        clusters: Each value's cluster, shape (n,), such as the person whose rows they are.
        confidence: In (0, 1).
        method: `bca`: bootstrap, follows skewed values. `t`: Student's. `cluster`: Student's with
            the cluster-robust variance. None: `cluster` with clusters, else `bca` from 20 to
            10,000 values and `t` for fewer or more.
        bounds: What the values can never leave, such as (0, 1). The interval stays within, and
            where all values are equal it says how far the mean can still be from them; without
            bounds such values give an interval of no width.

    Raises:
        UsageError: The values are empty, not finite or out of bounds; `t` is asked for clustered
            values or `cluster` for values that are not.

    Source: Student 1908, The probable error of a mean; Cameron and Miller 2015, A practitioner's
    guide to cluster-robust inference, sections II.B and VI.D (t with G - 1 degrees of freedom);
    `bootstrap` for BCa. Equal values: by Markov's inequality n independent values in [0, 1] all
    reach v with probability at most (mean / v) ** n, so mean >= v * (alpha / 2) ** (1 / n).
    """
    checked_confidence(confidence)
    array = checked_values(values)
    codes = cluster_codes(clusters, array.size)
    n_units = array.size if codes is None else int(codes.max()) + 1
    if method == "t" and codes is not None:
        raise UsageError("method `t` takes independent values", fix="use method `cluster`")
    if method == "cluster" and clusters is None:
        raise UsageError("method `cluster` needs clusters", fix="pass clusters or use method `t`")
    if bounds is not None and (array.min() < bounds[0] or array.max() > bounds[1]):
        raise UsageError(
            f"values from {array.min():g} to {array.max():g} leave the bounds {bounds}",
            fix="pass bounds that hold for every value, or none",
        )
    lower, upper = bounds or (-np.inf, np.inf)
    if n_units == 1 and bounds is None:
        low, high, used = -np.inf, np.inf, "one observation"
    elif np.ptp(array) == 0.0:
        low, high, used = _equal_ends(float(array[0]), n_units, confidence, bounds)
    elif n_units == 1:
        low, high, used = lower, upper, "one cluster"
    elif method == "bca" or (method is None and codes is None and _SMALL <= array.size <= _LARGE):
        ends = bootstrap(array, _mean, clusters=codes, confidence=confidence)
        low, high, used = ends.low, ends.high, ends.method
    else:
        low, high, used = _student_ends(array, codes, confidence)
    return Interval(low=max(low, lower), high=min(high, upper), confidence=confidence, method=used)


def _student_ends(
    array: NDArray[np.float64], codes: NDArray[np.int64] | None, confidence: float
) -> tuple[float, float, str]:
    if codes is None:
        variance, n_units, used = float(array.var(ddof=1)) / array.size, array.size, "t"
    else:
        (variance, n_units), used = clustered_variance(array, codes), "t, cluster-robust"
    half = t_quantile(confidence, n_units - 1) * sqrt(variance)
    centre = float(array.mean())
    return centre - half, centre + half, used


def _equal_ends(
    value: float, n_units: int, confidence: float, bounds: tuple[float, float] | None
) -> tuple[float, float, str]:
    if bounds is None:
        return value, value, "all equal"
    shrink = ((1 - confidence) / 2) ** (1 / n_units)
    low = bounds[0] + (value - bounds[0]) * shrink
    high = bounds[1] - (bounds[1] - value) * shrink
    return low, high, "all equal, bounded"


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values.mean(axis=-1))
