"""Results as tables that a person likes to read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from roundtable.evaluation.types import Estimate
from roundtable.jobs.outcome import RunOutcome
from roundtable.jobs.permits import not_run
from roundtable.store import RunRecord

_STYLE = {"pass": "bold green", "fail": "bold red", "blocked": "bold yellow"}
_NOT_COLUMNS = ("latency_p50_ms", "latency_p95_ms", "usd_per_1k", "latency", "usd")


def print_outcome(outcome: RunOutcome, *, root: Path, elapsed_s: float) -> None:
    """Prints a run: candidates side by side, what it means, the verdict, the report."""
    console = _console()
    part = "" if outcome.n_samples == outcome.n_rows else f" drawn from {outcome.n_rows}"
    of = f" of {outcome.split!r}" if outcome.split else ""
    if not outcome.candidates:
        _print_refusal(console, outcome)
        return
    rows = f"{outcome.n_samples} samples{part}{of}"
    title = f"{outcome.usecase} · {rows} · {elapsed_s:.1f} s · ${outcome.usd:.4g}"
    names = [name for name in outcome.candidates[0].metrics if name not in _NOT_COLUMNS]
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("candidate", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", min_width=5)
    for name in ("p50 ms", "p95 ms", "$/1k", "errors", "calls"):
        table.add_column(name, justify="right")
    for one in outcome.candidates:
        style = "bold" if one.id == outcome.gate.candidate else ""
        p50, p95 = (one.metrics[f"latency_{q}_ms"].value for q in ("p50", "p95"))
        per_1k = one.metrics["usd_per_1k"].value
        calls = f"{one.calls.made} new, {one.calls.cached} known"
        table.add_row(
            one.id,
            *(_estimate(one.metrics[name]) for name in names),
            "-" if p50 is None else f"{p50:.0f}",
            "-" if p95 is None else f"{p95:.0f}",
            "-" if per_1k is None else f"{per_1k:.3g}",
            str(one.n_errors),
            calls,
            style=style,
        )
    console.print(table)
    console.print()
    for id, license in outcome.refused.items():
        console.print(Text(f"• {not_run(id, license)}", style="bold red"))
    for finding in outcome.findings:
        console.print(Text(f"• {finding}"))
    for leak in outcome.leaks[:5]:
        console.print(Text(f"• leak: {leak}", style="yellow"))
    if len(outcome.leaks) > 5:
        console.print(Text(f"• and {len(outcome.leaks) - 5} more leaks, in the report"))
    gate = outcome.gate
    verdict = Text("\ngate: ")
    verdict.append(gate.verdict, style=_STYLE[gate.verdict])
    verdict.append(f" ({gate.candidate}) {gate.why}")
    console.print(verdict)
    for check in gate.checks:
        mark = {"pass": "✓", "fail": "✗", "blocked": "…"}[check.verdict]
        line = Text(f"  {mark} ", style=_STYLE[check.verdict])
        line.append(check.why if check.why.startswith(check.name) else f"{check.name}: {check.why}")
        console.print(line)
    console.print(Text(f"report: {_near(root / outcome.report)}"), soft_wrap=True)


def _print_refusal(console: Console, outcome: RunOutcome) -> None:
    console.print(Text("nothing was run and nothing was spent", style="bold red"))
    for id, license in outcome.refused.items():
        console.print(Text(f"• {not_run(id, license)}"))
    console.print(Text(f"duties, and what was assumed: roundtable license check {outcome.usecase}"))


def print_runs(found: Sequence[RunRecord]) -> None:
    """Prints past runs."""
    console = _console()
    table = Table(box=None, pad_edge=False)
    for name in ("run", "use case", "state", "started", "report"):
        table.add_column(name, overflow="fold")
    for one in found:
        started = one.started_at.strftime("%Y-%m-%d %H:%M")
        table.add_row(one.id, one.usecase, one.state, started, one.report)
    console.print(table)


def _console() -> Console:
    # Into a file or a pipe there is no edge to wrap at.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    if estimate.interval is None:
        return f"{estimate.value:.3f}"
    low, high = estimate.interval
    return f"{estimate.value:.3f} [{low:.3f}, {high:.3f}]"


def _near(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
