"""A picture of support: how the share of unsupported answers grows with the share answered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from roundtable.reports.charts import Drawing, Spec
from roundtable.reports.drawings import ACCENT, LIMIT, QUIET
from roundtable.reports.support_view import CandidateSupport

_POINTS = 120
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])


def coverage_against_risk(
    candidates: Sequence[CandidateSupport], *, accent: str, limit: float | None = None
) -> Drawing | None:
    """Returns each candidate's expected share of unsupported answers by the share answered.

    A point says: if only the answers with the lowest scores went out, so many that this share of
    samples is answered, this share of them would be unsupported, as far as the checker can tell.

    Args:
        candidates: With the probabilities of their answers.
        accent: The candidate drawn in color.
        limit: The gate's, drawn as a dashed line.

    Returns:
        None if no candidate has five answers that were checked.
    """
    shown = [one for one in candidates if len(one.p) >= 5 and one.n]
    if not shown:
        return None
    rows: list[Spec] = []
    words = []
    for one in shown:
        risks = [total / i for i, total in enumerate(accumulate(one.p), 1)]
        step = max(1, len(risks) // _POINTS)
        picked = sorted({*range(0, len(risks), step), len(risks) - 1})
        rows += [{"name": one.id, "coverage": (i + 1) / one.n, "risk": risks[i]} for i in picked]
        words.append(f"{one.id}: {risks[-1] * 100:.0f} % at {len(risks) / one.n * 100:.0f} %")
    names = [one.id for one in shown]
    axis: Spec = {"format": "%", "tickCount": 5}
    x: Spec = {
        "field": "coverage",
        "type": "quantitative",
        "axis": {**axis, "title": "share of samples answered"},
        "scale": {"domain": [0, 1]},
    }
    y: Spec = {
        "field": "risk",
        "type": "quantitative",
        "axis": {**axis, "title": None},
        "scale": {"domain": [0, 1]},
    }
    color: Spec = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names, "range": [ACCENT if n == accent else QUIET for n in names]},
        "legend": None,
    }
    dash: Spec = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names, "range": [_DASHES[i % 4] for i in range(len(names))]},
        "legend": None,
    }
    ends = [
        {
            "name": one.id,
            "coverage": len(one.p) / one.n,
            "risk": sum(one.p) / len(one.p),
        }
        for one in shown
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 2.2},
            "encoding": {"x": x, "y": y, "color": color, "strokeDash": dash},
        },
        {
            "data": {"values": ends},
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": color},
        },
    ]
    for end in ends:
        right = end["coverage"] > 0.6  # type: ignore[operator]
        layers.append(
            {
                "data": {"values": [end]},
                "mark": {
                    "type": "text",
                    "fontSize": 11,
                    "dy": -10,
                    "align": "right" if right else "left",
                },
                "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}},
            }
        )
    if limit is not None:
        layers.append(
            {
                "data": {"values": [{"risk": limit}]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": LIMIT, "strokeWidth": 1.5},
                "encoding": {"y": y},
            }
        )
        words.append(f"limit of the gate: {limit * 100:.3g} %")
    spec: Spec = {"data": {"values": rows}, "width": 420, "height": 240, "layer": layers}
    return Drawing(
        title="Unsupported among the answers given, by the share answered",
        text="; ".join(words),
        spec=spec,
    )
