"""Drawings to SVG for light and dark paper."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
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


# Started early it waits for its drawings, ready: what takes long is drawing the first one.
_DRAW = """
import json, os, sys
if hasattr(os, "nice"):
    os.nice(10)
import vl_convert
vl_convert.vegalite_to_svg({"data": {"values": [{"x": 1}]}, "mark": "point",
    "encoding": {"x": {"field": "x", "type": "quantitative"}}})
asked = sys.stdin.buffer.read()
if asked:
    json.dump([vl_convert.vegalite_to_svg(spec) for spec in json.loads(asked)], sys.stdout)
"""


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


class Renderer:
    """Draws in a process of its own: its 110 MB are not the run's, and are free again at once.

    It takes most of a second to start, then ms a drawing. Whoever knows that drawings are soon to
    come starts it beforehand; it gives way to other work.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def start(self) -> None:
        """Starts the process, if it is not under way."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _DRAW],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )

    def render(self, drawings: Sequence[Drawing]) -> list[Chart]:
        """Returns the drawings as SVG.

        Raises:
            StoreError: They cannot be drawn.
        """
        if not drawings:
            return []
        asked = msgspec.json.encode([{**drawing.spec, "config": _CONFIG} for drawing in drawings])
        early = self._process is not None
        code, drawn, said = self._drawn(asked)
        if code and early:
            # What waited may have been ended from outside; that says nothing about the drawings.
            code, drawn, said = self._drawn(asked)
        if code:
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            raise StoreError(
                f"the report's charts cannot be drawn: {last[:300]}",
                fix="check that vl-convert-python is installed, then run the same command again",
            )
        svgs = msgspec.json.decode(drawn, type=list[str])
        return [
            Chart(title=drawing.title, text=drawing.text, svg=_inlined(svg, i))
            for i, (drawing, svg) in enumerate(zip(drawings, svgs, strict=True))
        ]

    def _drawn(self, asked: bytes) -> tuple[int, bytes, bytes]:
        self.start()
        process, self._process = self._process, None
        assert process is not None
        drawn, said = process.communicate(asked)
        return process.returncode, drawn, said


def _inlined(svg: str, number_in_page: int) -> Markup:
    """Returns the SVG with the page's ink, ids of its own, and nothing that only a file needs."""
    svg = svg.replace(_INK, "currentColor")
    svg = svg.replace(f'stroke="{_FAINT}"', 'stroke="currentColor" stroke-opacity="0.13"')
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg, count=2)
    svg = re.sub(r'(id="|url\(#)(\w+)', rf"\g<1>c{number_in_page}-\g<2>", svg)
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))
