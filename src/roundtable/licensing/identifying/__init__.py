"""Which license is this text: exact, modified or unknown, and never a guess told as a fact.

1. `words` takes a text to its words: what typesetting and markup change is gone.
2. `catalog` knows the texts of licenses, with their blanks (`template`), by digest and words.
3. `text` compares (`comparison`, `alignment`), sorts out what changes nothing (`harmless`), tells
   which decisive clauses are left (`decisive`), and which whole licenses stand inside (`parts`).
4. `claims` reads what tags, manifests and weights say; `file` and `folder` hold both together.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.licensing.identifying.target import identify
    from roundtable.licensing.identifying.text import identify_text
    from roundtable.licensing.identifying.types import (
        DecisiveClause,
        Declared,
        Difference,
        Identification,
        Part,
        Resemblance,
    )

_PUBLIC = {
    "DecisiveClause": "types",
    "Declared": "types",
    "Difference": "types",
    "Identification": "types",
    "Part": "types",
    "Resemblance": "types",
    "identify": "target",
    "identify_text": "text",
}
__all__ = [
    "DecisiveClause",
    "Declared",
    "Difference",
    "Identification",
    "Part",
    "Resemblance",
    "identify",
    "identify_text",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
