"""Thresholds that carry a promise: of the answers given, at most a share alpha is wrong."""

from __future__ import annotations

from math import ceil, log

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import checked_confidence

_STEP = 3.0
"""Ratio of the ranks at which a level is spent: 3 answered most in benchmarks/guard.py."""


class RiskThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """The largest threshold whose promise holds, or none.

    Args:
        threshold: Answers with a score at most this go out; None: no threshold can promise it.
        n: Rows that were used: one of each cluster.
        n_answered: Of these, how many scored at most the threshold.
        n_wrong: Of those, how many were wrong.
        alpha: The share of wrong answers among those given that is promised not to be passed.
        confidence: How sure the promise is.
        n_needed: Without a threshold: about how many rows would give one; None: the scores do not
            separate enough for any number of rows.
    """

    threshold: float | None
    n: int
    n_answered: int
    n_wrong: int
    alpha: float
    confidence: float
    n_needed: int | None = None

    @property
    def coverage(self) -> float:
        """Returns the share of rows that would be answered."""
        return self.n_answered / self.n


def risk_threshold(
    scores: ArrayLike,
    wrong: ArrayLike,
    *,
    alpha: float,
    confidence: float = 0.95,
    clusters: ArrayLike | None = None,
    seed: int = 0,
) -> RiskThreshold:
    """Returns the largest threshold under which at most a share alpha is wrong, with confidence.

    Let R(t) be the chance that an answer with a score of at most t is wrong. Every observed score
    is a candidate threshold t; with m rows at or below it of which e are wrong, `R(t) > alpha` is
    tested by the exact binomial tail `P(Bin(m, alpha) <= e)`. Candidates are tested from strict to
    loose; a level is spent at ranks fixed beforehand (they depend on n, alpha and confidence only)
    and carried on from each passed test to the next, so that a chance error among the first few
    rows costs a part of the level, not all of it. The largest passed candidate is returned.

    The promise is exact for any n if rows are exchangeable and R passes alpha once as t grows: at
    the true crossing t*, given how many rows lie below it, the errors among them are binomial, so
    to go beyond t* a level has to be passed by chance there, or at a later rank that has its own.

    Args:
        scores: Shape (n,): how likely each answer is wrong, on any scale.
        wrong: Shape (n,): whether it was, by human label.
        alpha: In (0, 1).
        confidence: In (0, 1): the chance, over calibration rows, that the promise holds.
        clusters: Shape (n,): rows that belong together; one of each, drawn by `seed`, is used,
            because rows of one cluster are no independent evidence.
        seed: Of that draw.

    Raises:
        UsageError: Shapes differ, there is no row, a score is not finite, or a level is not in
            (0, 1).

    Source: Angelopoulos, Bates, Candes, Jordan and Lei 2021, Learn then test (fixed-sequence
    testing of binomial p-values); Wiens 2003, A fixed sequence Bonferroni procedure for testing
    multiple endpoints (the fallback that carries levels on).
    """
    checked_confidence(confidence)
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}", fix="pass a share between 0 and 1, such as 0.1")
    given, bad = np.asarray(scores, dtype=np.float64), np.asarray(wrong, dtype=bool)
    if given.ndim != 1 or given.shape != bad.shape or not len(given):
        raise UsageError("scores and labels do not match", fix="pass one of each for every row")
    if not np.isfinite(given).all():
        raise UsageError("a score is not a finite number", fix="leave that row out")
    if clusters is not None:
        kept = _one_of_each(np.asarray(clusters), seed)
        given, bad = given[kept], bad[kept]
    order = np.argsort(given, kind="stable")
    given, bad = given[order], bad[order]
    ends = np.flatnonzero(np.append(given[1:] != given[:-1], True))
    n_below, n_wrong = ends + 1, np.cumsum(bad)[ends]
    passed = _fallback(n_below, n_wrong, alpha, 1 - confidence)
    if passed is None:
        return RiskThreshold(
            threshold=None,
            n=len(given),
            n_answered=0,
            n_wrong=0,
            alpha=alpha,
            confidence=confidence,
            n_needed=_needed(n_below, n_wrong, alpha, 1 - confidence),
        )
    return RiskThreshold(
        threshold=float(given[ends[passed]]),
        n=len(given),
        n_answered=int(n_below[passed]),
        n_wrong=int(n_wrong[passed]),
        alpha=alpha,
        confidence=confidence,
    )


def _fallback(
    n_below: NDArray[np.int64], n_wrong: NDArray[np.int64], alpha: float, delta: float
) -> int | None:
    """Returns the last candidate that passes, each rank of `_starts` bringing its level."""
    from scipy.stats import binom

    starts = _starts(int(n_below[-1]), alpha, delta)
    if not starts:
        return None
    p_values = np.asarray(binom.cdf(n_wrong, n_below, alpha))
    brought = np.bincount(np.searchsorted(n_below, starts), minlength=len(n_below))
    share = delta / len(starts)
    passed, level = None, 0.0
    for index, (p, n_new) in enumerate(zip(p_values.tolist(), brought.tolist(), strict=True)):
        level += share * n_new
        if p <= level:
            passed = index
        else:
            level = 0.0
    return passed


def _starts(n: int, alpha: float, delta: float) -> list[int]:
    """Returns the ranks at which a level is spent; none if n rows can never be enough."""
    for n_starts in range(64, 0, -1):
        first = ceil(log(delta / n_starts) / log(1 - alpha))
        ranks = sorted({ceil(first * _STEP**i) for i in range(n_starts)})
        if ranks[-1] <= n:
            return ranks
    return []


def _needed(
    n_below: NDArray[np.int64], n_wrong: NDArray[np.int64], alpha: float, delta: float
) -> int | None:
    """Returns about how many rows would carry the promise, were they like these.

    It is the smallest over the thresholds of the rows at which the mean number of errors passes, at
    half the level, divided by the threshold's share of rows. Where the errors seen lie at alpha or
    above but do not show that the risk does, half of alpha is taken for it. A threshold above fewer
    rows than a promise takes at least says nothing, unless there are no more.
    """
    from scipy.stats import binom

    n = int(n_below[-1])
    sizes = np.unique(np.geomspace(10, 1e7, 400).astype(np.int64))
    told = n_below >= min(n, log(delta) / log(1 - alpha))
    told &= np.asarray(binom.sf(n_wrong - 1, n_below, alpha)) > delta
    rates = np.where(n_wrong < alpha * n_below, n_wrong / n_below, alpha / 2)
    best: int | None = None
    for rate, below in zip(rates[told].tolist(), n_below[told].tolist(), strict=True):
        enough = np.asarray(binom.cdf(np.ceil(rate * sizes), sizes, alpha)) <= delta / 2
        if enough.any():
            rows = ceil(int(sizes[int(np.argmax(enough))]) * n / below)
            best = rows if best is None else min(best, rows)
    return None if best is None else max(best, n + 1)


def _one_of_each(clusters: NDArray[np.generic], seed: int) -> NDArray[np.int64]:
    """Returns the index of one row of each cluster, every row of it equally likely."""
    drawn = np.random.default_rng(seed).permutation(len(clusters))
    _, first = np.unique(clusters[drawn], return_index=True)
    kept: NDArray[np.int64] = np.sort(drawn[first])
    return kept
