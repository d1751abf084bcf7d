"""A run's values to its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from roundtable.evaluation.classes import ClassificationReport
from roundtable.evaluation.types import Estimate
from roundtable.reports.answers import answers, limit_of
from roundtable.reports.charts import Chart, Drawing, Renderer
from roundtable.reports.document import as_data, page, write_page
from roundtable.reports.drawings import (
    heat_map,
    interval_plot,
    latency_plot,
    trade_off,
)
from roundtable.reports.numbers import is_share
from roundtable.reports.run_view import CandidateView, RunReport
from roundtable.reports.samples import (
    FAILURE_REASONS,
    FIRST_ERRORS,
    capped,
    failure_reasons,
    packed,
    wrong_answers,
)
from roundtable.reports.support import coverage_against_risk

_WITHOUT_SCRIPT = 50
_TABLE_CLASSES = 12
_CONFUSIONS = 10


class _MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    unit: str
    share: bool
    estimates: tuple[Estimate | None, ...]


class _Confusion(msgspec.Struct, frozen=True, kw_only=True):
    target: str
    answer: str
    n: int
    of: int


class _ClassSection(msgspec.Struct, frozen=True, kw_only=True):
    candidate: str
    report: ClassificationReport
    chart: Chart | None
    columns: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    shades: tuple[tuple[int, ...], ...]
    confusions: tuple[_Confusion, ...]


def run_report(view: RunReport, path: Path, *, renderer: Renderer | None = None) -> Path:
    """Writes a run's report as one HTML file that needs nothing else.

    Args:
        view: What it shows.
        path: The file; its folders are made.
        renderer: Draws the charts; one that was started beforehand does so at once.

    Returns:
        The path.

    Raises:
        StoreError: The charts cannot be drawn, or the file cannot be written.
    """
    view = msgspec.structs.replace(view, samples=capped(view.samples))
    accent = view.gate.candidate or (view.candidates[0].id if view.candidates else "")
    metrics = tuple(_metric_rows(view))
    groups = _drawings(view, metrics, accent)
    drawings = [drawing for group in groups.values() for drawing in group.values()]
    charts = iter((renderer or Renderer()).render(drawings))
    drawn = {name: {key: next(charts) for key in group} for name, group in groups.items()}
    wrong = wrong_answers(view.samples, accent)
    failures = failure_reasons(view.samples)
    compared = {one.words for one in view.comparisons}
    values: dict[str, object] = {
        "view": view,
        "accent": accent,
        "metrics": metrics,
        "answers": answers(view, accent),
        # Comparisons have a section of their own.
        "findings": [said for said in view.findings if said not in compared],
        "formats": {row.name: row for row in metrics},
        "dot_plots": tuple(drawn["metrics"].values()),
        "trade_offs": tuple(drawn["trade-offs"].values()),
        "latency_plots": drawn["latency"],
        "risk_plot": drawn["risk"].get("risk"),
        "classes": tuple(_class_sections(view, drawn["classes"])),
        "fields": tuple(_field_tables(view)),
        "wrong": wrong[:FIRST_ERRORS],
        "n_wrong": len(wrong),
        "failures": failures[:FAILURE_REASONS],
        "n_failures": len(failures),
        "plain": view.samples[:_WITHOUT_SCRIPT],
        "data": as_data(packed(view.samples)),
        "free": all(not c.usd_per_1k and c.charged != "unknown" for c in view.candidates),
    }
    return write_page(
        page(
            "run/page.html",
            values,
            style="run/style.css",
            first="run/theme.js",
            script="run/samples.js",
        ),
        path,
    )


def _metric_rows(view: RunReport) -> Iterator[_MetricRow]:
    names = dict.fromkeys([view.primary, *(m for c in view.candidates for m in c.metrics)])
    for name in names:
        estimates = tuple(c.metrics.get(name) for c in view.candidates)
        known = [e for e in estimates if e is not None]
        if known:
            yield _MetricRow(
                name=name, unit=known[0].unit, share=is_share(known), estimates=estimates
            )


def _drawings(
    view: RunReport, metrics: tuple[_MetricRow, ...], accent: str
) -> dict[str, dict[str, Drawing]]:
    limits = {check.name: limit_of(check) for check in view.gate.checks}
    plots: dict[str, Drawing] = {}
    for row in metrics:
        by_candidate = {
            c.id: e for c, e in zip(view.candidates, row.estimates, strict=True) if e is not None
        }
        plot = interval_plot(row.name, by_candidate, accent=accent, limit=limits.get(row.name))
        if plot is not None:
            plots[row.name] = plot
    timed = [c for c in view.candidates if c.latencies_ms]
    every = [value for c in timed for value in c.latencies_ms]
    risk = coverage_against_risk(view.support, accent=accent, limit=limits.get("unsupported"))
    return {
        "metrics": plots,
        "risk": {"risk": risk} if risk is not None else {},
        "trade-offs": _trade_offs(view, accent),
        "latency": {
            c.id: latency_plot(
                c.id,
                c.latencies_ms,
                within=(min(every), max(every)),
                marks={"p50": c.latency_p50_ms, "p95": c.latency_p95_ms},
                accent=accent,
            )
            for c in timed
        },
        "classes": {
            c.id: heat_map(c.id, c.report)
            for c in view.candidates
            if c.report is not None and len(c.report.classes) > _TABLE_CLASSES
        },
    }


def _trade_offs(view: RunReport, accent: str) -> dict[str, Drawing]:
    def points(of: str) -> list[tuple[str, float, Estimate]]:
        found = []
        for c in view.candidates:
            at = c.usd_per_1k if of == "usd" else c.latency_p50_ms
            if at is not None and view.primary in c.metrics:
                found.append((c.id, at, c.metrics[view.primary]))
        return found

    drawings = {
        "usd": trade_off(
            "US dollars for 1,000 samples",
            points("usd"),
            unit="usd",
            quality=view.primary,
            accent=accent,
        ),
        "ms": trade_off(
            "median latency, ms", points("ms"), unit="ms", quality=view.primary, accent=accent
        ),
    }
    return {name: drawing for name, drawing in drawings.items() if drawing is not None}


class _FieldTable(msgspec.Struct, frozen=True, kw_only=True):
    metric: str
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


def _field_tables(view: RunReport) -> Iterator[_FieldTable]:
    """Yields, for each metric of an object's fields, every field's value by candidate."""
    names = dict.fromkeys(m for c in view.candidates for m in c.metrics)
    for name in names:
        by_candidate = [c.metrics[name].parts if name in c.metrics else {} for c in view.candidates]
        fields = sorted({field for parts in by_candidate for field in parts})
        if fields and not any(c.report is not None for c in view.candidates):
            rows = tuple((f, tuple(parts.get(f) for parts in by_candidate)) for f in fields)
            yield _FieldTable(metric=name, rows=rows)


def _class_sections(view: RunReport, charts: dict[str, Chart]) -> Iterator[_ClassSection]:
    for c in view.candidates:
        if c.report is not None:
            yield _class_section(c, c.report, charts.get(c.id))


def _class_section(
    candidate: CandidateView, report: ClassificationReport, chart: Chart | None
) -> _ClassSection:
    confusions = [
        _Confusion(target=report.classes[i].label, answer=report.columns[j], n=n, of=sum(row))
        for i, row in enumerate(report.confusion)
        for j, n in enumerate(row)
        if n and i != j
    ]
    confusions.sort(key=lambda one: one.n, reverse=True)
    k = len(report.columns)
    if not any(row[-1] for row in report.confusion):
        k -= 1  # all gave an answer: no column for none
    return _ClassSection(
        candidate=candidate.id,
        report=report,
        chart=chart,
        columns=report.columns[:k],
        confusion=tuple(row[:k] for row in report.confusion),
        # Steps of a tenth: the page's policy allows classes but no style of a single cell.
        shades=tuple(
            tuple(-(-10 * n // sum(row)) if n else 0 for n in row) for row in report.confusion
        ),
        confusions=tuple(confusions[:_CONFUSIONS]),
    )
