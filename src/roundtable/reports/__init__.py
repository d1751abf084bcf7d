"""Values to one self-contained HTML file that a person likes to read.

1. `run_view` holds the values: plain structs, filled in by whoever ran the use case.
2. `drawings` makes Vega-Lite specs of them; `charts` renders all to SVG in one go.
3. `samples` orders the errors to read first and packs all samples as data for the page's script.
4. `document` fills the templates with style and script inlined, and writes the file in one step.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.reports.charts import Renderer
    from roundtable.reports.run_page import run_report
    from roundtable.reports.run_view import RunReport

_PUBLIC = {"Renderer": "charts", "RunReport": "run_view", "run_report": "run_page"}
__all__ = ["Renderer", "RunReport", "run_report"]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
