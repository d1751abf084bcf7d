"""The bootstrap: an interval of any statistic, from resampled values or clusters."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    checked_values,
    cluster_codes,
)

Reduction = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_CELLS = 2_000_000  # values drawn at a time: 16 MB of floats
_BLOCKS = 500  # deleted in turn by the jackknife where there are more values


def bootstrap(
    values: ArrayLike,
    statistic: Reduction,
    *,
    n_resamples: int = 2000,
    seed: int | None = None,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Interval:
    """Returns the bias-corrected and accelerated (BCa) bootstrap interval of a statistic.

    Args:
        values: Shape (n,).
        statistic: Reduces the last axis: shape (..., m) to (...). With clusters it is called once
            per resample, with all values of the clusters drawn.
        n_resamples: How many resamples.
        seed: Of the resampling; None: taken from the values, so that the same values always give
            the same interval.
        clusters: Each value's cluster, shape (n,): whole clusters are drawn.
        confidence: In (0, 1).

    Raises:
        UsageError: The values are empty or not finite, or the shapes differ.

    Source: Efron 1987, Better bootstrap confidence intervals; Efron and Tibshirani 1993, An
    Introduction to the Bootstrap, section 14.3. Clusters: Davison and Hinkley 1997, Bootstrap
    Methods and their Application, section 3.8. For many values the acceleration is taken from
    blocks deleted in turn, which has the same limit.
    """
    checked_confidence(confidence)
    array = checked_values(values)
    codes = cluster_codes(clusters, array.size)
    if codes is None:
        # In order, so that the interval does not depend on the order of the rows.
        array = np.sort(array)
        rng = np.random.default_rng(data_seed(array) if seed is None else seed)
        draws = _resampled(array, statistic, n_resamples, rng)
        left_out = _jackknife(array, statistic)
    else:
        order = np.argsort(codes, kind="stable")
        parts = np.split(array[order], np.cumsum(np.bincount(codes))[:-1])
        rng = np.random.default_rng(data_seed(array) if seed is None else seed)
        draws = np.array(
            [
                statistic(
                    np.concatenate(
                        [parts[i] for i in rng.integers(len(parts), size=codes.max() + 1)]
                    )
                )
                for _ in range(n_resamples)
            ]
        )
        left_out = np.array(
            [
                statistic(np.concatenate(parts[:i] + parts[i + 1 :]))
                for i in range(len(parts))
                if len(parts) > 1
            ]
        )
    low, high = bca_ends(draws, float(statistic(array)), left_out=left_out, confidence=confidence)
    method = "bca bootstrap" if codes is None else "bca bootstrap of clusters"
    return Interval(low=low, high=high, confidence=confidence, method=method)


def bca_ends(
    draws: NDArray[np.float64],
    observed: float,
    *,
    left_out: NDArray[np.float64],
    confidence: float,
    weights: NDArray[np.float64] | None = None,
) -> tuple[float, float]:
    """Returns the ends of the BCa interval.

    Args:
        draws: The statistic of each resample, shape (B,).
        observed: The statistic of the values themselves.
        left_out: The statistic with one value, block or cluster left out in turn.
        confidence: In (0, 1).
        weights: How often each of `left_out` counts; None: once.

    Source: Efron and Tibshirani 1993, equations 14.10 to 14.15; draws equal to the observed value
    count half below it.
    """
    normal = NormalDist()
    below = float((draws < observed).mean() + (draws == observed).mean() / 2)
    # A share of 0 or 1 would put the correction at infinity: at most one draw's worth.
    edge = 0.5 / draws.size
    bias = normal.inv_cdf(min(max(below, edge), 1 - edge))
    acceleration = _acceleration(left_out, weights)
    ends = []
    for z in (normal.inv_cdf((1 - confidence) / 2), normal.inv_cdf((1 + confidence) / 2)):
        shifted = bias + (bias + z) / max(1 - acceleration * (bias + z), 1e-12)
        ends.append(float(np.quantile(draws, normal.cdf(shifted))))
    return min(ends[0], observed), max(ends[1], observed)


def _acceleration(left_out: NDArray[np.float64], weights: NDArray[np.float64] | None) -> float:
    if left_out.size == 0:
        return 0.0
    times = np.ones(left_out.size) if weights is None else weights
    influence = np.average(left_out, weights=times) - left_out
    largest = float(np.abs(influence).max())
    # Rounding alone makes differences of about 1e-16: no skewness can be read from them.
    if largest <= 1e-12 * float(np.abs(left_out).max()):
        return 0.0
    influence = influence / largest
    cubes, squares = float(times @ influence**3), float(times @ influence**2)
    return cubes / (6 * sqrt(squares) * squares)


def data_seed(*arrays: NDArray[np.float64] | NDArray[np.int64]) -> int:
    """Returns a seed that only the data decide, so that a result can be made again."""
    state = blake2b(digest_size=8)
    for array in arrays:
        state.update(np.ascontiguousarray(array).tobytes())
    return int.from_bytes(state.digest(), "big")


def _resampled(
    array: NDArray[np.float64], statistic: Reduction, n_resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    rows = max(1, _CELLS // array.size)
    drawn = [
        statistic(array[rng.integers(array.size, size=(min(rows, n_resamples - at), array.size))])
        for at in range(0, n_resamples, rows)
    ]
    return np.concatenate(drawn)


def _jackknife(array: NDArray[np.float64], statistic: Reduction) -> NDArray[np.float64]:
    n = array.size
    if n == 1:
        return np.empty(0)
    # Every _BLOCKS-th value is one block; the array is sorted, so blocks must not be runs of it.
    # A fixed shuffle keeps the blocks as mixed as the values.
    blocks = min(n, _BLOCKS)
    mixed = np.random.default_rng(0).permutation(array) if blocks < n else array
    return np.array(
        [statistic(np.delete(mixed, np.s_[i::blocks])) for i in range(blocks)], dtype=np.float64
    )
