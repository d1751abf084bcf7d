"""How alike texts are.

1. `near_duplicates` joins two collections: pairs that share most of their word 3-grams.
2. `LexicalIndex` finds texts by the words they share (BM25, tantivy).
3. `embed` gives each text a vector of its meaning (MiniLM, on the CPU).
4. `VectorIndex` finds the nearest vectors, exactly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.similarity.duplicates import Match, near_duplicates, overlap
    from roundtable.similarity.embedding import embed
    from roundtable.similarity.lexical import LexicalIndex
    from roundtable.similarity.vectors import VectorIndex

_PUBLIC = {
    "LexicalIndex": "lexical",
    "Match": "duplicates",
    "VectorIndex": "vectors",
    "embed": "embedding",
    "near_duplicates": "duplicates",
    "overlap": "duplicates",
}
__all__ = ["LexicalIndex", "Match", "VectorIndex", "embed", "near_duplicates", "overlap"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
