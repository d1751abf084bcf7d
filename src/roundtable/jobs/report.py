"""A run's outcome to the report's view: which samples are shown, and in what words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable import __version__
from roundtable.assets import Samples
from roundtable.evaluation.plan import CODE_VERSION
from roundtable.evaluation.summary import CandidateSummary
from roundtable.evaluation.types import SampleResult, Score
from roundtable.evaluation.words import in_words
from roundtable.generation.pipeline import as_text
from roundtable.generation.types import Answer
from roundtable.governance.license import reasons
from roundtable.jobs.build import evaluated
from roundtable.jobs.license_report import licenses_view
from roundtable.jobs.outcome import RunOutcome
from roundtable.jobs.supporting import Supporting
from roundtable.licensing import Finding
from roundtable.reports import Renderer, run_report
from roundtable.reports.run_view import (
    AttemptView,
    CandidateView,
    Charged,
    CheckView,
    ComparisonView,
    GateView,
    InputView,
    RunReport,
    SampleView,
)
from roundtable.store import Store
from roundtable.workspace import UseCase, Workspace

SHOWN_AT_MOST = 2000
_PAGE = 500
_IN_PROCESS = ("embedded", "baseline")
_decode_result = msgspec.json.Decoder(SampleResult).decode


def write_report(
    workspace: Workspace,
    usecase: UseCase,
    store: Store,
    outcome: RunOutcome,
    *,
    samples: Samples | None = None,
    renderer: Renderer | None = None,
) -> None:
    """Writes the run's report to the path that its outcome names.

    Args:
        workspace: Where it is written.
        usecase: What was run.
        store: Holds the samples' results.
        outcome: What the run says.
        samples: The rows evaluated, if they are at hand; otherwise they are read again.
        renderer: Draws the charts, if one was started beforehand.
    """
    if samples is None:
        samples = evaluated(workspace, usecase, split=outcome.split, limit=outcome.n_samples)
    supporting = Supporting()
    shown = tuple(_samples(store, outcome, samples, supporting))
    view = _view(workspace, usecase, outcome, shown)
    view = msgspec.structs.replace(view, support=supporting.views())
    run_report(view, workspace.root / outcome.report, renderer=renderer)


def _view(
    workspace: Workspace, usecase: UseCase, outcome: RunOutcome, shown: tuple[SampleView, ...]
) -> RunReport:
    gate = outcome.gate
    promise = ""
    if usecase.promise is not None:
        said = ", ".join(f"{name} = {value:g}" for name, value in usecase.promise.limits.items())
        promise = f"{said} by {usecase.promise.by}" if usecase.promise.by else said
    return RunReport(
        usecase=usecase.id,
        title=usecase.title,
        owner=usecase.owner,
        stage=usecase.stage,
        audience=usecase.audience,
        tolerance=usecase.tolerance,
        run=outcome.run,
        started_at=outcome.started_at,
        finished_at=outcome.finished_at,
        elapsed_s=outcome.elapsed_s,
        gate=GateView(
            verdict=gate.verdict,
            candidate=gate.candidate,
            why=gate.why,
            checks=tuple(
                CheckView(
                    name=check.name,
                    verdict=check.verdict,
                    observed=check.observed,
                    interval=check.interval,
                    limit="" if check.limit is None else f"{check.limit:g}",
                    n=check.n,
                    why=check.why,
                )
                for check in gate.checks
            ),
        ),
        primary=outcome.primary,
        candidates=tuple(
            _candidate(
                one,
                outcome.licenses.get(one.id),
                charged=_charged(workspace, usecase, one.id),
            )
            for one in outcome.candidates
        ),
        comparisons=tuple(
            ComparisonView(
                metric=pair.comparison.metric,
                a=pair.a,
                b=pair.b,
                words=in_words(pair.comparison, a=pair.a, b=pair.b),
                difference=pair.comparison.difference,
                interval=pair.comparison.interval,
                p_value=pair.comparison.p_value,
                p_adjusted=pair.comparison.p_adjusted,
                told_apart=pair.comparison.told_apart,
            )
            for pair in outcome.pairs
        ),
        findings=outcome.findings,
        leaks=outcome.leaks,
        warnings=_warnings(outcome),
        samples=shown,
        n_samples_total=outcome.n_samples,
        inputs=tuple(
            InputView(asset=one.asset, kind=one.kind, digest=one.digest, file=one.file)
            for one in outcome.inputs
        ),
        settings={
            "roundtable": f"{__version__}, results version {CODE_VERSION}",
            "split": outcome.split or "all rows",
            "samples": _part(outcome),
            "primary metric": outcome.primary,
            "confidence of intervals": "0.95, two-sided" + _looks(outcome),
            "budget": f"${workspace.settings.budget.usd_per_run:g} a run",
            "paid": f"${outcome.usd:.6g}",
            "run again with": f"roundtable run {usecase.id}",
        },
        promise=promise,
        monthly_requests=usecase.monthly_requests,
        licenses=licenses_view(
            outcome.licenses,
            judged=gate.candidate,
            run=[one.id for one in outcome.candidates],
            reviewers=workspace.settings.people.get("legal", ()),
            as_of=date.today(),
        ),
    )


def _looks(outcome: RunOutcome) -> str:
    may_stop = any(one.kept.looks is not None for one in outcome.candidates)
    return ", anytime-valid: true however often one looks" if may_stop else ""


def _part(outcome: RunOutcome) -> str:
    if outcome.n_samples == outcome.n_rows:
        return str(outcome.n_samples)
    return f"{outcome.n_samples} of {outcome.n_rows} rows, drawn by chance from their ids"


def _warnings(outcome: RunOutcome) -> tuple[str, ...]:
    said = []
    for one in outcome.candidates:
        if one.n_retryable:
            said.append(
                f"{one.id}: {one.n_retryable} samples failed for a reason that may pass; the same"
                " command asks for them again"
            )
    if outcome.n_samples > SHOWN_AT_MOST:
        said.append(f"{SHOWN_AT_MOST} of {outcome.n_samples} samples are in this file")
    return tuple(said)


def _charged(workspace: Workspace, usecase: UseCase, candidate: str) -> Charged:
    name = next((one.model for one in usecase.candidates if one.id == candidate), "")
    model = workspace.models.get(name)
    if model is None:
        return "unknown"
    if model.price is not None:
        return "call"
    return "machine" if model.provider in _IN_PROCESS else "unknown"


def _candidate(
    one: CandidateSummary, license: Finding | None, *, charged: Charged
) -> CandidateView:
    return CandidateView(
        id=one.id,
        description=one.description,
        metrics=one.metrics,
        usd=one.usd,
        usd_per_1k=one.metrics["usd_per_1k"].value,
        latency_p50_ms=one.metrics["latency_p50_ms"].value,
        latency_p95_ms=one.metrics["latency_p95_ms"].value,
        calls_made=one.calls.made,
        calls_cached=one.calls.cached,
        calls_retried=one.calls.retried,
        calls_failed=one.calls.failed,
        license_verdict=license.verdict if license is not None else "unknown",
        license_why=reasons(license) if license is not None else "nobody asked",
        n_samples=one.n_samples,
        n_errors=one.n_errors,
        oldest_call=one.oldest,
        models_reported=one.models,
        report=one.classes,
        latencies_ms=one.latencies_ms,
        charged=charged,
    )


def _samples(
    store: Store, outcome: RunOutcome, samples: Samples, supporting: Supporting
) -> Iterator[SampleView]:
    """Yields the samples that the report shows; all candidates' pages are read side by side."""
    wanted = _shown(outcome, len(samples))
    after = -1
    while after + 1 < len(samples):
        pages: dict[str, dict[int, SampleResult]] = {}
        end = min(len(samples), after + 1 + _PAGE)
        here = [position for position in range(after + 1, end) if wanted[position]]
        if here:
            for one in outcome.candidates:
                page = store.runs.results(one.key, after=after, limit=end - after - 1)
                # What was under way when a candidate was decided does not count.
                pages[one.id] = {
                    position: _decode_result(data)
                    for position, data in page
                    if wanted[position] and position < one.n_samples
                }
        for position in here:
            sample = samples[position]
            asked = as_text(next(iter(sample.inputs.values()), ""))
            for id, results in pages.items():
                if position in results:
                    supporting.add(id, asked, results[position])
            yield SampleView(
                id=sample.id,
                inputs=_inputs(sample.inputs),
                target="" if sample.target is None else as_text(sample.target),
                attempts=tuple(
                    _attempt(id, page[position], outcome.primary)
                    for id, page in pages.items()
                    if position in page
                ),
            )
        after = end - 1


def _shown(outcome: RunOutcome, n: int) -> NDArray[np.bool_]:
    """Returns which samples are shown: all, or first those that went wrong, then an even spread."""
    shown = np.ones(n, dtype=np.bool_)
    if n <= SHOWN_AT_MOST:
        return shown
    shown[:] = False
    wrong = np.zeros(n, dtype=np.bool_)
    for one in outcome.candidates:
        for packed in one.kept.columns:
            if packed.name == outcome.primary:
                wrong |= packed.values() < 1.0
    at = np.flatnonzero(wrong)[: SHOWN_AT_MOST * 3 // 4]
    shown[at] = True
    rest = np.flatnonzero(~shown)
    left = SHOWN_AT_MOST - len(at)
    shown[rest[np.linspace(0, len(rest) - 1, left).astype(np.int64)]] = True
    return shown


def _inputs(inputs: dict[str, object]) -> str:
    values = list(inputs.items())
    if len(values) == 1:
        return as_text(values[0][1])
    return "\n".join(f"{name}: {as_text(value)}" for name, value in values)


def _attempt(candidate: str, result: SampleResult, primary: str) -> AttemptView:
    answer = result.answer
    scores = {
        name: None if score.value is None else float(score.value)
        for name, score in result.scores.items()
    }
    return AttemptView(
        candidate=candidate,
        messages=answer.messages if answer is not None else (),
        text=answer.text if answer is not None else "",
        value=as_text(answer.value) if answer is not None else "",
        right=_right(result, primary),
        probability=answer.probabilities[0].p if answer and answer.probabilities else None,
        scores=scores,
        note=_notes(result.scores, answer),
        error=result.error.message if result.error is not None else "",
        latency_ms=answer.latency_ms if answer is not None else 0.0,
        usd=result.usd,
    )


def _right(result: SampleResult, primary: str) -> bool | None:
    if result.error is not None:
        return False
    score = result.scores.get(primary)
    if score is None or score.value is None:
        return None
    return bool(score.value) if isinstance(score.value, bool) else score.value >= 1.0


def _notes(scores: dict[str, Score], answer: Answer | None) -> str:
    """Returns what metrics say beside their score, but for repeating the answer."""
    known = ("", as_text(answer.value) if answer is not None else "")
    notes = [f"{name}: {score.note}" for name, score in scores.items() if score.note not in known]
    return "; ".join(dict.fromkeys(notes))
