"""The tests that the author of a plug-in runs.

1. Each `check_...` takes an instance of the plug-in and puts it through what Roundtable will ask.
2. It returns nothing if all is well.
3. Otherwise it raises `NotConforming`, an AssertionError that lists everything that is wrong.
4. Call it from a plain test function: `def test_it(): check_metric(Politeness())`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.conformance.checker import check_checker
    from roundtable.conformance.connector import check_connector
    from roundtable.conformance.constraint import check_constraint
    from roundtable.conformance.findings import NotConforming
    from roundtable.conformance.metric import check_metric

_PUBLIC = {
    "NotConforming": "findings",
    "check_checker": "checker",
    "check_connector": "connector",
    "check_constraint": "constraint",
    "check_metric": "metric",
}
__all__ = [
    "NotConforming",
    "check_checker",
    "check_connector",
    "check_constraint",
    "check_metric",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
