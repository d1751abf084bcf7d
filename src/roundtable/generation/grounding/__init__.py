"""Passages that answers rest on.

1. `read_documents` reads a corpus's files; `cut` makes passages, with their place to the character.
2. `build` indexes them by words and meaning; only what changed is indexed again.
3. A `Retriever` finds the passages that fit a `Query`; `RETRIEVERS` is the table of all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.generation.grounding.building import build
    from roundtable.generation.grounding.cutting import cut
    from roundtable.generation.grounding.documents import Document, read_documents
    from roundtable.generation.grounding.index import CorpusIndex
    from roundtable.generation.grounding.retrievers import RETRIEVERS, Query, Retriever

_PUBLIC = {
    "RETRIEVERS": "retrievers",
    "CorpusIndex": "index",
    "Document": "documents",
    "Query": "retrievers",
    "Retriever": "retrievers",
    "build": "building",
    "cut": "cutting",
    "read_documents": "documents",
}
__all__ = [
    "RETRIEVERS",
    "CorpusIndex",
    "Document",
    "Query",
    "Retriever",
    "build",
    "cut",
    "read_documents",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
