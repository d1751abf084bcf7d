"""Texts that are nearly the same, found exactly between collections of a hundred thousand each.

Two texts are alike if the sets of their word 3-grams have a Jaccard similarity of at least 0.8. The
join is exact: sets that similar must share one of their rarest grams (prefix filtering), so only
pairs that do are compared. That finds all pairs and is faster here than MinHash, which misses some.

Source: Chaudhuri, Ganti and Kaushik 2006, A Primitive Operator for Similarity Joins; Bayardo, Ma
and Srikant 2007, Scaling Up All Pairs Similarity Search, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import msgspec
import numpy as np
from numpy.typing import NDArray

THRESHOLD = 0.8
_WORDS = re.compile(r"\w+")
_BATCH = 4096
_BUCKETS = 1 << 20
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A text of one collection that is nearly one of another.

    Args:
        query: Its position among the queries.
        row: The position of the other in the pool.
        similarity: Jaccard similarity of their word 3-grams, in [0.8, 1].
    """

    query: int
    row: int
    similarity: float


def words(text: str) -> list[str]:
    """Returns the words of a text in lower case; the text itself if it has none."""
    return _WORDS.findall(text.casefold()) or [text.strip()]


def overlap(first: str, second: str) -> float:
    """Returns the Jaccard similarity, in [0, 1], of the word 3-grams of two texts.

    >>> overlap("I need a cab, please!", "i need a cab please")
    1.0
    """
    a, b = _grams(first), _grams(second)
    return len(a & b) / len(a | b)


def near_duplicates(
    queries: Iterable[str], pool: Sequence[str], *, threshold: float = THRESHOLD
) -> Iterator[Match]:
    """Yields every pair of a query and a text of the pool that are nearly the same.

    Args:
        queries: Read once.
        pool: Read twice, and again where a pair may match; never held.
        threshold: The least Jaccard similarity, in (0, 1].
    """
    counts = np.zeros(_BUCKETS, dtype=np.int64)
    for texts in _batches(pool):
        grams, _ = _gram_sets(texts)
        counts += np.bincount(_bucket(grams), minlength=_BUCKETS)
    index = _Prefixes(pool, counts, threshold)
    start = 0
    for texts in _batches(queries):
        for number, row in index.candidates(texts):
            similarity = overlap(texts[number], pool[row])
            if similarity >= threshold:
                yield Match(query=start + number, row=row, similarity=similarity)
        start += len(texts)


class _Prefixes:
    """The rarest grams of every text of a pool, sorted for look-up."""

    def __init__(self, pool: Sequence[str], counts: NDArray[np.int64], threshold: float) -> None:
        self._counts = counts
        self._threshold = threshold
        grams: list[NDArray[np.uint64]] = []
        rows: list[NDArray[np.int32]] = []
        sizes: list[NDArray[np.int32]] = []
        start = 0
        for texts in _batches(pool):
            kept, owners, n_grams = self._prefix(texts)
            grams.append(kept)
            rows.append((owners + start).astype(np.int32))
            sizes.append(n_grams.astype(np.int32))
            start += len(texts)
        every = np.concatenate(grams) if grams else np.zeros(0, dtype=np.uint64)
        order = np.argsort(every)
        self._grams = every[order]
        self._rows = np.concatenate(rows)[order] if rows else np.zeros(0, dtype=np.int32)
        self._sizes = np.concatenate(sizes) if sizes else np.zeros(0, dtype=np.int32)

    def candidates(self, texts: list[str]) -> list[tuple[int, int]]:
        """Returns pairs (position in texts, row of the pool) that share a rare gram."""
        grams, owners, sizes = self._prefix(texts)
        first = np.searchsorted(self._grams, grams, side="left")
        n_hits = np.searchsorted(self._grams, grams, side="right") - first
        total = int(n_hits.sum())
        # Position of each hit in the sorted grams: runs of length n_hits from each first.
        offsets = np.arange(total) - np.repeat(np.cumsum(n_hits) - n_hits, n_hits)
        rows = self._rows[np.repeat(first, n_hits) + offsets].astype(np.int64)
        numbers = np.repeat(owners, n_hits)
        # Sets of very different size cannot be alike.
        small = np.minimum(sizes[numbers], self._sizes[rows])
        large = np.maximum(sizes[numbers], self._sizes[rows])
        fits = small >= self._threshold * large - 1e-9
        pairs = np.unique(numbers[fits] * (len(self._sizes) + 1) + rows[fits])
        split = [divmod(int(pair), len(self._sizes) + 1) for pair in pairs]
        return [(number, row) for number, row in split]

    def _prefix(
        self, texts: list[str]
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Returns the rarest grams, the text each belongs to, and the size of every text's set."""
        grams, owners = _gram_sets(texts)
        order = np.lexsort((grams, self._counts[_bucket(grams)], owners))
        grams, owners = grams[order], owners[order]
        sizes = np.bincount(owners, minlength=len(texts))
        rank = np.arange(len(grams)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        n_kept = sizes - np.ceil(self._threshold * sizes - 1e-9).astype(np.int64) + 1
        kept = rank < n_kept[owners]
        return grams[kept], owners[kept], sizes


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    coming = iter(texts)
    while batch := list(islice(coming, _BATCH)):
        yield batch


def _bucket(grams: NDArray[np.uint64]) -> NDArray[np.int64]:
    return (grams >> np.uint64(44)).astype(np.int64)


def _grams(text: str) -> frozenset[tuple[str, ...]]:
    listed = words(text)
    if len(listed) < 3:
        return frozenset([tuple(listed)])
    return frozenset(zip(listed, listed[1:], listed[2:], strict=False))


def _gram_sets(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Returns the distinct hashed 3-grams of all texts, and the text that each belongs to."""
    # A text of one or two words is one gram: empty words fill it up.
    listed = [found + [""] * (3 - len(found)) for found in map(words, texts)]
    lengths = np.fromiter(map(len, listed), dtype=np.int64, count=len(listed))
    total = int(lengths.sum())
    hashes = np.fromiter(map(hash, chain.from_iterable(listed)), dtype=np.int64, count=total)
    mixed = hashes.view(np.uint64)
    a, b, c = (np.uint64(factor) for factor in _FACTORS)
    grams = mixed[:-2] * a + mixed[1:-1] * b + mixed[2:] * c
    grams ^= grams >> np.uint64(29)
    grams *= a
    owners = np.repeat(np.arange(len(texts)), lengths)
    whole = owners[:-2] == owners[2:]
    grams, owners = grams[whole], owners[:-2][whole]
    order = np.lexsort((grams, owners))
    grams, owners = grams[order], owners[order]
    new = np.ones(len(grams), dtype=np.bool_)
    new[1:] = (grams[1:] != grams[:-1]) | (owners[1:] != owners[:-1])
    return grams[new], owners[new]
