"""Rows that examples are drawn from: read, held against the evaluated rows and indexed once."""

from __future__ import annotations

import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from roundtable.assets.leaks import leakage
from roundtable.assets.samples import Samples
from roundtable.digest import digest
from roundtable.errors import InputError
from roundtable.similarity import LexicalIndex, VectorIndex, embed

By = Literal["meaning", "words"]

MAX_EMBEDDED = 10_000


class ExamplePool:
    """What all candidates that draw examples from the same rows share.

    Args:
        samples: The rows to draw from.
        evaluated: The rows that are to be answered; None where they are not known beforehand.
        by: How nearness is measured; None for the better way that the pool's size allows.
        cache: A folder that keeps the rows' vectors; None to compute them each time.

    Raises:
        InputError: every row gives an evaluated row away.
    """

    def __init__(
        self,
        samples: Samples,
        *,
        evaluated: Samples | None = None,
        by: By | None = None,
        cache: Path | None = None,
    ) -> None:
        self.samples, self.evaluated = samples, evaluated
        self.leaks = tuple(leakage(evaluated, samples)) if evaluated is not None else ()
        left = np.ones(len(samples), dtype=np.bool_)
        left[[leak.pool_index for leak in self.leaks]] = False
        self.rows: NDArray[np.int64] = np.flatnonzero(left)
        if not len(self.rows):
            first = f", such as {self.leaks[0].pool_id!r}" if self.leaks else ""
            raise InputError(
                f"no row of {samples.spec.id!r} can be an example: all are among those evaluated"
                f"{first}",
                fix="draw examples from another split, such as split = 'train'",
            )
        self.by: By = by or ("meaning" if len(self.rows) <= MAX_EMBEDDED else "words")
        self._cache = cache

    def prepare(self) -> None:
        """Makes the index by which the nearest rows are found, unless it is there.

        Raises:
            MissingExtraError: the extra that it needs is not installed.
        """
        _ = self.vectors if self.by == "meaning" else self.words

    @cached_property
    def vectors(self) -> VectorIndex:
        """The rows by meaning."""
        return VectorIndex(_vectors(self.samples, self.rows, self._cache))

    @cached_property
    def words(self) -> LexicalIndex:
        """The rows by their words."""
        return LexicalIndex(self.samples[int(row)].text for row in self.rows)


def _vectors(pool: Samples, rows: NDArray[np.int64], cache: Path | None) -> NDArray[np.float32]:
    from roundtable.similarity.embedding import MODEL

    texts = [pool[int(row)].text for row in rows]
    if cache is None:
        return embed(texts)
    kept = cache / f"vectors-{digest((MODEL, texts))}.npy"
    if kept.exists():
        vectors: NDArray[np.float32] = np.load(kept, allow_pickle=False)
        return vectors
    vectors = embed(texts)
    cache.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=cache, suffix=".partial")
    with os.fdopen(handle, "wb") as out:
        np.save(out, vectors)
    os.replace(partial, kept)
    return vectors
