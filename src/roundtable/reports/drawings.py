"""Vega-Lite specs of a run's numbers, for light and dark paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log10

from roundtable.evaluation.classes import ClassificationReport
from roundtable.evaluation.types import Estimate
from roundtable.reports.charts import Drawing, Spec
from roundtable.reports.numbers import is_share, label, number, span
from roundtable.reports.texts import visible

# Of middling lightness, so that one drawing serves light paper, dark paper and print.
ACCENT = "#2f86c9"
QUIET = "#8b939e"
LIMIT = "#cf6a4f"


def interval_plot(
    metric: str,
    estimates: Mapping[str, Estimate],
    *,
    accent: str,
    limit: float | None = None,
) -> Drawing | None:
    """Returns each candidate's value as a dot with its interval as a line.

    Args:
        metric: Its name.
        estimates: By candidate.
        accent: The candidate drawn in colour.
        limit: The gate's, drawn as a dashed line.

    Returns:
        None if no candidate has a value, or all are 0.
    """
    known = {name: e for name, e in estimates.items() if e.value is not None}
    if not known or all(e.value == 0 and e.interval in (None, (0, 0)) for e in known.values()):
        return None
    share = is_share(known.values())
    unit = next(iter(known.values())).unit
    rows = []
    words = []
    for name, e in known.items():
        low, high = e.interval or (e.value, e.value)
        shown = number(e.value, unit=unit, share=share)
        rows.append(
            {"name": name, "value": e.value, "low": low, "high": high, "accent": name == accent}
        )
        between = span(e.interval, unit=unit, share=share)
        words.append(f"{name}: {shown}" + (f", {between}" if between else ""))
    ends = [float(r[k]) for r in rows for k in ("low", "high")]  # type: ignore[arg-type]
    ends += [limit] if limit is not None else []
    x = {"type": "quantitative", "axis": _x_axis(unit, share), "scale": _domain(ends, share)}
    y = {"field": "name", "type": "nominal", "sort": None, "axis": _names(known)}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55, "strokeCap": "round"},
            "encoding": {
                "x": {**x, "field": "low"},
                "x2": {"field": "high"},
                "y": y,
                "color": _accent(),
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": {**x, "field": "value"}, "y": y, "color": _accent()},
        },
    ]
    if limit is not None:
        layers.append(
            {
                "data": {"values": [{"limit": limit}]},
                "mark": {
                    "type": "rule",
                    "strokeDash": [4, 3],
                    "color": LIMIT,
                    "strokeWidth": 1.5,
                },
                "encoding": {"x": {**x, "field": "limit"}},
            }
        )
        words.append(f"limit of the gate: {number(limit, unit=unit, share=share)}")
    direction = next(iter(known.values())).direction
    spec = {"data": {"values": rows}, "width": 250, "height": {"step": 28}, "layer": layers}
    return Drawing(
        title=f"{label(metric)} ({direction} is better)", text="; ".join(words), spec=spec
    )


def trade_off(
    title: str,
    points: Sequence[tuple[str, float, Estimate]],
    *,
    unit: str,
    quality: str,
    accent: str,
) -> Drawing | None:
    """Returns quality with its interval against cost or time.

    Args:
        title: What lies along the bottom.
        points: Candidate, its cost or time, and its quality.
        unit: `usd` or `ms`.
        quality: The quality's name.
        accent: The candidate drawn in colour.

    Returns:
        None if there is nothing to weigh: no candidate, or all cost nothing.
    """
    known = [(name, x, e) for name, x, e in points if e.value is not None]
    if not known or all(x == 0 for _, x, _ in known):
        return None
    share = is_share(e for _, _, e in known)
    rows: list[Spec] = []
    for name, x, e in known:
        low, high = e.interval or (e.value, e.value)
        rows.append(
            {
                "name": name,
                "x": x,
                "value": e.value,
                "low": low,
                "high": high,
                "accent": name == accent,
            }
        )
    most = max(x for _, x, _ in known)
    along: Spec = {
        "field": "x",
        "type": "quantitative",
        "axis": {**_x_axis(unit, False), "title": title, "offset": 12},
        "scale": {"domain": [0, most * 1.12], "nice": False},
    }
    quality_axis = {**_x_axis(known[0][2].unit, share), "title": None}
    ends = [float(r[k]) for r in rows for k in ("low", "high")]
    y = {"type": "quantitative", "axis": quality_axis, "scale": _domain(ends, share)}
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "strokeCap": "round"},
            "encoding": {
                "x": along,
                "y": {**y, "field": "low"},
                "y2": {"field": "high"},
                "color": _accent(),
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {"x": along, "y": {**y, "field": "value"}, "color": _accent()},
        },
    ]
    for i, row in enumerate(sorted(rows, key=lambda row: row["x"])):
        # Above one interval, below the next: neighbours seldom write over each other.
        above = i % 2 == 0
        align = "left" if row["x"] < most * 0.2 else "right" if row["x"] > most * 0.8 else "center"
        mark = {"type": "text", "align": align, "dy": -9 if above else 11, "fontSize": 11}
        layers.append(
            {
                "data": {"values": [row]},
                "mark": {**mark, "limit": 160},
                "encoding": {
                    "x": along,
                    "y": {**y, "field": "high" if above else "low"},
                    "text": {"field": "name", "type": "nominal"},
                },
            }
        )
    words = "; ".join(
        f"{name}: {number(e.value, unit=e.unit, share=share)} at {number(x, unit=unit)}"
        for name, x, e in known
    )
    spec = {"data": {"values": rows}, "width": 330, "height": 210, "layer": layers}
    return Drawing(title=f"{label(quality)} against {title}", text=words, spec=spec)


def latency_plot(
    name: str,
    latencies_ms: Sequence[float],
    *,
    within: tuple[float, float],
    marks: Mapping[str, float | None],
    accent: str,
) -> Drawing:
    """Returns how a candidate's latencies are spread.

    Args:
        name: The candidate.
        latencies_ms: At least one.
        within: The least and the most of all candidates, so that they share an axis.
        marks: Values that are marked, such as quantiles, by name.
        accent: The candidate drawn in colour.
    """
    low, high = within
    low = max(low, high / 1e5, 1e-3)
    wide = high / low > 8
    if high <= low:
        low, high = low * 0.9, low * 1.1
    bins = 24
    step = (log10(high / low) if wide else high - low) / bins
    edges = [low * 10 ** (step * i) if wide else low + step * i for i in range(bins + 1)]
    counts = [0] * bins
    for value in latencies_ms:
        at = log10(max(value, low) / low) if wide else max(value, low) - low
        counts[min(bins - 1, int(at / step))] += 1
    rows = [
        {"from": edges[i], "to": edges[i + 1], "count": n, "zero": 0}
        for i, n in enumerate(counts)
        if n
    ]
    scale: Spec = {"type": "log" if wide else "linear", "domain": [low, high], "nice": False}
    axis = {**_x_axis("ms", False), "labelOverlap": True}
    x: Spec = {"type": "quantitative", "scale": scale, "axis": axis}
    layers: list[Spec] = [
        {
            "mark": {
                "type": "rect",
                "color": ACCENT if name == accent else QUIET,
                "opacity": 0.85,
            },
            "encoding": {
                "x": {**x, "field": "from"},
                "x2": {"field": "to"},
                "y": {
                    "field": "count",
                    "type": "quantitative",
                    "axis": {"title": None, "tickCount": 3, "tickMinStep": 1, "format": "~s"},
                },
                "y2": {"field": "zero"},
            },
        }
    ]
    known = {mark: value for mark, value in marks.items() if value is not None}
    for i, (mark, value) in enumerate(known.items()):
        place = min(max(value, low), high)
        row: Spec = {"at": place, "text": f"{mark} {number(value, unit='ms')}"}
        along: Spec = {**x, "field": "at"}
        far = log10(place / low) / log10(high / low) if wide else (place - low) / (high - low)
        layers += [
            {
                "data": {"values": [row]},
                "mark": {"type": "rule", "strokeWidth": 1.5, "strokeDash": [3, 2], "color": LIMIT},
                "encoding": {"x": along},
            },
            {
                # One line each above the picture, written towards its middle: never over another.
                "data": {"values": [row]},
                "mark": {
                    "type": "text",
                    "align": "right" if far > 0.5 else "left",
                    "fontSize": 11,
                },
                "encoding": {
                    "x": along,
                    "y": {"value": -8 - 13 * (len(known) - 1 - i)},
                    "text": {"field": "text", "type": "nominal"},
                },
            },
        ]
    spec: Spec = {"data": {"values": rows}, "width": 262, "height": 84, "layer": layers}
    ordered = sorted(latencies_ms)
    words = (
        f"{len(ordered)} latencies from {number(ordered[0], unit='ms')} to"
        f" {number(ordered[-1], unit='ms')}"
    )
    words += "".join(f", {mark} {number(value, unit='ms')}" for mark, value in known.items())
    return Drawing(title=f"{name}, latency", text=words, spec=spec)


def heat_map(name: str, report: ClassificationReport) -> Drawing:
    """Returns a confusion table of many classes: each cell's share of its row."""
    labels = [visible(c.label) for c in report.classes]
    columns = [visible(column) for column in report.columns]
    rows = [
        {"target": labels[i], "answer": column, "share": count / total, "right": i == j}
        for i, row in enumerate(report.confusion)
        if (total := sum(row))
        for j, (column, count) in enumerate(zip(columns, row, strict=True))
        if count
    ]
    size = {"step": 10}
    axis = {"labelFontSize": 9, "labelLimit": 120, "labelPadding": 2}
    spec: Spec = {
        "data": {"values": rows},
        "width": size,
        "height": size,
        "mark": {"type": "rect"},
        "encoding": {
            "x": {
                "field": "answer",
                "type": "nominal",
                "scale": {"domain": columns},
                "axis": {**axis, "title": None, "labelAngle": -90},
            },
            "y": {
                "field": "target",
                "type": "nominal",
                "scale": {"domain": labels},
                "axis": {**axis, "title": None},
            },
            "color": {
                "field": "right",
                "type": "nominal",
                "scale": {"domain": [True, False], "range": [ACCENT, LIMIT]},
                "legend": None,
            },
            "opacity": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [0.12, 1]},
                "legend": None,
            },
        },
    }
    text = "Each row is a class, each column an answer; the table of classes below has the numbers."
    return Drawing(title=f"{name}, expected against answered", text=text, spec=spec)


def _x_axis(unit: str, share: bool) -> Spec:
    pattern = ".0%" if share else "$,.6~r" if unit == "usd" else ",.6~r"
    title = None if share or unit == "usd" or not unit else unit
    return {"format": pattern, "title": title, "tickCount": 4, "labelOverlap": True}


def _names(names: Iterable[str]) -> Spec:
    # The reader's font may be wider than the renderer's: room by the letter, so none is cut off.
    room = min(130, 7 * max(map(len, names)) + 6)
    return {
        "title": None,
        "labelLimit": 130,
        "grid": False,
        "labelPadding": 12,
        "minExtent": room + 12,
    }


def _accent() -> Spec:
    scale = {"domain": [True, False], "range": [ACCENT, QUIET]}
    return {"field": "accent", "type": "nominal", "scale": scale, "legend": None}


def _domain(ends: Sequence[float], share: bool) -> Spec:
    low, high = min(ends), max(ends)
    margin = (high - low) * 0.12 or abs(high) * 0.1 or 0.1
    # Less than a point of 100 across would make noise look like news.
    margin = max(margin, 0.02) if share else margin
    low, high = (low - margin if low < 0 else max(0.0, low - margin)), high + margin
    return {"domain": [low, min(high, 1.0) if share else high], "nice": False, "zero": False}
