"""Two candidates on the same samples: is one better, and by how much?"""

from __future__ import annotations

from math import erfc, sqrt
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    checked_values,
    cluster_codes,
    normal_quantile,
    t_quantile,
)
from roundtable.statistics.means import mean_interval
from roundtable.statistics.proportions import effective_size
from roundtable.statistics.resampling import data_seed

Kind = Literal["binary", "score"]
_EXACT = 16  # differences whose 2 ** 16 signs are all tried
_LARGE = 5000  # beyond, the normal limit is closer than any number of random signs
_CELLS = 4_000_000  # signs drawn at a time


class PairedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How far two candidates are apart on the samples both answered.

    Args:
        difference: Mean of the first minus mean of the second.
        interval: Of the difference.
        p_value: Two-sided, of no difference.
        n: Samples.
        clusters: Independent groups among them; n without clusters.
        test: What gave the p-value, in words.
    """

    difference: float
    interval: Interval
    p_value: float
    n: int
    clusters: int
    test: str


def paired_difference(
    a: ArrayLike,
    b: ArrayLike,
    *,
    kind: Kind = "score",
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> PairedDifference:
    """Returns the difference of two candidates' means on the same samples.

    Args:
        a: The first's values, shape (n,).
        b: The second's, shape (n,), sample by sample.
        kind: `binary`: right or wrong; the exact McNemar test and Tango's score interval.
            `score`: any number; the sign-flip test and the mean difference's interval.
        clusters: Each sample's cluster, shape (n,): the test flips whole clusters, and the
            interval is cluster-robust.
        confidence: Of the interval, in (0, 1).

    Raises:
        UsageError: The shapes differ, a value is not finite, or a binary one is not 0 or 1.

    Source: Tango 1998, Equivalence test and confidence interval for the difference in proportions
    for the paired-sample design, recommended for any n by Fagerland, Lydersen and Laake 2014,
    Recommended tests and confidence intervals for paired binomial proportions. With clusters its
    counts are those of the effective number of samples: Rao and Scott 1992, A simple method for
    the analysis of clustered binary data.
    """
    checked_confidence(confidence)
    first, second = checked_values(a, what="the first's values"), checked_values(b)
    if first.shape != second.shape:
        raise UsageError(
            f"{first.size} values cannot be paired with {second.size}",
            fix="pass the values of the same samples, in the same order",
        )
    differences = first - second
    codes = cluster_codes(clusters, differences.size)
    n_clusters = differences.size if codes is None else int(codes.max()) + 1
    if kind == "binary":
        if not (np.isin(first, (0.0, 1.0)).all() and np.isin(second, (0.0, 1.0)).all()):
            raise UsageError("binary values must be 0 or 1", fix="use kind `score`")
        interval = _binary_interval(differences, codes, n_clusters, confidence)
    else:
        interval = mean_interval(differences, clusters=codes, confidence=confidence)
    if kind == "binary" and codes is None:
        p_value = mcnemar(int((differences > 0).sum()), int((differences < 0).sum()))
        test = "exact McNemar"
    else:
        p_value, test = _sign_flip(differences, codes, n_resamples=9999, seed=None)
    return PairedDifference(
        difference=float(differences.mean()),
        interval=interval,
        p_value=p_value,
        n=differences.size,
        clusters=n_clusters,
        test=test,
    )


def mcnemar(b: int, c: int) -> float:
    """Returns the exact two-sided p-value that two candidates are equally often right alone.

    Args:
        b: Samples that only the first has right.
        c: Samples that only the second has right.

    Raises:
        UsageError: A count is negative.

    Source: McNemar 1947, Note on the sampling error of the difference between correlated
    proportions or percentages; its exact form is the sign test: twice the binomial (b + c, 1/2)
    probability of at most min(b, c).
    """
    if b < 0 or c < 0:
        raise UsageError(f"counts {b} and {c} cannot be negative", fix="pass counts of samples")
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(b, c), b + c, 0.5)))


def paired_permutation(
    differences: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    n: int = 9999,
    seed: int | None = None,
) -> float:
    """Returns the two-sided p-value that the differences' signs are chance.

    Up to 16 differences (or clusters) that are not 0 all signs are tried; up to 5,000 `n` random
    ones; beyond, the normal limit of the same distribution is used.

    Args:
        differences: First minus second, shape (m,).
        clusters: Each difference's cluster, shape (m,): a cluster's signs flip together.
        n: How many random signs.
        seed: Of the random signs; None: taken from the data.

    Raises:
        UsageError: The differences are empty or not finite, or the shapes differ.

    Source: Fisher 1935, The Design of Experiments, section 21; the observed signs count as one of
    the random ones: Phipson and Smyth 2010, Permutation p-values should never be zero.
    """
    array = checked_values(differences, what="differences")
    return _sign_flip(array, cluster_codes(clusters, array.size), n_resamples=n, seed=seed)[0]


def tango_ends(b: float, c: float, n: float, *, critical: float) -> tuple[float, float]:
    """Returns the ends of Tango's interval of (b - c) / n; the counts may be fractional.

    Args:
        b: Samples that only the first has right.
        c: Samples that only the second has right.
        n: All samples.
        critical: The normal or t quantile.

    Source: Tango 1998, equations 8 to 12; solved by bisection.
    """

    def score(delta: float) -> float:
        linear = -b - c + (2 * n - b + c) * delta
        root = sqrt(max(0.0, linear**2 + 8 * n * c * delta * (1 - delta)))
        only_second = max(0.0, (root - linear) / (4 * n))
        variance = n * max(0.0, 2 * only_second + delta * (1 - delta))
        distance = b - c - n * delta
        if variance == 0.0:
            return 0.0 if distance == 0.0 else np.copysign(np.inf, distance)
        return distance / sqrt(variance)

    def crossing(inside: float, outside: float) -> float:
        for _ in range(60):
            middle = (inside + outside) / 2
            if abs(score(middle)) <= critical:
                inside = middle
            else:
                outside = middle
        return inside

    observed = (b - c) / n
    low = -1.0 if abs(score(-1.0)) <= critical else crossing(observed, -1.0)
    high = 1.0 if abs(score(1.0)) <= critical else crossing(observed, 1.0)
    return low, high


def _binary_interval(
    differences: NDArray[np.float64],
    codes: NDArray[np.int64] | None,
    n_clusters: int,
    confidence: float,
) -> Interval:
    n = differences.size
    b, c = float((differences > 0).sum()), float((differences < 0).sum())
    if codes is None:
        low, high = tango_ends(b, c, n, critical=normal_quantile(confidence))
        method = "tango"
    elif n_clusters == 1:
        low, high, method = -1.0, 1.0, "one cluster"
    else:
        share = effective_size(differences, clusters=codes) / n
        critical = t_quantile(confidence, n_clusters - 1)
        low, high = tango_ends(b * share, c * share, n * share, critical=critical)
        method = "tango, cluster-robust"
    return Interval(low=low, high=high, confidence=confidence, method=method)


def _sign_flip(
    differences: NDArray[np.float64],
    codes: NDArray[np.int64] | None,
    *,
    n_resamples: int,
    seed: int | None,
) -> tuple[float, str]:
    sums = differences if codes is None else np.bincount(codes, weights=differences)
    sums = sums[sums != 0.0]
    unit = "" if codes is None else " of clusters"
    observed = abs(float(sums.sum()))
    # Sums that are equal but for rounding must count as equal.
    reached = observed - 1e-10 * float(np.abs(sums).sum())
    if sums.size <= _EXACT:
        signs = 1 - 2 * ((np.arange(2**sums.size)[:, None] >> np.arange(sums.size)) & 1)
        p_value = float((np.abs(signs @ sums) >= reached).mean())
        return p_value, f"exact sign-flip{unit}"
    if sums.size > _LARGE:
        return erfc(observed / sqrt(2 * float(sums @ sums))), f"sign-flip{unit}, normal limit"
    rng = np.random.default_rng(data_seed(sums) if seed is None else seed)
    rows = max(1, _CELLS // sums.size)
    hits = 0
    for at in range(0, n_resamples, rows):
        shape = (min(rows, n_resamples - at), sums.size)
        signs = rng.integers(2, size=shape, dtype=np.int8).astype(np.float64)
        # The sum over signs +1 and -1 is twice the sum over those chosen, less the whole.
        hits += int((np.abs(2 * (signs @ sums) - sums.sum()) >= reached).sum())
    return (hits + 1) / (n_resamples + 1), f"sign-flip{unit}, {n_resamples} draws"
