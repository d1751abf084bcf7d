"""Bills of materials: what a use case is made of, written for others and read from suppliers.

1. `Bill` holds components with lineage, licenses, files and answers; `jobs` fills it.
2. `write_bill` gives CycloneDX 1.6 (ML-BOM) or SPDX 3.0.1 (AI, Dataset), by the formats' libraries.
3. `read_bill` turns a supplier's document into assets; what it does not say stays unknown.
4. Both need the extra `bom`; nothing else in the package does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.licensing.bom.bill import (
        Answer,
        Bill,
        BillFile,
        Component,
        Endpoint,
        License,
        assets_of,
    )
    from roundtable.licensing.bom.reading import read_bill
    from roundtable.licensing.bom.writing import write_bill

_PUBLIC = {
    "Answer": "bill",
    "Bill": "bill",
    "BillFile": "bill",
    "Component": "bill",
    "License": "bill",
    "Endpoint": "bill",
    "assets_of": "bill",
    "read_bill": "reading",
    "write_bill": "writing",
}
__all__ = [
    "Answer",
    "Bill",
    "BillFile",
    "Component",
    "Endpoint",
    "License",
    "assets_of",
    "read_bill",
    "write_bill",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
