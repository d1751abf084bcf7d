"""An interval, and what every function here asks of its arguments."""

from __future__ import annotations

from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A two-sided confidence interval.

    Args:
        low: Its lower end; `-inf` where the data set no bound.
        high: Its upper end; `inf` where the data set no bound.
        confidence: In (0, 1).
        method: How it was computed, such as `wilson`.
    """

    low: float
    high: float
    confidence: float
    method: str

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def checked_values(values: ArrayLike, *, what: str = "values") -> NDArray[np.float64]:
    """Returns the values as a 1-D float array.

    Args:
        values: Numbers or bools, shape (n,), n >= 1.
        what: What they are called in the message.

    Raises:
        UsageError: They are not 1-D, empty, or hold a NaN or an infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size == 0:
        raise UsageError(
            f"{what} must be a list of at least one number, not of shape {array.shape}",
            fix="pass one number per sample",
        )
    if not np.isfinite(array).all():
        raise UsageError(
            f"{what} hold {int((~np.isfinite(array)).sum())} that are NaN or infinite",
            fix="leave out the samples that a metric does not apply to",
        )
    return array


def checked_confidence(confidence: float) -> float:
    """Returns the confidence if it lies in (0, 1).

    Raises:
        UsageError: It does not.
    """
    if not 0.0 < confidence < 1.0:
        raise UsageError(
            f"confidence is {confidence}, which is not between 0 and 1",
            fix="use a number such as 0.95",
        )
    return confidence


def cluster_codes(clusters: ArrayLike | None, n: int) -> NDArray[np.int64] | None:
    """Returns each value's cluster as a number from 0, or None where no two share one.

    Args:
        clusters: One cluster label per value, shape (n,), or None.
        n: How many values there are.

    Raises:
        UsageError: There are more or fewer labels than values.
    """
    if clusters is None:
        return None
    labels = np.asarray(clusters)
    if labels.shape != (n,):
        raise UsageError(
            f"there are {n} values but clusters of shape {labels.shape}",
            fix="pass one cluster label per value",
        )
    known, codes = np.unique(labels, return_inverse=True)
    return None if known.size == n else codes.astype(np.int64)


def normal_quantile(confidence: float) -> float:
    """Returns z such that a standard normal lies in [-z, z] with this probability."""
    return NormalDist().inv_cdf(0.5 + checked_confidence(confidence) / 2)


def t_quantile(confidence: float, df: int) -> float:
    """Returns t such that Student's t with `df` >= 1 lies in [-t, t] with this probability."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + checked_confidence(confidence) / 2))


def clustered_variance(values: NDArray[np.float64], codes: NDArray[np.int64]) -> tuple[float, int]:
    """Returns the cluster-robust variance of the mean, and the number of clusters.

    Args:
        values: Shape (n,).
        codes: Each value's cluster from 0, shape (n,); at least two clusters.

    Source: Cameron and Miller 2015, A practitioner's guide to cluster-robust inference, section
    II.B, for the mean: G / (G - 1) * sum over clusters of (sum of residuals)^2 / n^2.
    """
    sums = np.bincount(codes, weights=values - values.mean())
    n_clusters = sums.size
    return float(n_clusters / (n_clusters - 1) * (sums @ sums) / values.size**2), n_clusters
