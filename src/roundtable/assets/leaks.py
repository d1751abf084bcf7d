"""Rows that the evaluated split shares with the rows that examples are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.assets.samples import Samples
from roundtable.similarity import near_duplicates


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """A row that examples could be drawn from, and the evaluated row that it gives away.

    Args:
        evaluated_id: The evaluated row's id.
        evaluated_line: Its line in its file, from 1.
        pool_id: The other row's id.
        pool_line: Its line in its file, from 1.
        pool_index: The other row's position in the pool, from 0.
        why: What they share.
    """

    evaluated_id: str
    evaluated_line: int
    pool_id: str
    pool_line: int
    pool_index: int
    why: str


def leakage(evaluated: Samples, pool: Samples) -> list[Leak]:
    """Returns every row of the pool that gives an evaluated row away, in the pool's order.

    A row does so if it has the same id or cluster (within one dataset), or if its inputs are the
    same or nearly so: a Jaccard similarity of word 3-grams of at least 0.8. Each row of the pool is
    named once, for the first of these reasons.

    Args:
        evaluated: The rows that are to be answered.
        pool: The rows that examples are drawn from.
    """
    found: dict[int, Leak] = {}

    def add(query: int, row: int, why: str) -> None:
        if row not in found:
            found[row] = Leak(
                evaluated_id=evaluated.id(query),
                evaluated_line=evaluated.place(query).line or 0,
                pool_id=pool.id(row),
                pool_line=pool.place(row).line or 0,
                pool_index=row,
                why=why,
            )

    if evaluated.spec.id == pool.spec.id:
        ids = {name: query for query, name in enumerate(evaluated.ids())}
        for row, name in enumerate(pool.ids()):
            if name in ids:
                add(ids[name], row, "same id")
        if evaluated.spec.cluster:
            for query, row in _same(evaluated.cluster_hashes(), pool.cluster_hashes()):
                add(query, row, "same cluster")
    for query, row, why in _alike(evaluated, pool):
        add(query, row, why)
    return [found[row] for row in sorted(found)]


def _same(evaluated: NDArray[np.int64], pool: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    values, first = np.unique(evaluated, return_index=True)
    at = np.minimum(np.searchsorted(values, pool), len(values) - 1)
    for row in np.flatnonzero(values[at] == pool):
        yield int(first[at[row]]), int(row)


def _alike(evaluated: Samples, pool: Samples) -> Iterator[tuple[int, int, str]]:
    # Equal texts are grouped first, so that a text that stands everywhere is compared once.
    queries, query_first, _ = _distinct(evaluated)
    rows, row_first, row_group = _distinct(pool)
    yield from ((query, row, "same text") for query, row in _same(queries, rows))
    members = np.argsort(row_group, kind="stable")
    starts = np.searchsorted(row_group[members], np.arange(len(row_first) + 1))
    distinct = (evaluated[int(query)].text for query in query_first)
    for match in near_duplicates(distinct, _Texts(pool, row_first)):
        alike = f"{match.similarity:.2f} of the word 3-grams shared"
        why = "same words" if match.similarity == 1 else alike
        for row in members[starts[match.row] : starts[match.row + 1]]:
            yield int(query_first[match.query]), int(row), why


def _distinct(
    samples: Samples,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Returns each text's hash, the first sample of each distinct text, and each sample's group."""
    hashes = np.fromiter((hash(s.text) for s in samples), dtype=np.int64, count=len(samples))
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    return hashes, first, group


class _Texts(Sequence[str]):
    """The texts of some samples, read when they are used."""

    def __init__(self, samples: Samples, picked: NDArray[np.int64]) -> None:
        self._samples = samples
        self._picked = picked

    def __len__(self) -> int:
        return len(self._picked)

    def __getitem__(self, index: int) -> str:  # type: ignore[override]
        return self._samples[int(self._picked[index])].text

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))
