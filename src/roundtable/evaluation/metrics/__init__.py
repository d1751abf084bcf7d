"""The numbers that a use case is measured by.

1. `METRICS` names every built-in; `defaults` names those that a kind of task gets by itself.
2. A metric is a frozen dataclass: its fields are its options, and part of the key of its scores.
3. `score(case)` gives a bool (a share), a float (a mean) or a Score (which may not apply: None).
4. A judge also awaits `case.complete`; all others look at the case alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.evaluation.metrics.table import METRICS, defaults

_PUBLIC = {"METRICS": "table", "defaults": "table"}
__all__ = ["METRICS", "defaults"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
