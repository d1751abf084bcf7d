"""Intervals of shares: successes among trials, independent or clustered."""

from __future__ import annotations

from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from roundtable.errors import UsageError
from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    checked_values,
    cluster_codes,
    clustered_variance,
    normal_quantile,
    t_quantile,
)


def proportion_interval(
    successes: int,
    n: int,
    *,
    confidence: float = 0.95,
    method: Literal["wilson", "exact"] = "wilson",
) -> Interval:
    """Returns the interval of a share from independent trials.

    Args:
        successes: In [0, n].
        n: Trials; with none the interval is [0, 1].
        confidence: In (0, 1).
        method: `wilson` covers at `confidence` on average over p; `exact` (Clopper-Pearson)
            nowhere less, and is wider.

    Raises:
        UsageError: The counts or the confidence are impossible.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference;
    Clopper and Pearson 1934, The use of confidence or fiducial limits illustrated in the case of
    the binomial; compared by Brown, Cai and DasGupta 2001, Interval estimation for a binomial
    proportion.
    """
    checked_confidence(confidence)
    if not 0 <= successes <= n:
        raise UsageError(
            f"{successes} successes in {n} trials are impossible",
            fix="pass successes between 0 and n",
        )
    if n == 0:
        low, high = 0.0, 1.0
    elif method == "wilson":
        low, high = wilson_ends(successes / n, n, critical=normal_quantile(confidence))
    else:
        low, high = _exact_ends(successes, n, (1 - confidence) / 2)
    return Interval(low=low, high=high, confidence=confidence, method=method)


def clustered_proportion_interval(
    values: ArrayLike, clusters: ArrayLike | None, *, confidence: float = 0.95
) -> Interval:
    """Returns the interval of a share whose trials come in clusters, such as one person's rows.

    Wilson's interval with the effective number of trials, that is the number of independent ones
    that would vary as much (never more than there are), and Student's t with one degree of freedom
    less than clusters. Where all trials agree nothing is known of how alike a cluster's are, so
    each cluster counts as one trial. One cluster alone says nothing: [0, 1].

    Args:
        values: 0 or 1 for each trial, shape (n,).
        clusters: Each trial's cluster, shape (n,); None, or all different: Wilson's own interval.
        confidence: In (0, 1).

    Raises:
        UsageError: The values are not all 0 or 1, or the shapes differ.

    Source: Korn and Graubard 1998, Confidence intervals for proportions with small expected number
    of positive counts estimated from survey data (effective size); Dean and Pagano 2015,
    Evaluating confidence interval methods for binomial proportions in clustered surveys (Wilson).
    """
    array = checked_values(values)
    if not np.isin(array, (0.0, 1.0)).all():
        raise UsageError(
            "a share's values must be 0 or 1", fix="use mean_interval for scores between them"
        )
    codes = cluster_codes(clusters, array.size)
    if codes is None:
        return proportion_interval(int(array.sum()), array.size, confidence=confidence)
    method = "wilson, cluster-robust"
    n_clusters = int(codes.max()) + 1
    if n_clusters == 1:
        checked_confidence(confidence)
        return Interval(low=0.0, high=1.0, confidence=confidence, method=method)
    share = float(array.mean())
    low, high = wilson_ends(
        share,
        effective_size(array, clusters=codes),
        critical=t_quantile(confidence, n_clusters - 1),
    )
    return Interval(low=low, high=high, confidence=confidence, method=method)


def effective_size(values: ArrayLike, *, clusters: ArrayLike) -> float:
    """Returns how many independent values would give a mean as uncertain as these give.

    Never more than there are; where all values agree, the number of clusters.

    Args:
        values: Shape (n,).
        clusters: Each value's cluster, shape (n,); at least two different ones.

    Source: Kish 1965, Survey Sampling, section 8.2 (design effect).
    """
    array = checked_values(values)
    codes = cluster_codes(clusters, array.size)
    if codes is None:
        return float(array.size)
    independent = float(array.var()) / array.size
    clustered, n_clusters = clustered_variance(array, codes)
    if independent == 0.0:
        return float(n_clusters)
    return array.size * min(1.0, independent / clustered) if clustered else float(array.size)


def wilson_ends(share: float, n: float, *, critical: float) -> tuple[float, float]:
    """Returns the ends of Wilson's interval for a share of `n` (possibly fractional) trials."""
    square = critical * critical
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = critical / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    # The ends are exactly 0 and 1 there, but rounding can miss them.
    low = 0.0 if share == 0.0 else max(0.0, centre - half)
    high = 1.0 if share == 1.0 else min(1.0, centre + half)
    return min(low, share), max(high, share)


def _exact_ends(successes: int, n: int, tail: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    low = float(betaincinv(successes, n - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return low, high
