"""Whether probabilities mean what they say, and how well scores tell two classes apart."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from roundtable.errors import UsageError
from roundtable.statistics.interval import Interval, checked_confidence, cluster_codes
from roundtable.statistics.resampling import bootstrap


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Cases of like probability.

    Args:
        predicted: Their mean probability.
        observed: The share of them that is true.
        n: How many they are.
    """

    predicted: float
    observed: float
    n: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How far probabilities lie from shares.

    Args:
        error: The expected calibration error: the mean distance between both, over cases.
        interval: Its bootstrap interval. Chance alone makes the error of few cases larger than 0.
        by_chance: The error that a perfectly calibrated model would have on as many cases.
        bins: Equally many cases each, by rising probability.
    """

    error: float
    interval: Interval
    by_chance: float
    bins: tuple[Bin, ...]


def auroc(scores: ArrayLike, truths: ArrayLike) -> float:
    """Returns the probability that a true case scores above a false one; ties count half.

    >>> auroc([0.1, 0.9, 0.4], [False, True, False])
    1.0

    Args:
        scores: Higher where a case is likelier true, shape (n,).
        truths: Booleans, shape (n,).

    Raises:
        UsageError: the shapes differ, or all cases are of one class.

    Source: Hanley and McNeil 1982, The meaning and use of the area under a ROC curve.
    """
    values, true = _checked(scores, truths)
    n_true = int(true.sum())
    n_false = len(true) - n_true
    if not n_true or not n_false:
        raise UsageError(
            "all cases are of one class", fix="give cases of both: nothing can be told apart"
        )
    above = rankdata(values)[true].sum() - n_true * (n_true + 1) / 2
    return float(above / (n_true * n_false))


def auroc_interval(
    scores: ArrayLike,
    truths: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
    n_resamples: int = 1000,
) -> Interval:
    """Returns the bootstrap interval of `auroc`; cases of one cluster stay together."""
    values, true = _checked(scores, truths)
    auroc(values, true)

    def statistic(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        if rows.ndim > 1:
            return np.array([statistic(one) for one in rows.reshape(-1, rows.shape[-1])]).reshape(
                rows.shape[:-1]
            )
        at = rows.astype(np.int64)
        if true[at].all() or not true[at].any():
            return np.array(0.5)
        return np.array(auroc(values[at], true[at]))

    rows = np.arange(len(values), dtype=np.float64)
    return bootstrap(
        rows,
        statistic,
        clusters=clusters,
        confidence=confidence,
        n_resamples=n_resamples,
    )


def calibration(
    probabilities: ArrayLike,
    truths: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    n_bins: int = 10,
    confidence: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Calibration:
    """Returns how far probabilities lie from what happened.

    Args:
        probabilities: In [0, 1], shape (n,).
        truths: Booleans, shape (n,).
        clusters: Each case's cluster, shape (n,): whole clusters are drawn.
        n_bins: At most so many bins.
        confidence: Of the interval, in (0, 1).
        n_resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Raises:
        UsageError: the shapes differ, there are no cases, or a probability is none.

    Source: Naeini, Cooper and Hauskrecht 2015, Obtaining well calibrated probabilities using
    Bayesian binning, with bins of equal size; the interval is the percentile bootstrap.
    """
    checked_confidence(confidence)
    p, true = _checked(probabilities, truths)
    if p.min() < 0.0 or p.max() > 1.0:
        raise UsageError("a probability lies outside [0, 1]", fix="give probabilities")
    rng = np.random.default_rng(seed)
    codes = cluster_codes(clusters, len(p))
    order = np.argsort(codes, kind="stable") if codes is not None else np.arange(len(p))
    sizes = np.bincount(codes) if codes is not None else np.ones(len(p), dtype=np.int64)
    parts = np.split(order, np.cumsum(sizes)[:-1])
    drawn = []
    for _ in range(n_resamples):
        rows = np.concatenate([parts[i] for i in rng.integers(len(parts), size=len(parts))])
        drawn.append(_error(_bins(p[rows], true[rows], n_bins)))
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    chance = [_error(_bins(p, rng.random(len(p)) < p, n_bins)) for _ in range(200)]
    found = _bins(p, true, n_bins)
    return Calibration(
        error=_error(found),
        interval=Interval(
            low=float(low), high=float(high), confidence=confidence, method="bootstrap"
        ),
        by_chance=float(np.mean(chance)),
        bins=found,
    )


def _bins(p: NDArray[np.float64], true: NDArray[np.bool_], n_bins: int) -> tuple[Bin, ...]:
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, n_bins) if len(part)]
    return tuple(
        Bin(predicted=float(p[part].mean()), observed=float(true[part].mean()), n=len(part))
        for part in parts
    )


def _error(bins: tuple[Bin, ...]) -> float:
    n = sum(one.n for one in bins)
    return sum(one.n * abs(one.predicted - one.observed) for one in bins) / n


def _checked(scores: ArrayLike, truths: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values, true = np.asarray(scores, dtype=np.float64), np.asarray(truths, dtype=np.bool_)
    if values.shape != true.shape or values.ndim != 1 or not values.size:
        raise UsageError(
            "scores and truths must be two lists of one length, not empty",
            fix="give a score and a truth for each case",
        )
    if not np.isfinite(values).all():
        raise UsageError("a score is not a finite number", fix="leave out cases without a score")
    return values, true
