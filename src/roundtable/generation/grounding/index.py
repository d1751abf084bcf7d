"""A corpus on disk: found by words and by meaning, opened without being loaded.

The folder holds a tantivy index with the passages, a usearch index with their vectors, and a
manifest that says from which documents, by digest, both were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.errors import InputError, MissingExtraError, Place
from roundtable.generation.types import Passage
from roundtable.similarity.embedding import DIMENSIONS
from roundtable.similarity.lexical import WORDS, any_word, word_analyzer

FORMAT = 1
PASSAGES, VECTORS, MANIFEST = "passages", "vectors.usearch", "manifest.json"
# Up to this number every vector is compared, which is exact and quick enough.
_EXACT_UP_TO = 20_000


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an index holds of one document: its digest, and the numbers of its passages."""

    digest: str
    first: int
    n: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From what an index was made.

    Args:
        format: Of the folder.
        max_tokens: Of a passage.
        overlap_tokens: Shared by neighbors.
        model: What the vectors were made by; empty without vectors.
        stamp: Of the word index's commit that this belongs to.
        next: The next passage's number.
        documents: By source.
    """

    format: int
    max_tokens: int
    overlap_tokens: int
    model: str
    stamp: int = -1
    next: int = 0
    documents: dict[str, Held] = {}

    @property
    def n_passages(self) -> int:
        """Returns how many passages the index holds."""
        return sum(one.n for one in self.documents.values())


class CorpusIndex:
    """An index that `build` made, open for reading.

    Args:
        folder: Where it is.

    Raises:
        InputError: there is none, or it was made by another version.
        MissingExtraError: an engine is not installed.
    """

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        if manifest is None or manifest.format != FORMAT:
            raise InputError(
                "the corpus has no index" if manifest is None else "the corpus's index is too old",
                where=Place(str(folder)),
                fix="make it: roundtable corpus build",
            )
        self.manifest = manifest
        self._folder = folder
        self._analyzer = word_analyzer()
        self._words = word_index(folder, self._analyzer)
        self._searcher = self._words.searcher()
        self._vectors: Any = None

    def __len__(self) -> int:
        """Returns how many passages it holds."""
        return int(self._searcher.num_docs)

    def by_words(self, text: str, *, n: int) -> list[tuple[int, float]]:
        """Returns numbers and BM25 scores of the `n` passages that share most words, best first."""
        query = any_word(self._words.schema, self._analyzer, text)
        if query is None or not n:
            return []
        hits = self._searcher.search(query, n).hits
        return [(int(self._searcher.doc(at)["number"][0]), float(score)) for score, at in hits]

    def by_meaning(self, vector: NDArray[np.float32], *, n: int) -> list[tuple[int, float]]:
        """Returns numbers and cosines of the `n` passages nearest in meaning, nearest first.

        Args:
            vector: Of length 1: float32, shape (384,).
            n: How many.

        Raises:
            InputError: the index was built without vectors.
        """
        if not self.manifest.model:
            raise InputError(
                "the index has no vectors",
                where=Place(str(self._folder)),
                fix="build it with a `dense` or `hybrid` retriever",
            )
        if self._vectors is None:
            self._vectors = vector_index(self._folder, view=True)
        if not n or not len(self._vectors):
            return []
        exact = len(self._vectors) <= _EXACT_UP_TO
        found = self._vectors.search(vector, min(n, len(self._vectors)), exact=exact)
        return [
            (int(number), 1.0 - float(distance))
            for number, distance in zip(found.keys, found.distances, strict=True)
        ]

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Returns the passages with these numbers, in this order."""
        from tantivy import Query

        found = []
        for number in numbers:
            query = Query.term_query(self._words.schema, "number", number)
            (_, at), *_ = self._searcher.search(query, 1).hits
            found.append(decoded(self._searcher.doc(at)["passage"][0]))
        return found


def word_index(folder: Path, analyzer: Any) -> Any:
    """Opens the folder's word index, or makes an empty one."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name=WORDS, index_option="freq")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("number", indexed=True, stored=True)
    builder.add_bytes_field("passage", stored=True)
    path = folder / PASSAGES
    path.mkdir(parents=True, exist_ok=True)
    try:
        index = tantivy.Index(builder.build(), path=str(path))
    except ValueError as error:
        raise InputError(
            f"the corpus's index is broken: {error}",
            where=Place(str(path)),
            fix="delete the folder, and build it anew: roundtable corpus build",
        ) from error
    index.register_tokenizer(WORDS, analyzer)
    return index


def vector_index(folder: Path, *, view: bool = False) -> Any:
    """Opens the folder's vectors, or makes an empty index of them.

    Args:
        folder: The corpus's.
        view: Whether to leave the vectors on the disk, for reading alone.
    """
    try:
        # In this order: usearch 2.26 loaded first makes onnxruntime 1.32 crash as it loads.
        import onnxruntime  # noqa: F401
        from usearch.index import Index
    except ImportError as error:
        raise MissingExtraError("searching by meaning", "search") from error
    path = folder / VECTORS
    if not path.exists():
        return Index(ndim=DIMENSIONS, metric="cos", dtype="f16")
    index = Index.restore(str(path), view=view)
    if index is None:
        raise InputError(
            "the corpus's vectors are broken",
            where=Place(str(path)),
            fix="delete the folder, and build it anew: roundtable corpus build",
        )
    return index


def read_manifest(folder: Path) -> Manifest | None:
    """Returns the folder's manifest; None if there is none that this version can read."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def encoded(passage: Passage) -> bytes:
    """Returns a passage as the index keeps it."""
    return msgspec.json.encode(passage)


def decoded(data: bytes) -> Passage:
    """Returns a kept passage."""
    return msgspec.json.decode(bytes(data), type=Passage)
