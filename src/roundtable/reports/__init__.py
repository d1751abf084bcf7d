"""Values to one self-contained HTML file.

1. `run_view` holds what a report shows: values only, filled by `jobs`.
2. `pictures` turns them into Vega-Lite specifications, `charts` renders all of these in one go.
3. `shown_samples` picks the samples that fit into one file; `reading` ranks the errors to read.
4. `page` fills the templates: everything is escaped, nothing is loaded from elsewhere.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.reports.run import run_report
    from roundtable.reports.run_view import RunReport

_PUBLIC = {"RunReport": "run_view", "run_report": "run"}
__all__ = ["RunReport", "run_report"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
