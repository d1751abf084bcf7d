"""Macro F1 of two candidates on the same samples: is one better, and by how much?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.classes import BUNDLES, CellSums, batches, bundled, pair_codes
from roundtable.statistics.interval import (
    Interval,
    checked_confidence,
    cluster_codes,
    normal_quantile,
)
from roundtable.statistics.paired import PairedDifference, tango_ends
from roundtable.statistics.resampling import bca_ends, data_seed

_N_RESAMPLES = 2000
_EXACT = 12  # samples or clusters whose 2 ** 12 exchanges are all tried
_MOST = 9999  # exchanges drawn at random, or fewer where that takes more than seconds
_LEAST = 1999
_DRAWN = 20_000_000


def paired_macro_f1(
    targets: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    *,
    n_classes: int,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
) -> PairedDifference:
    """Returns how far the macro F1 of two candidates is apart on the same samples.

    The test exchanges the two candidates' answers to a sample, as if it were chance which of them
    gave which: up to 12 samples on which they differ, every way; with more, at random. The interval
    is the BCa bootstrap of the difference, both answers drawn together. With clusters, whole
    clusters are exchanged and drawn. If no answer differs, the interval is that of a difference of
    shares right.

    Args:
        targets: Each sample's class from 0, shape (n,).
        a: The first's predicted classes, shape (n,); -1 is none.
        b: The second's, likewise.
        n_classes: How many classes there are.
        clusters: Each sample's cluster, shape (n,).
        confidence: Of the interval, in (0, 1).
        seed: Of exchanges and resamples; None: taken from the data.

    Raises:
        UsageError: There are no samples, the shapes differ, or a class is out of range.

    Source: Noreen 1989, Computer-Intensive Methods for Testing Hypotheses, chapter 2 (approximate
    randomization); for F scores: Yeh 2000, More accurate tests for the statistical significance of
    result differences, section 3. The observed exchange counts as one of the random ones: Phipson
    and Smyth 2010, Permutation p-values should never be zero. Bootstrap: see `macro_f1_interval`.
    """
    checked_confidence(confidence)
    first = pair_codes(targets, a, n_classes=n_classes)
    second = pair_codes(targets, b, n_classes=n_classes)
    if first.shape != second.shape:
        raise UsageError(
            f"{first.size} answers cannot be paired with {second.size}",
            fix="pass the answers to the same samples, in the same order",
        )
    pairs = _Pairs(first, second, n_classes=n_classes)
    n = first.size
    codes = cluster_codes(clusters, n)
    rng = np.random.default_rng(data_seed(first, second) if seed is None else seed)
    p_value, test = _exchanged(pairs, codes, rng)
    if pairs.is_equal:
        low, high = tango_ends(0, 0, n, critical=normal_quantile(confidence))
        interval = Interval(low=low, high=high, confidence=confidence, method="tango, as shares")
    else:
        interval = _interval(pairs, codes, rng, confidence)
    return PairedDifference(
        difference=pairs.difference,
        interval=interval,
        p_value=p_value,
        n=n,
        clusters=n if codes is None else int(codes.max()) + 1,
        test=test,
    )


class _Pairs:
    """Counts of the distinct (target, first's answer, second's answer)."""

    def __init__(
        self, first: NDArray[np.int64], second: NDArray[np.int64], *, n_classes: int
    ) -> None:
        both = np.stack([first, second])
        kinds, which, counts = np.unique(both, axis=1, return_inverse=True, return_counts=True)
        self.which: NDArray[np.int64] = which.ravel()
        self.counts: NDArray[np.int64] = counts
        self.differs: NDArray[np.bool_] = kinds[0] != kinds[1]
        cells, place = np.unique(kinds, return_inverse=True)
        self._places = place.reshape(kinds.shape)
        self._n_cells = cells.size
        self._sums = CellSums(cells, n_classes=n_classes)
        whole = counts[None, :].astype(np.float64)
        self._absent = [self._sums.by_class(self._spread(whole, side)[0]) for side in (0, 1)]
        self.is_equal = not bool(self.differs.any())
        self.difference = float(self.differences(whole, whole * 0)[0])

    def differences(
        self, counts: NDArray[np.float64], exchanged: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Returns macro F1 of the first less that of the second, for each row of counts.

        Args:
            counts: Of each kind of pair, shape (m, kinds).
            exchanged: How many of these have the two answers exchanged.
        """
        kept = counts - exchanged
        first = self._spread(kept, 0) + self._spread(exchanged, 1)
        second = self._spread(kept, 1) + self._spread(exchanged, 0)
        return self._sums.macro(first) - self._sums.macro(second)

    def resampled(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the same of resamples; a class that one lacks counts with its F1 in the whole."""
        first, second = (
            self._sums.macro(self._spread(counts, side), absent=self._absent[side])
            for side in (0, 1)
        )
        return first - second

    def _spread(self, counts: NDArray[np.float64], side: int) -> NDArray[np.float64]:
        """Returns the counts of kinds as counts of one side's cells."""
        order = np.argsort(self._places[side], kind="stable")
        at = self._places[side][order]
        starts = np.flatnonzero(np.diff(at, prepend=-1))
        spread = np.zeros((counts.shape[0], self._n_cells))
        spread[:, at[starts]] = np.add.reduceat(counts[:, order], starts, axis=1)
        return spread


def _exchanged(
    pairs: _Pairs, codes: NDArray[np.int64] | None, rng: np.random.Generator
) -> tuple[float, str]:
    """Returns the p-value of exchanging answers, and what was done."""
    unit = "" if codes is None else " of clusters"
    differing = pairs.differs[pairs.which]
    reached = abs(pairs.difference) - 1e-10
    n_kinds = pairs.counts.size
    own = np.flatnonzero(differing) if codes is None else np.unique(codes[differing])
    counts = pairs.counts[None, :].astype(np.float64)
    if own.size <= _EXACT:
        by_unit = np.zeros((own.size, n_kinds))
        members = np.arange(pairs.which.size) if codes is None else codes
        at = np.searchsorted(own, members[differing])
        np.add.at(by_unit, (at, pairs.which[differing]), 1.0)
        flips = (np.arange(2**own.size)[:, None] >> np.arange(own.size)) & 1
        found = pairs.differences(counts, flips.astype(np.float64) @ by_unit)
        return float((np.abs(found) >= reached).mean()), f"exact label exchange{unit}"
    n_draws = max(_LEAST, min(_MOST, _DRAWN // max(n_kinds, own.size if unit else 0)))
    by_cluster: Any = None
    if codes is not None:
        from scipy.sparse import csr_array

        at = np.searchsorted(own, codes[differing])
        shape = (own.size, n_kinds)
        by_cluster = csr_array((np.ones(at.size), (at, pairs.which[differing])), shape=shape)
    hits = 0
    for rows in batches(n_draws, max(n_kinds, own.size if unit else 0)):
        if by_cluster is None:
            n_swaps = np.where(pairs.differs, pairs.counts, 0)
            exchanged = rng.binomial(n_swaps, 0.5, size=(rows, n_kinds)).astype(np.float64)
        else:
            exchanged = rng.integers(2, size=(rows, own.size)).astype(np.float64) @ by_cluster
        hits += int((np.abs(pairs.differences(counts, exchanged)) >= reached).sum())
    return (hits + 1) / (n_draws + 1), f"label exchange{unit}, {n_draws} draws"


def _interval(
    pairs: _Pairs, codes: NDArray[np.int64] | None, rng: np.random.Generator, confidence: float
) -> Interval:
    counts = pairs.counts
    method = "bca bootstrap" if codes is None else "bca bootstrap of clusters"
    if codes is None and counts.size > BUNDLES:
        codes = np.arange(pairs.which.size)
    drawn: list[NDArray[np.float64]] = []
    left: list[NDArray[np.float64]] = []
    if codes is None:
        n, shares = int(counts.sum()), counts / counts.sum()
        for rows in batches(_N_RESAMPLES, counts.size):
            times = rng.multinomial(n, shares, size=rows).astype(np.float64)
            drawn.append(pairs.resampled(times))
        without = counts - np.eye(counts.size)
        left.append(pairs.resampled(without))
        weights = counts.astype(np.float64)
    else:
        by_cluster = bundled(codes, pairs.which, rng)
        n = by_cluster.shape[0]
        for rows in batches(_N_RESAMPLES, max(by_cluster.shape)):
            times = rng.multinomial(n, np.full(n, 1 / n), size=rows) @ by_cluster
            drawn.append(pairs.resampled(times))
        at = 0
        for rows in batches(n, counts.size):
            without = counts - by_cluster[at : at + rows].toarray()
            left.append(pairs.resampled(without))
            at += rows
        weights = np.ones(n)
    influence, draws = np.concatenate(left), np.concatenate(drawn)
    kept = np.isfinite(influence)
    low, high = bca_ends(
        draws[np.isfinite(draws)],
        pairs.difference,
        left_out=influence[kept],
        weights=weights[kept],
        confidence=confidence,
    )
    return Interval(low=low, high=high, confidence=confidence, method=method)
