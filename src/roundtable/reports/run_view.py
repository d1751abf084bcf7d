"""What a run's report shows: values only, filled by `jobs`, so that no picture reads a store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from roundtable.evaluation.classes import ClassificationReport
from roundtable.evaluation.types import Estimate
from roundtable.generation.types import Message

Verdict = Literal["pass", "fail", "blocked"]


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """One check of the gate.

    Args:
        name: The metric's name, or what else was checked.
        verdict: Its own.
        observed: The point estimate, or None.
        interval: At the limit's confidence, or None.
        limit: The limit as it was declared; empty where there is no number.
        n: Samples it rests on.
        why: In words.
    """

    name: str
    verdict: Verdict
    observed: float | None = None
    interval: tuple[float, float] | None = None
    limit: str = ""
    n: int = 0
    why: str = ""


class GateView(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's verdict on one candidate. Without checks, nothing was asked."""

    verdict: Verdict
    candidate: str = ""
    why: str = ""
    checks: tuple[CheckView, ...] = ()


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate, side by side with the others.

    Args:
        id: In its use case.
        description: Model, prompt, constraint and examples, in one line.
        metrics: By name. `latency_p50_ms`, `latency_p95_ms` and `usd_per_1k` may be among them.
        words: What it is good or poor at, in a sentence.
        usd: What its answers cost when they were made.
        usd_per_1k: Of a thousand answers; None if unknown.
        latency_p50_ms: Median; None if unknown.
        latency_p95_ms: None if unknown.
        calls_made: In this run.
        calls_cached: Answered from the journal.
        calls_retried: Sent again.
        calls_failed: Failed for good.
        license_verdict: `allowed`, `conditions`, `prohibited`, `blocked`, ...; empty if not asked.
        license_obligations: Their names.
        license_why: In words.
        n_samples: Samples done.
        n_errors: Of these, without an answer.
        oldest_call: When its oldest answer was asked for, ISO 8601; empty if all are new.
        models_reported: As the providers named them.
        report: Per-class table and confusion, for a choice.
        latencies_ms: One per sample, or a spread of them.
    """

    id: str
    description: str = ""
    metrics: dict[str, Estimate] = {}
    words: str = ""
    usd: float = 0.0
    usd_per_1k: float | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    calls_made: int = 0
    calls_cached: int = 0
    calls_retried: int = 0
    calls_failed: int = 0
    license_verdict: str = ""
    license_obligations: tuple[str, ...] = ()
    license_why: str = ""
    n_samples: int = 0
    n_errors: int = 0
    oldest_call: str = ""
    models_reported: tuple[str, ...] = ()
    report: ClassificationReport | None = None
    latencies_ms: tuple[float, ...] = ()


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """Two candidates on the same samples: a sentence, and its numbers.

    Args:
        metric: Its name.
        a: The first candidate.
        b: The one it is held against.
        words: The whole comparison in a sentence.
        difference: The first's minus the second's.
        interval: Of the difference, or None.
        p_value: Two-sided, of no difference.
        p_adjusted: Corrected for all comparisons of the run.
        told_apart: Whether the difference is real at the run's confidence.
    """

    metric: str
    a: str
    b: str
    words: str
    difference: float
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    told_apart: bool = False


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """What one candidate did on one sample.

    Args:
        candidate: Its id.
        messages: The conversation as sent.
        text: The answer as it came.
        value: The answer as its output space read it.
        right: By the primary metric; None if that does not say.
        probability: Of the answer given, in [0, 1]; None if unknown.
        scores: By metric; None where one does not apply.
        note: What the metrics said of it.
        error: Why there is no answer; empty if there is one.
        error_kind: `provider`, `constraint`, `prompt`, `metric` or `internal`.
        latency_ms: Of the answer.
        usd: What it cost.
    """

    candidate: str
    messages: tuple[Message, ...] = ()
    text: str = ""
    value: str = ""
    right: bool | None = None
    probability: float | None = None
    scores: dict[str, float | None] = {}
    note: str = ""
    error: str = ""
    error_kind: str = ""
    latency_ms: float = 0.0
    usd: float = 0.0


class SampleView(msgspec.Struct, frozen=True, kw_only=True):
    """One sample, and what every candidate did on it.

    Args:
        id: The sample's id.
        inputs: Its input fields as text.
        target: What was expected; empty if the dataset has no targets.
        attempts: One per candidate that was asked.
    """

    id: str
    inputs: str
    target: str = ""
    attempts: tuple[AttemptView, ...] = ()


class InputView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the run was made from, by its digest."""

    asset: str
    kind: str
    digest: str
    file: str = ""


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """A run as its report shows it.

    Args:
        usecase: The use case's id.
        title: The use case in a sentence.
        owner: Whom to ask.
        stage: `idea`, `poc`, `internal`, `product` or `retired`.
        audience: `internal` or `product`: who sees what the model says.
        tolerance: `strict`, `balanced` or `creative`.
        run: The run's id.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        elapsed_s: Seconds the run took.
        gate: The verdict; None if there was no gate.
        primary: The metric that decides between candidates; empty for the first one.
        candidates: In the use case's order.
        comparisons: Sentences and numbers.
        findings: What it all means, most important first.
        leaks: Rows of examples that give evaluated rows away.
        warnings: What a reader must know before believing the numbers.
        samples: May be a stream: it is read once, and what is kept of it is bounded.
        n_samples_total: Samples evaluated; 0: as many as `samples` has.
        inputs: Everything used, by digest.
        settings: Name to value, in the order shown.
        promise: What leadership was told, in words.
        effort: What it took so far, in words.
    """

    usecase: str
    run: str
    title: str = ""
    owner: str = ""
    stage: str = ""
    audience: str = ""
    tolerance: str = ""
    started_at: str = ""
    finished_at: str = ""
    elapsed_s: float = 0.0
    gate: GateView | None = None
    primary: str = ""
    candidates: tuple[CandidateView, ...] = ()
    comparisons: tuple[ComparisonView, ...] = ()
    findings: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    samples: Iterable[SampleView] = ()
    n_samples_total: int = 0
    inputs: tuple[InputView, ...] = ()
    settings: dict[str, str] = {}
    promise: str = ""
    effort: str = ""
