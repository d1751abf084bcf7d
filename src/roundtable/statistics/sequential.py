"""Bounds that hold however often one looks: for means of bounded values, by betting.

Against each possible mean `m` two gamblers bet on every value as it comes, one that the mean is
larger, one that it is smaller. If `m` is the mean, neither can expect to win, so the probability
that one ever multiplies its stake by 2 / alpha is at most alpha / 2. The means against which no
gambler has won are the confidence sequence: true at all times together, so one may stop at any.

Values are numbered in an order that was fixed before they were seen. Samples that belong together
enter as one value, their mean, weighted by their number.

Source: Waudby-Smith and Ramdas 2023, Estimating means of bounded random variables by betting,
theorem 1 and section 4 (capital, and the sequence made of it). Each gambler splits the stake over
constant bets, as the universal portfolio does: Cover 1991, Universal portfolios; Orabona and Jun
2024, Tight concentrations and confidence sequences from the regret of universal portfolio. Over
the cases of benchmarks/error_rates.py this decides as soon as that paper's predictable plug-in bets
where differences are large, and in half the samples where they are small.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log, log1p, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    checked_values,
    cluster_codes,
)

# The shares of its capital that a gambler risks on each value, one bet beside the other, and the
# stake on each: the larger shares decide large differences, the smaller ones small differences.
_RISKED = tuple(0.005 * (0.9 / 0.005) ** (i / 11) for i in range(12))
_STAKES = tuple(risked**0.5 / sum(r**0.5 for r in _RISKED) for risked in _RISKED)


class Bet:
    """The two gamblers against one mean, value by value.

    Args:
        mean: The mean bet against, in (0, 1).
        confidence: In (0, 1).
    """

    def __init__(self, mean: float, *, confidence: float = 0.95) -> None:
        if not 0.0 < mean < 1.0:
            raise UsageError(f"a mean of {mean} cannot be bet against", fix="use one in (0, 1)")
        self._mean = mean
        self._goal = goal(confidence)
        self._up = [log(stake) for stake in _STAKES]
        self._down = list(self._up)
        self.verdict: int = 0
        """1: the mean is larger; -1: it is smaller; 0: not known. The first that holds stays."""

    def add(self, value: float, *, weight: float = 1.0) -> int:
        """Bets on the next value, in [0, 1], and returns the verdict."""
        up = weight * (value / self._mean - 1)
        down = weight * ((1 - value) / (1 - self._mean) - 1)
        for i, risked in enumerate(_RISKED):
            self._up[i] += log1p(risked * up)
            self._down[i] += log1p(risked * down)
        if self.verdict == 0:
            self.verdict = int(_log_sum(self._up) >= self._goal) - int(
                _log_sum(self._down) >= self._goal
            )
        return self.verdict


def goal(confidence: float) -> float:
    """Returns the log capital at which a gambler has won: log(2 / alpha)."""
    return log(2 / (1 - checked_confidence(confidence)))


def log_capital(
    values: NDArray[np.float64],
    mean: float,
    *,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Returns the log of the capital, after each value, of who bets on a larger mean.

    Who bets on a smaller one has that of `1 - values` against `1 - mean`.

    Args:
        values: In [0, 1], shape (..., n), in their order.
        mean: The mean bet against, in (0, 1).
        weights: Of each value, in (0, 1], shape (n,).

    Returns:
        Shape (..., n).
    """
    payoff = values / mean - 1
    if weights is not None:
        payoff = payoff * weights
    capital = np.full(payoff.shape, -np.inf)
    for risked, stake in zip(_RISKED, _STAKES, strict=True):
        np.logaddexp(capital, np.cumsum(np.log1p(risked * payoff), axis=-1) + log(stake), capital)
    return capital


def confidence_sequence(
    values: ArrayLike,
    *,
    confidence: float = 0.95,
    sizes: ArrayLike | None = None,
    largest: int | None = None,
) -> Interval:
    """Returns where the confidence sequence of the mean stands after all these values.

    It is valid also if the decision to stop here was made by looking at the values.

    Args:
        values: In [0, 1], shape (n,), in an order fixed beforehand; or one mean per cluster.
        confidence: In (0, 1).
        sizes: How many samples each value is the mean of, shape (n,).
        largest: The largest size there can be, known beforehand; needed with `sizes`.

    Raises:
        UsageError: A value is not in [0, 1], or a size is not in [1, largest].
    """
    array = checked_values(values)
    to_win = goal(confidence)
    if array.min() < 0.0 or array.max() > 1.0:
        raise UsageError(
            f"values from {array.min():g} to {array.max():g} are not all in [0, 1]",
            fix="scale them by bounds that they cannot leave",
        )
    weights = None
    if sizes is not None:
        counts = checked_values(sizes, what="sizes")
        if counts.shape != array.shape or counts.min() < 1 or counts.max() > (largest or 0):
            raise UsageError(
                "each value needs a size from 1 to the largest", fix="pass sizes and largest"
            )
        weights = counts / float(largest or 1)

    def won(mean: float) -> bool:
        return float(log_capital(array, mean, weights=weights).max()) >= to_win

    def won_mirrored(mean: float) -> bool:
        return float(log_capital(1 - array, mean, weights=weights).max()) >= to_win

    low, high = _last_won(won), 1 - _last_won(won_mirrored)
    # Only where the sequence has failed, with probability 1 - confidence, can the two have crossed.
    return Interval(
        low=min(low, high), high=max(low, high), confidence=confidence, method="anytime betting"
    )


def _last_won(won: Callable[[float], bool]) -> float:
    """Returns the largest mean that the gambler has won against: the capital falls with it."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if won(middle):
            low = middle
        else:
            high = middle
    return low


def _log_sum(logs: list[float]) -> float:
    largest = max(logs)
    return largest + log(sum(exp(value - largest) for value in logs))


def quantile_sequence(
    values: ArrayLike,
    q: float,
    *,
    confidence: float = 0.95,
    clusters: ArrayLike | None = None,
    largest: int = 1,
) -> Interval:
    """Returns where the confidence sequence of a quantile stands after all these values.

    A value lies below the quantile if its share of values not above it is known to be less than q:
    that share is a mean of 0 and 1, so it is bet on, against q. Ends that nobody has won are
    infinite.

    Args:
        values: Shape (n,), in an order fixed beforehand; clusters one after another.
        q: The quantile's level in (0, 1).
        confidence: In (0, 1).
        clusters: Each value's cluster, shape (n,).
        largest: The most values that a cluster can have, known beforehand.

    Raises:
        UsageError: The values are empty or not finite.

    Source: Howard and Ramdas 2022, Sequential estimation of quantiles with applications to A/B
    testing and best-arm identification, section 1 (sequences for a quantile from those for the
    distribution function at each value).
    """
    array = checked_values(values)
    to_win = goal(confidence)
    distinct = np.unique(array)
    codes = cluster_codes(clusters, array.size)
    sizes = np.ones(array.size) if codes is None else np.bincount(codes).astype(np.float64)
    weights = sizes / largest

    def won(at: int, side: int) -> bool:
        below = (array <= distinct[at]).astype(np.float64)
        if codes is not None:
            below = np.bincount(codes, weights=below) / sizes
        bet = (below, q) if side > 0 else (1 - below, 1 - q)
        return float(log_capital(*bet, weights=weights).max()) >= to_win

    # The smallest value known to be at least the quantile, and the first not known to be below it.
    high = _first(distinct.size, lambda at: won(at, 1))
    low = _first(distinct.size, lambda at: not won(at, -1))
    return Interval(
        low=float(distinct[low - 1]) if low else -np.inf,
        high=float(distinct[high]) if high < distinct.size else np.inf,
        confidence=confidence,
        method="anytime betting",
    )


class LargeSampleBound:
    """An interval of a mean of values without bounds that may be looked at however often.

    It holds in the limit of many values: before `FEWEST` it is infinite. At 95 % over 500 values it
    was false for 0.01 of normal, 0.02 of exponential and 0.04 of lognormal values; for rare large
    ones (one in fifty) for 0.10: there more values are needed than that.

    Args:
        n_planned: Values, or clusters, at which the interval is to be about narrowest.
        confidence: In (0, 1).

    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Time-uniform central limit theory
    and asymptotic confidence sequences, theorem 2.2. Clusters: the variance of Cameron and Miller
    2015, A practitioner's guide to cluster-robust inference, section II.B, from running sums.
    """

    FEWEST = 200

    def __init__(self, n_planned: int, *, confidence: float = 0.95) -> None:
        self._alpha = 1 - checked_confidence(confidence)
        reach = -2 * log(self._alpha)
        self._rho_squared = (reach + log(reach + 1)) / max(n_planned, self.FEWEST)
        self._n_units = 0
        self._n = self._sum = 0.0
        self._n_squared = self._crossed = self._squared = 0.0
        self._low, self._high = -inf, inf

    def add(self, total: float, size: int = 1) -> None:
        """Takes the next value, or the sum and the size of the next cluster."""
        self._n_units += 1
        self._n += size
        self._sum += total
        self._n_squared += size * size
        self._crossed += total * size
        self._squared += total * total
        if self._n_units >= self.FEWEST:
            low, high = self._now()
            self._low, self._high = max(self._low, low), min(self._high, high)

    def ends(self) -> tuple[float, float]:
        """Returns where the interval stands: within all that stood before."""
        return min(self._low, self._high), max(self._low, self._high)

    def _now(self) -> tuple[float, float]:
        t = self._n_units
        mean = self._sum / self._n
        residuals = self._squared - 2 * mean * self._crossed + mean * mean * self._n_squared
        error = sqrt(max(0.0, residuals) * t / (t - 1)) / self._n
        grown = t * self._rho_squared + 1
        half = error * sqrt(2 * grown / (grown - 1) * log(sqrt(grown) / self._alpha))
        return mean - half, mean + half


def _first(n: int, holds: Callable[[int], bool]) -> int:
    """Returns the first of 0 to n - 1 for which it holds, or n, if it then holds for all beyond."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
