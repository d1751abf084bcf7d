"""Draws what probabilities mean: `python picture.py FEATURES.npz OUT.svg`.

A dot is a tenth of the rows of one kind of text, none of which the checker has learned from. On the
line it means what it says; above it answers are worse than they look.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import vl_convert

from roundtable.generation.guard.support import model
from roundtable.statistics.calibration import auroc, calibration

KINDS = {
    "dialogue (BEGIN)": ("grounded", "begintc"),
    "news (QAGS)": ("qags",),
    "Wikipedia claims (WiCE)": ("wice",),
}


def main(features: str, out: str) -> None:
    """Draws and prints the figures."""
    data = np.load(features)
    base = np.array([one.split(":")[0] for one in data["source"]])
    p = model().probabilities(data["X"])
    dots = []
    for kind, names in KINDS.items():
        rows = np.isin(base, names) & (
            np.isin(base, ("qags", "wice", "begintc")) | (data["bucket"] > 7)
        )
        truths = data["y"][rows] == 1
        clusters = np.unique(data["cluster"][rows], return_inverse=True)[1]
        found = calibration(p[rows], truths, clusters=clusters)
        print(
            f"{kind:26}{rows.sum():6} AUROC {auroc(p[rows], truths):.3f} ECE {found.error:.3f} "
            f"[{found.interval.low:.3f}, {found.interval.high:.3f}] chance {found.by_chance:.3f}"
        )
        dots += [
            {"kind": kind, "said": b.predicted, "was": b.observed, "n": b.n} for b in found.bins
        ]
    axis = {"type": "quantitative", "scale": {"domain": [0, 1]}}
    x = {"field": "said", "title": "probability that the answer is not supported", **axis}
    y = {"field": "was", "title": "share that people found not supported", **axis}
    color = {"field": "kind", "title": None, "legend": {"orient": "top"}}
    diagonal = [{"said": 0, "was": 0}, {"said": 1, "was": 1}]
    dash = {"type": "line", "strokeDash": [4, 4], "color": "#8b939e"}
    spec = {
        "width": 380,
        "height": 380,
        "background": "white",
        "layer": [
            {"data": {"values": diagonal}, "mark": dash, "encoding": {"x": x, "y": y}},
            {
                "data": {"values": dots},
                "mark": {"type": "line", "point": {"size": 60, "filled": True}},
                "encoding": {"x": x, "y": y, "color": {**color, "type": "nominal"}},
            },
        ],
    }
    Path(out).write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
