"""A plan of candidates, executed on samples, measured and compared.

1. `Plan` says what is asked of which model, on which samples, with which metrics.
2. `Execution` runs it: answers come from the journal or are paid for, and are kept first.
3. `Columns` gather the results; `summarize` makes `Estimate`s of them.
4. `compare_many` holds candidates against each other on the same samples.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.evaluation.comparison import compare_many
    from roundtable.evaluation.limits import Budget
    from roundtable.evaluation.plan import Plan
    from roundtable.evaluation.runner import Execution
    from roundtable.evaluation.summary import summarize
    from roundtable.evaluation.types import Case, Estimate, Metric, Score

_PUBLIC = {
    "Budget": "limits",
    "Case": "types",
    "Estimate": "types",
    "Execution": "runner",
    "Metric": "types",
    "Plan": "plan",
    "Score": "types",
    "compare_many": "comparison",
    "summarize": "summary",
}
__all__ = [
    "Budget",
    "Case",
    "Estimate",
    "Execution",
    "Metric",
    "Plan",
    "Score",
    "compare_many",
    "summarize",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
