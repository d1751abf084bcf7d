"""What may we do with this model, this data, these outputs: clauses carried along lineage.

1. `KnowledgeBase` holds the terms: licenses as clauses, read from data, each with its source.
2. `Graph` holds assets and how each was made from others; a workspace feeds it by itself.
3. `check` follows every ancestor's clauses to the used asset and answers with a `Finding`.
4. `identify` says which license a text is, or that nobody can say.
5. `bom` writes what a use case is made of. All of it is triage, not legal advice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.licensing.checking import check
    from roundtable.licensing.graph import Graph
    from roundtable.licensing.identifying.target import identify
    from roundtable.licensing.knowledge import KnowledgeBase, packaged
    from roundtable.licensing.types import Clause, Finding, Terms, Use

_PUBLIC = {
    "Clause": "types",
    "Finding": "types",
    "Graph": "graph",
    "KnowledgeBase": "knowledge",
    "Terms": "types",
    "Use": "types",
    "check": "checking",
    "identify": "identifying.target",
    "packaged": "knowledge",
}
__all__ = [
    "Clause",
    "Finding",
    "Graph",
    "KnowledgeBase",
    "Terms",
    "Use",
    "check",
    "identify",
    "packaged",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
