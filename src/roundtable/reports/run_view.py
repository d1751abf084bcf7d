"""What a run's report shows, as plain values; whoever ran it fills them in."""

from __future__ import annotations

from typing import Literal

import msgspec

from roundtable.evaluation.classes import ClassificationReport
from roundtable.evaluation.types import Estimate
from roundtable.generation.types import Message
from roundtable.reports.license_view import LicensesView
from roundtable.reports.support_view import CandidateSupport

Charged = Literal["call", "machine", "unknown"]


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the gate looked at.

    Args:
        name: Of the metric or condition.
        verdict: `pass`, `fail` or `blocked`.
        observed: The measured value; None if nothing was measured.
        interval: Of the value; None where there is none.
        limit: What it was held against, in words; empty if nothing.
        n: Samples it rests on.
        why: The reason, in a sentence.
    """

    name: str
    verdict: str
    observed: float | None
    interval: tuple[float, float] | None
    limit: str
    n: int
    why: str


class GateView(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's decision on one candidate, with its reasons."""

    verdict: str
    candidate: str
    why: str
    checks: tuple[CheckView, ...]


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate: how good, how dear, how fast, under which license.

    Args:
        id: The candidate's id.
        description: What it is, in a few words.
        metrics: Metric name to its estimate.
        usd: What its answers cost when they were made.
        usd_per_1k: US dollars for 1,000 samples; None if unknown.
        latency_p50_ms: Median latency; None if nothing was timed.
        latency_p95_ms: 95th percentile of latency.
        calls_made: Calls of this run.
        calls_cached: Calls answered from the store.
        calls_retried: Attempts beyond the first.
        calls_failed: Calls that failed for good.
        license_verdict: The license check's word.
        license_why: Its reason.
        n_samples: Samples evaluated.
        n_errors: Samples without an answer.
        oldest_call: When the oldest answer in use was made.
        models_reported: Model names as the provider reported them.
        report: The confusion table and F1 per class; None where the task has no classes.
        latencies_ms: A sample of latencies for the histogram; may be empty.
        charged: By the `call`, not at all but for the `machine` it runs on, or `unknown`.
    """

    id: str
    description: str
    metrics: dict[str, Estimate]
    usd: float
    usd_per_1k: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    calls_made: int
    calls_cached: int
    calls_retried: int
    calls_failed: int
    license_verdict: str
    license_why: str
    n_samples: int
    n_errors: int
    oldest_call: str
    models_reported: tuple[str, ...]
    report: ClassificationReport | None
    latencies_ms: tuple[float, ...]
    charged: Charged = "call"


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """Two candidates on one metric: the first minus the second, and what that means in words."""

    metric: str
    a: str
    b: str
    words: str
    difference: float
    interval: tuple[float, float] | None
    p_value: float
    p_adjusted: float
    told_apart: bool


class InputView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the results depend on, by digest."""

    asset: str
    kind: str
    digest: str
    file: str


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """What one candidate made of one sample.

    Args:
        candidate: Its id.
        messages: The conversation as sent.
        text: The model's answer as it came.
        value: The answer as it was read.
        right: By the primary metric; None where that does not apply.
        probability: Of the answer given, in [0, 1]; None if unknown.
        scores: Metric name to score; None where it does not apply.
        note: The metrics' words.
        error: Why there is no answer; empty if there is one.
        latency_ms: Of the answer.
        usd: What it cost.
    """

    candidate: str
    messages: tuple[Message, ...]
    text: str
    value: str
    right: bool | None
    probability: float | None
    scores: dict[str, float | None]
    note: str
    error: str
    latency_ms: float
    usd: float


class SampleView(msgspec.Struct, frozen=True, kw_only=True):
    """One sample: what was asked, what was expected, and what each candidate said."""

    id: str
    inputs: str
    target: str
    attempts: tuple[AttemptView, ...]


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run's report shows.

    Args:
        usecase: The use case's id.
        title: Its title.
        owner: Who answers for it.
        stage: Where it stands between idea and production.
        audience: Who sees its answers.
        tolerance: How much error is borne.
        run: The run's id.
        started_at: When it started.
        finished_at: When it finished.
        elapsed_s: How long it took, in seconds.
        gate: The decision.
        primary: Name of the metric that candidates are ranked by.
        candidates: Best first, or in the order they were declared.
        comparisons: Of candidates with each other.
        findings: What is worth knowing, a sentence each.
        leaks: Samples that may have been seen before, a sentence each.
        warnings: What limits the results, a sentence each.
        samples: Those shown, which may be fewer than were evaluated.
        n_samples_total: Samples evaluated.
        inputs: What the results depend on.
        settings: Name to value.
        promise: What was promised for this use case; empty if nothing.
        monthly_requests: As the use case expects them; 0 if it does not say.
        licenses: What the licenses allow; None if nobody asked.
        support: By candidate, how answers stand to passages; empty if none was held against any.
    """

    usecase: str
    title: str
    owner: str
    stage: str
    audience: str
    tolerance: str
    run: str
    started_at: str
    finished_at: str
    elapsed_s: float
    gate: GateView
    primary: str
    candidates: tuple[CandidateView, ...]
    comparisons: tuple[ComparisonView, ...]
    findings: tuple[str, ...]
    leaks: tuple[str, ...]
    warnings: tuple[str, ...]
    samples: tuple[SampleView, ...]
    n_samples_total: int
    inputs: tuple[InputView, ...]
    settings: dict[str, str]
    promise: str
    monthly_requests: int = 0
    licenses: LicensesView | None = None
    support: tuple[CandidateSupport, ...] = ()
