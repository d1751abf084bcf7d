"""What may we do with this model, this data, these outputs: clauses carried along lineage.

1. `KnowledgeBase` holds the terms: licences as clauses, read from data, each with its source.
2. `Graph` holds assets and how each was made from others; a workspace feeds it by itself.
3. `check` follows every ancestor's clauses to the used asset and answers with a `Finding`.
4. `identify` says which licence a text is, or that nobody can say.
5. `bom` writes what a use case is made of. All of it is triage, not legal advice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.licensing.types import (
        Asset,
        Because,
        Clause,
        Finding,
        Override,
        Parent,
        Terms,
        Use,
    )

_PUBLIC = {
    "Asset": "types",
    "Because": "types",
    "Clause": "types",
    "Finding": "types",
    "Override": "types",
    "Parent": "types",
    "Terms": "types",
    "Use": "types",
}
__all__ = ["Asset", "Because", "Clause", "Finding", "Override", "Parent", "Terms", "Use"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
