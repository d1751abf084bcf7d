"""F1 over classes, from counts of (target, predicted), and its interval."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import Interval, checked_confidence, cluster_codes
from roundtable.statistics.proportions import proportion_interval
from roundtable.statistics.resampling import bca_ends, data_seed

_N_RESAMPLES = 2000
_CELLS = 2_000_000  # counts held at a time
_DENSE = 100_000  # entries up to which a matrix is kept whole
# More clusters than this are drawn in bundles: the interval's width, known to 1 part in
# sqrt(2 * bundles), hardly changes, and the time no longer grows with them.
BUNDLES = 1000


def class_f1(confusion: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns each class's F1; NaN for a class neither expected nor predicted.

    Args:
        confusion: Counts by target and prediction, shape (..., k, c) with c >= k: the columns
            beyond k are predictions that are no class.

    Source: van Rijsbergen 1979, Information Retrieval, chapter 7: 2 TP / (2 TP + FP + FN).
    """
    k = confusion.shape[-2]
    right = np.diagonal(confusion[..., :k], axis1=-2, axis2=-1)
    margins = confusion.sum(axis=-1) + confusion[..., :k].sum(axis=-2)
    known = margins > 0
    return np.asarray(np.where(known, 2 * right / np.where(known, margins, 1.0), np.nan))


def macro_f1(confusion: NDArray[np.float64]) -> float:
    """Returns the mean of the classes' F1, over classes expected or predicted at least once.

    Source: Opitz and Burst 2019, Macro F1 and Macro F1, equation 3.
    """
    f1 = class_f1(np.asarray(confusion, dtype=np.float64))
    known = f1[~np.isnan(f1)]
    return float(known.mean()) if known.size else float("nan")


def macro_f1_interval(
    targets: ArrayLike,
    predictions: ArrayLike,
    *,
    n_classes: int,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
) -> Interval:
    """Returns the BCa bootstrap interval of macro F1.

    Drawing rows with replacement draws the counts of the pairs (target, prediction) from a
    multinomial: that is what is drawn, so that the time does not grow with the rows. With
    clusters, how often each cluster is drawn is multinomial likewise. A class that a resample lacks
    counts with its F1 in the sample. If all or none are right, every resample is too: the ends are
    then those of the share of right answers.

    Args:
        targets: Each sample's class from 0, shape (n,).
        predictions: Each sample's predicted class, shape (n,); -1 is none.
        n_classes: How many classes there are.
        clusters: Each sample's cluster, shape (n,).
        confidence: In (0, 1).
        seed: Of the resampling; None: taken from the data.

    Raises:
        UsageError: There are no samples, the shapes differ, or a class is out of range.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 14.3; clusters:
    Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8.
    """
    checked_confidence(confidence)
    pairs = pair_codes(targets, predictions, n_classes=n_classes)
    codes = cluster_codes(clusters, pairs.size)
    cells, which, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    sums = CellSums(cells, n_classes=n_classes)
    observed = float(sums.macro(counts[None, :])[0])
    # A class that a resample happens to lack says nothing: left out, rare classes would move the
    # mean in one direction.
    absent = sums.by_class(counts)
    if observed in (0.0, 1.0):
        # Every resample agrees, which says nothing: bound it as a share of as many trials.
        n_units = pairs.size if clusters is None else np.unique(np.asarray(clusters)).size
        ends = proportion_interval(
            round(observed * n_units), n_units, confidence=confidence, method="exact"
        )
        return Interval(
            low=ends.low, high=ends.high, confidence=confidence, method="exact, as share"
        )
    rng = np.random.default_rng(data_seed(counts) if seed is None else seed)
    method = "bca bootstrap" if codes is None else "bca bootstrap of clusters"
    if codes is None and cells.size > BUNDLES:
        codes = np.arange(pairs.size)
    if codes is None:
        shares = counts / counts.sum()
        draws = [
            sums.macro(rng.multinomial(pairs.size, shares, size=rows), absent=absent)
            for rows in batches(_N_RESAMPLES, cells.size)
        ]
        # A sample left out lowers its cell by one: one computation for each cell, counted often.
        left_out = sums.macro(counts - np.eye(cells.size), absent=absent)
        weights = counts.astype(np.float64)
    else:
        draws, left_out = _clustered(codes, which, sums, absent, rng)
        weights = np.ones(left_out.size)
    kept = np.isfinite(left_out)
    low, high = bca_ends(
        np.concatenate(draws),
        observed,
        left_out=left_out[kept],
        weights=weights[kept],
        confidence=confidence,
    )
    return Interval(low=low, high=high, confidence=confidence, method=method)


def pair_codes(targets: ArrayLike, predictions: ArrayLike, *, n_classes: int) -> NDArray[np.int64]:
    """Returns each sample's cell in the flattened (classes, classes + none) table, shape (n,).

    Raises:
        UsageError: There are no samples, the shapes differ, or a class is out of range.
    """
    expected = np.asarray(targets, dtype=np.int64)
    given = np.asarray(predictions, dtype=np.int64)
    if expected.shape != given.shape or expected.ndim != 1 or expected.size == 0:
        raise UsageError(
            f"targets of shape {expected.shape} and predictions of shape {given.shape} are not "
            "one of each per sample",
            fix="pass two lists of the same length, at least 1",
        )
    if expected.min() < 0 or max(expected.max(), given.max()) >= n_classes or given.min() < -1:
        raise UsageError(
            f"a class is not in 0 to {n_classes - 1}", fix="number the classes from 0; -1 is none"
        )
    return expected * (n_classes + 1) + np.where(given < 0, n_classes, given)


class CellSums:
    """Macro F1 from counts of some cells of the (target, prediction) table, many at a time.

    Only cells that occur are looked at, so that thousands of classes take no thousands squared.

    Args:
        cells: The cells, as `pair_codes` numbers them, each once.
        n_classes: How many classes there are.
    """

    def __init__(self, cells: NDArray[np.int64], *, n_classes: int) -> None:
        expected, given = np.divmod(cells, n_classes + 1)
        self._right = _indicator(np.where(expected == given, expected, -1), n_classes)
        # A cell counts for the class expected and for the one given, if it is one.
        none = np.where(given == n_classes, -1, given)
        self._margins = _indicator(expected, n_classes) + _indicator(none, n_classes)
        self._n_classes = n_classes
        self._width = max(cells.size, n_classes)

    def by_class(self, counts: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Returns each class's F1 of one row of counts, shape (classes,); NaN without the class."""
        right, margins = counts @ self._right, counts @ self._margins
        known = margins > 0
        return np.asarray(np.where(known, 2 * right / np.where(known, margins, 1.0), np.nan))

    def macro(
        self,
        counts: NDArray[np.float64] | NDArray[np.int64],
        *,
        absent: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Returns the macro F1 of each row of counts, shape (m, cells); NaN of a row of zeros.

        Args:
            counts: Of each cell.
            absent: What counts for a class that a row does not have, shape (classes,); NaN: it is
                left out. None leaves all such classes out.
        """
        missing = np.full(self._n_classes, np.nan) if absent is None else absent
        results = np.empty(counts.shape[0])
        at = 0
        for rows in batches(counts.shape[0], self._width):
            part = counts[at : at + rows]
            right, margins = part @ self._right, part @ self._margins
            known = margins > 0
            f1 = np.where(known, 2 * right / np.where(known, margins, 1.0), missing)
            n_known = (~np.isnan(f1)).sum(axis=-1)
            sums = np.nansum(f1, axis=-1)
            results[at : at + rows] = np.where(n_known > 0, sums / np.maximum(n_known, 1), np.nan)
            at += rows
        return results


def _indicator(classes: NDArray[np.int64], n_classes: int) -> Any:
    """Returns a matrix (cells, classes) of 1 where a cell is of a class; -1 is of none."""
    rows = np.flatnonzero(classes >= 0)
    if classes.size * n_classes <= _DENSE:
        table = np.zeros((classes.size, n_classes))
        table[rows, classes[rows]] = 1.0
        return table
    from scipy.sparse import csr_array

    shape = (classes.size, n_classes)
    return csr_array((np.ones(rows.size), (rows, classes[rows])), shape=shape)


def _clustered(
    codes: NDArray[np.int64],
    which: NDArray[np.int64],
    sums: CellSums,
    absent: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    by_cluster = bundled(codes, which, rng)
    n_clusters = by_cluster.shape[0]
    even = np.full(n_clusters, 1 / n_clusters)
    draws = [
        sums.macro(
            np.asarray(rng.multinomial(n_clusters, even, size=rows)) @ by_cluster, absent=absent
        )
        for rows in batches(_N_RESAMPLES, max(by_cluster.shape))
    ]
    total = np.bincount(which, minlength=by_cluster.shape[1])
    left_out, at = [], 0
    for rows in batches(*by_cluster.shape):
        left_out.append(sums.macro(total - by_cluster[at : at + rows].toarray(), absent=absent))
        at += rows
    return draws, np.concatenate(left_out)


def bundled(codes: NDArray[np.int64], which: NDArray[np.int64], rng: np.random.Generator) -> Any:
    """Returns the count of each cell in each cluster, sparse; of bundles, if clusters are many.

    Args:
        codes: Each sample's cluster from 0, shape (n,).
        which: Each sample's cell from 0, shape (n,).
        rng: Mixes the clusters that are bundled.
    """
    from scipy.sparse import csr_array

    n_clusters = int(codes.max()) + 1
    if n_clusters > BUNDLES:
        codes = (rng.permutation(n_clusters) % BUNDLES)[codes]
        n_clusters = BUNDLES
    shape = (n_clusters, int(which.max()) + 1)
    return csr_array((np.ones(codes.size), (codes, which)), shape=shape)


def batches(n_rows: int, width: int) -> list[int]:
    """Returns how many rows of this width to hold at a time, until all are done."""
    rows = max(1, _CELLS // width)
    return [min(rows, n_rows - at) for at in range(0, n_rows, rows)]
