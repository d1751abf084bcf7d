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
from math import exp, log, log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import Interval, checked_confidence, checked_values

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
