"""Evidence held against limits: what may move.

1. A run gives `Evidence` of each candidate: estimates with their intervals.
2. `decide` holds it against the use case's limits and gives a `GateResult`.
3. A verdict is a value: `pass`, `fail`, or `blocked` where evidence is missing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.governance.gate import (
        Check,
        CheckResult,
        Evidence,
        GateLimit,
        GateResult,
        best,
        decide,
    )

_PUBLIC = {
    "Check": "gate",
    "CheckResult": "gate",
    "Evidence": "gate",
    "GateLimit": "gate",
    "GateResult": "gate",
    "best": "gate",
    "decide": "gate",
}
__all__ = ["Check", "CheckResult", "Evidence", "GateLimit", "GateResult", "best", "decide"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
