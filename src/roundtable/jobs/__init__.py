"""The only place where packages meet: one file for each thing a person asks for.

1. `run` evaluates a use case: `build` makes the plan, evaluation executes it.
2. `verdict` says what the numbers mean and lets the gate decide; `report` writes the report.
3. `compare` holds two candidates against each other; `explain` says why a call was a hit.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.jobs.outcome import RunOutcome

_PUBLIC = {"RunOutcome": "outcome"}
__all__ = ["RunOutcome"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
