"""Bounds that hold however often one looks: for means of bounded values, by betting.

Against each possible mean `m` two gamblers bet on every value as it comes, one that the mean is
larger, one that it is smaller. If `m` is the mean, neither can expect to win, so the probability
that one ever multiplies its stake by 2 / alpha is at most alpha / 2. The means against which no
gambler has won are the confidence sequence: true at all times together, so one may stop at any.

Values are numbered in an order that was fixed before they were seen. Samples that belong together
enter as one value, their mean, weighted by their number.

Source of all formulas: Waudby-Smith and Ramdas 2023, Estimating means of bounded random variables
by betting, theorem 3 (hedged capital, predictable plug-in bets, equations 26 and 27).
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, log1p, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import Interval, checked_confidence, checked_values

# The share of its capital that a gambler risks at most on one value. Of 1/2, 3/4 and 9/10 this one
# decides soonest over most of the cases in benchmarks/statistics.py.
_RISKED = 0.5


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
        self._goal = log(2 / (1 - checked_confidence(confidence)))
        self._up = self._down = 0.0
        self._n = 0
        self._sum, self._squares = 0.5, 0.25
        self.verdict: int = 0
        """1: the mean is larger; -1: it is smaller; 0: not known. The first that holds stays."""

    def add(self, value: float, *, weight: float = 1.0) -> int:
        """Bets on the next value, in [0, 1], and returns the verdict."""
        n = self._n + 1
        bet = sqrt(2 * self._goal / (self._squares * log(n + 1)))
        payoff = weight * (value - self._mean)
        self._up += log1p(min(bet, _RISKED / self._mean) * payoff)
        self._down += log1p(-min(bet, _RISKED / (1 - self._mean)) * payoff)
        self._n = n
        self._sum += value
        # Each value is held against the running mean that includes it.
        self._squares += (weight * (value - self._sum / (n + 1))) ** 2
        if self.verdict == 0:
            self.verdict = int(self._up >= self._goal) - int(self._down >= self._goal)
        return self.verdict


def log_capital(
    values: NDArray[np.float64],
    mean: float | NDArray[np.float64],
    *,
    confidence: float = 0.95,
    weights: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the log of both gamblers' capital after each value; either wins at log(2 / alpha).

    Args:
        values: In [0, 1], shape (..., n), in their order.
        mean: The mean bet against, in (0, 1); a number, or an array of shape (..., 1).
        confidence: In (0, 1).
        weights: Of each value, in (0, 1], shape (n,).

    Returns:
        The capital of who bets on a larger mean and of who bets on a smaller one, shape (..., n).
    """
    goal = log(2 / (1 - checked_confidence(confidence)))
    n = np.arange(1, values.shape[-1] + 1)
    weight = np.ones(values.shape[-1]) if weights is None else weights
    running = (0.5 + np.cumsum(values, axis=-1)) / (n + 1)
    squares = 0.25 + np.cumsum((weight * (values - running)) ** 2, axis=-1)
    before = np.concatenate([np.full((*values.shape[:-1], 1), 0.25), squares[..., :-1]], axis=-1)
    bet = np.sqrt(2 * goal / (before * np.log(n + 1)))
    payoff = weight * (values - mean)
    up = np.cumsum(np.log1p(np.minimum(bet, _RISKED / mean) * payoff), axis=-1)
    down = np.cumsum(np.log1p(-np.minimum(bet, _RISKED / (1 - mean)) * payoff), axis=-1)
    return up, down


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
    goal = log(2 / (1 - checked_confidence(confidence)))
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

    def won(mean: float, side: int) -> bool:
        capital = log_capital(array, mean, confidence=confidence, weights=weights)[side]
        return float(capital.max()) >= goal

    # The first gambler's capital falls with the mean bet against, the second's grows.
    low, high = _edge(won, 0, 0.0, 1.0), _edge(won, 1, 1.0, 0.0)
    return Interval(
        low=min(low, high), high=max(low, high), confidence=confidence, method="anytime betting"
    )


def _edge(won: Callable[[float, int], bool], side: int, outside: float, inside: float) -> float:
    """Returns, by bisection, the mean nearest to `inside` that the gambler has won against."""
    for _ in range(40):
        middle = (outside + inside) / 2
        if won(middle, side):
            outside = middle
        else:
            inside = middle
    return outside
