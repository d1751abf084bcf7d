"""A mean from few human labels and many of a judge, valid however bad the judge is."""

from __future__ import annotations

from math import sqrt

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import Interval, checked_confidence, t_quantile
from roundtable.statistics.proportions import proportion_interval


class PredictionPowered(msgspec.Struct, frozen=True, kw_only=True):
    """A mean that rests on human labels and gains precision from a judge's.

    Args:
        value: The estimate.
        interval: Where the mean lies, with that confidence.
        classical: The interval from the human labels alone.
        weight: How much of the judge was used: 0, it tells nothing; 1, it is taken at its word.
        n_human: Rows with a human label.
        n_judged: Rows with the judge's label alone.
        n_equivalent: Human labels that would have given an interval as short.
    """

    value: float
    interval: Interval
    classical: Interval
    weight: float
    n_human: int
    n_judged: int
    n_equivalent: int


def prediction_powered_mean(
    human: ArrayLike, judge: ArrayLike, judged: ArrayLike, *, confidence: float = 0.95
) -> PredictionPowered:
    """Returns the mean of human labels over all rows, with the judge's help.

    The judge's mean over its many rows is corrected by how it errs on the rows that people labeled
    too. `weight` is chosen to make the interval shortest, from the same rows; so a judge that says
    nothing is left out, and the interval is never much longer than from human labels alone.

    Args:
        human: Shape (n,): people's labels.
        judge: Shape (n,): the judge's on the same rows.
        judged: Shape (m,): the judge's on rows of the same kind that nobody labeled.
        confidence: In (0, 1).

    Raises:
        UsageError: Shapes differ, there are fewer than 2 rows of a kind, or a value is not finite.

    Source: Angelopoulos, Bates, Fannjiang, Jordan and Zrnic 2023, Prediction-powered inference;
    Angelopoulos, Duchi and Zrnic 2023, PPI++ (the weight, proposition 2 and section 6).
    """
    checked_confidence(confidence)
    labels, said, alone = (np.asarray(given, dtype=np.float64) for given in (human, judge, judged))
    if labels.ndim != 1 or labels.shape != said.shape or alone.ndim != 1:
        raise UsageError("labels do not match", fix="pass the judge's label of each human one")
    n, m = len(labels), len(alone)
    if n < 2 or m < 2:
        raise UsageError(f"{n} and {m} rows are too few", fix="pass at least 2 of each kind")
    if not all(np.isfinite(given).all() for given in (labels, said, alone)):
        raise UsageError("a label is not a finite number", fix="leave that row out")
    if np.ptp(labels) == 0:
        return _unanimous(labels, m, confidence)
    weight = _weight(labels, said, alone)
    value = weight * float(alone.mean()) + float((labels - weight * said).mean())
    variance = (
        weight**2 * float(alone.var(ddof=1)) / m + float((labels - weight * said).var(ddof=1)) / n
    )
    # Human rows are the few: their degrees of freedom keep a small n honest.
    critical = t_quantile(confidence, n - 1)
    plain = float(labels.var(ddof=1)) / n
    gain = plain / variance if variance > 0 else 1.0
    return PredictionPowered(
        value=value,
        interval=_around(value, variance, critical, confidence, "prediction-powered"),
        classical=_around(float(labels.mean()), plain, critical, confidence, "t"),
        weight=weight,
        n_human=n,
        n_judged=m,
        n_equivalent=round(n * gain),
    )


def _unanimous(labels: NDArray[np.float64], m: int, confidence: float) -> PredictionPowered:
    """Returns what people's equal labels alone say: they show no spread to correct a judge by."""
    n, value = len(labels), float(labels[0])
    if value not in (0.0, 1.0):
        raise UsageError("every human label is the same", fix="label more rows")
    alone = proportion_interval(round(value * n), n, confidence=confidence)
    return PredictionPowered(
        value=value,
        interval=alone,
        classical=alone,
        weight=0.0,
        n_human=n,
        n_judged=m,
        n_equivalent=n,
    )


def _weight(
    labels: NDArray[np.float64], said: NDArray[np.float64], alone: NDArray[np.float64]
) -> float:
    n, m = len(labels), len(alone)
    spread = float(np.concatenate([said, alone]).var(ddof=1))
    if spread == 0:
        return 0.0
    together = float(np.cov(labels, said, ddof=1)[0, 1])
    return float(np.clip(together / ((1 + n / m) * spread), 0.0, 1.0))


def _around(
    value: float, variance: float, critical: float, confidence: float, method: str
) -> Interval:
    half = critical * sqrt(variance)
    return Interval(low=value - half, high=value + half, confidence=confidence, method=method)
