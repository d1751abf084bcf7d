"""Usage and prices to money.

1. A model's file gives a `Price`.
2. `Price.usd` turns a call's tokens into USD.
3. The runner reserves a call's highest price before it, and settles the real one after it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.economics.price import Price

_PUBLIC = {"Price": "price"}
__all__ = ["Price"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
