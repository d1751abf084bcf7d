"""Reports to test with: one of everything, and text that means harm."""

from __future__ import annotations

import msgspec

from roundtable.evaluation.classes import classification_report
from roundtable.evaluation.types import Estimate
from roundtable.generation.types import Message
from roundtable.reports.run_view import (
    AttemptView,
    CandidateView,
    CheckView,
    ComparisonView,
    GateView,
    InputView,
    RunReport,
    SampleView,
)

LABELS = ("billing", "technical", "account")
HOSTILE = (
    "</script><script>window.harmed=1</script><img src=x onerror=window.harmed=1>"
    "<!-- {{ 7*7 }} & \u2028 ' \" https://evil.example/x"
)


def run_view(n: int = 30, *, labels: tuple[str, ...] = LABELS) -> RunReport:
    """Returns a report of three candidates over n samples."""
    names = ("ours", "large-hosted", "baseline")
    samples = tuple(_sample(i, names, labels) for i in range(n))
    return RunReport(
        usecase="triage",
        title="Route each message to the team that can help",
        owner="Support operations",
        stage="pilot",
        audience="internal",
        tolerance="medium",
        run="01JDEMO",
        started_at="2026-11-24T10:00:00Z",
        finished_at="2026-11-24T10:02:05Z",
        elapsed_s=125.0,
        gate=GateView(
            verdict="pass",
            candidate="ours",
            why="ours holds both limits on the samples measured",
            checks=(
                CheckView(
                    name="accuracy",
                    verdict="pass",
                    observed=0.81,
                    interval=(0.77, 0.85),
                    limit="0.6",
                    n=n,
                    why="its lower bound 0.77 is at least 0.6",
                ),
                CheckView(
                    name="license",
                    verdict="blocked",
                    observed=None,
                    interval=None,
                    limit="",
                    n=0,
                    why="not available yet",
                ),
            ),
        ),
        primary="accuracy",
        candidates=tuple(_candidate(i, name, samples) for i, name in enumerate(names)),
        comparisons=(
            ComparisonView(
                metric="accuracy",
                a="ours",
                b="baseline",
                words="ours is 12.0 points better than baseline on accuracy (95 % interval 6.1 to"
                " 17.8, p < 0.001): told apart",
                difference=0.12,
                interval=(0.061, 0.178),
                p_value=0.0004,
                p_adjusted=0.0008,
                told_apart=True,
            ),
        ),
        findings=("billing is most often taken for account.",),
        leaks=("1 test sample is also an example of ours.",),
        warnings=("The oldest answer is 3 days old.",),
        samples=samples,
        n_samples_total=n,
        inputs=(
            InputView(
                asset="triage", kind="dataset", digest="ab12" * 16, file="datasets/triage.jsonl"
            ),
        ),
        settings={"split": "test", "seed": "0"},
        promise="accuracy = 0.6 by 2027-01",
    )


def hostile_view() -> RunReport:
    """Returns a report in which every text that others write means harm."""
    view = run_view(6)
    samples = tuple(
        SampleView(
            id=f"{HOSTILE}{i}",
            inputs=HOSTILE,
            target=HOSTILE,
            attempts=tuple(
                msgspec.structs.replace(
                    a,
                    text=HOSTILE,
                    value=HOSTILE,
                    note=HOSTILE,
                    error=HOSTILE if i == 0 else "",
                    messages=(Message(role="user", content=HOSTILE),),
                    right=False,
                )
                for a in sample.attempts
            ),
        )
        for i, sample in enumerate(view.samples)
    )
    candidates = tuple(
        msgspec.structs.replace(
            c,
            description=HOSTILE,
            models_reported=(HOSTILE,),
            license_why=HOSTILE,
            metrics={**c.metrics, HOSTILE: Estimate(value=0.5 + i / 10, n=6)},
            report=classification_report([HOSTILE, "b"], ["b", HOSTILE]),
        )
        for i, c in enumerate(view.candidates)
    )
    return msgspec.structs.replace(
        view,
        title=HOSTILE,
        samples=samples,
        candidates=candidates,
        findings=(HOSTILE,),
        settings={HOSTILE: HOSTILE},
    )


def _sample(i: int, names: tuple[str, ...], labels: tuple[str, ...]) -> SampleView:
    target = labels[i % len(labels)]
    answers = [
        target if (i * 7 + c * 3) % (9 - 2 * c) else labels[(i * i + c + 1) % len(labels)]
        for c in range(len(names))
    ]
    messages = (
        Message(role="system", content="You route messages. Answer with one of the teams."),
        Message(role="user", content=f"Message {i}: I was charged twice for order {i}."),
    )
    return SampleView(
        id=f"t-{i:04}",
        inputs=f"Message {i}: I was charged twice for order {i} and cannot see it in the app.",
        target=target,
        attempts=tuple(
            AttemptView(
                candidate=name,
                messages=messages,
                text="" if failed else answer,
                value="" if failed else answer,
                right=False if failed else answer == target,
                probability=None if failed else 0.4 + (i * 13 % 60) / 100,
                scores={} if failed else {"accuracy": float(answer == target)},
                note="",
                error="the provider took longer than 30 s" if failed else "",
                latency_ms=30.0 * 4**c + i % 17,
                usd=0.0001 * c,
            )
            for c, (name, answer) in enumerate(zip(names, answers, strict=True))
            for failed in [c == 1 and i % 14 == 13]
        ),
    )


def _candidate(i: int, name: str, samples: tuple[SampleView, ...]) -> CandidateView:
    attempts = [s.attempts[i] for s in samples]
    value = sum(bool(a.right) for a in attempts) / max(1, len(attempts))
    failed = sum(bool(a.error) for a in attempts)
    report = None
    if samples:
        labels = sorted({s.target for s in samples})
        report = classification_report(
            [s.target for s in samples], [a.value or None for a in attempts], labels=labels
        )
    p50 = 30.0 * 4**i
    return CandidateView(
        id=name,
        description=("SmolLM2 135M with 8 examples", "a hosted model", "weighted vote")[i],
        metrics={
            "accuracy": Estimate(
                value=value,
                interval=(max(0.0, value - 0.05), min(1.0, value + 0.05)),
                n=len(samples),
                statistic="proportion",
            ),
            "latency_p95_ms": Estimate(
                value=p50 * 1.9,
                interval=(p50 * 1.7, p50 * 2.4),
                unit="ms",
                direction="lower",
                statistic="quantile",
            ),
            "usd_per_1k": Estimate(value=0.1 * i, unit="usd", direction="lower"),
        },
        usd=0.01 * i,
        usd_per_1k=0.1 * i,
        latency_p50_ms=p50,
        latency_p95_ms=p50 * 1.9,
        calls_made=len(samples),
        calls_cached=0,
        calls_retried=3 * i,
        calls_failed=failed,
        license_verdict="conditions",
        license_why="the notice must be kept",
        n_samples=len(samples),
        n_errors=failed,
        oldest_call="2026-11-21",
        models_reported=(f"{name}-2026",),
        report=report,
        latencies_ms=tuple(a.latency_ms for a in attempts),
    )
