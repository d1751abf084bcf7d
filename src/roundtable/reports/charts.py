"""Drawings to SVG for light and dark paper."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from roundtable.errors import StoreError

Spec = dict[str, Any]

# Stands for the colour of the text around the drawing.
_INK = "#010203"
_FAINT = "#040506"

_CONFIG: Spec = {
    "background": "transparent",
    "aria": False,
    "font": "Arial, Liberation Sans, sans-serif",
    "view": {"stroke": None},
    "text": {"color": _INK},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": _FAINT,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
}


_RENDERER = (
    "import json, sys, vl_convert\n"
    "specs = json.load(sys.stdin)\n"
    "json.dump([vl_convert.vegalite_to_svg(spec) for spec in specs], sys.stdout)\n"
)


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be drawn.

    Args:
        title: A few words above it.
        text: What it shows, in words.
        spec: As Vega-Lite.
    """

    title: str
    text: str
    spec: Spec


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing as SVG, safe to stand in a page, with its text alternative."""

    title: str
    text: str
    svg: Markup


def render(drawings: Sequence[Drawing]) -> list[Chart]:
    """Returns the drawings as SVG; the renderer starts once (about 1 s), then takes ms a chart."""
    if not drawings:
        return []
    specs = [{**drawing.spec, "config": _CONFIG} for drawing in drawings]
    # In a process of its own: the renderer's 110 MB are not the run's, and are free again at once.
    done = subprocess.run(
        [sys.executable, "-I", "-c", _RENDERER],
        input=msgspec.json.encode(specs),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise StoreError(
            f"the report's charts cannot be drawn: {last[:300]}",
            fix="check that vl-convert-python is installed, then run the same command again",
        )
    svgs = msgspec.json.decode(done.stdout, type=list[str])
    charts = [
        Chart(title=drawing.title, text=drawing.text, svg=_inlined(svg, i))
        for i, (drawing, svg) in enumerate(zip(drawings, svgs, strict=True))
    ]
    return charts


def _inlined(svg: str, number_in_page: int) -> Markup:
    """Returns the SVG with the page's ink, ids of its own, and nothing that only a file needs."""
    svg = svg.replace(_INK, "currentColor")
    svg = svg.replace(f'stroke="{_FAINT}"', 'stroke="currentColor" stroke-opacity="0.13"')
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg, count=2)
    svg = re.sub(r'(id="|url\(#)(\w+)', rf"\g<1>c{number_in_page}-\g<2>", svg)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))
