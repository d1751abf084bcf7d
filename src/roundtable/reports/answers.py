"""What a reader must know first: how good, at what cost, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from roundtable.evaluation.types import Estimate
from roundtable.reports.numbers import is_share, label, number, span
from roundtable.reports.run_view import CandidateView, CheckView, RunReport


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One question that a report answers on its first screen.

    Args:
        question: As a reader would ask it.
        value: The answer at a glance; empty if it is a list.
        beside: What stands small beside the value.
        lines: The rest, a sentence each.
    """

    question: str
    value: str = ""
    beside: str = ""
    lines: tuple[str, ...]


def answers(view: RunReport, chosen: str) -> tuple[Answer, ...]:
    """Returns how good and how dear the chosen candidate is, and what is not known.

    Args:
        view: The run.
        chosen: Id of the candidate that the gate judged.
    """
    candidate = next((one for one in view.candidates if one.id == chosen), None)
    unknown = Answer(question="What is not known?", lines=tuple(_unknown(view, candidate)))
    if candidate is None:
        return (unknown,)
    return (_quality(view, candidate), _cost(view, candidate), unknown)


def limit_of(check: CheckView) -> float | None:
    """Returns a check's limit as a number, where it is one."""
    try:
        return float(check.limit)
    except ValueError:
        return None


def _quality(view: RunReport, candidate: CandidateView) -> Answer:
    every = [c.metrics[view.primary] for c in view.candidates if view.primary in c.metrics]
    share = is_share(every)

    def value(e: Estimate | None) -> str:
        return "nothing measured" if e is None else number(e.value, unit=e.unit, share=share)

    estimate = candidate.metrics.get(view.primary)
    lines = []
    if estimate is not None:
        n = f"{candidate.n_samples:,} sample{'' if candidate.n_samples == 1 else 's'}"
        better = "" if estimate.direction == "higher" else " (lower is better)"
        sure = f", {estimate.confidence * 100:.4g} % interval" if estimate.interval else ""
        lines.append(f"{label(view.primary)}{better} on {n}{sure}")
    for pair in view.comparisons:
        if pair.metric == view.primary and candidate.id in (pair.a, pair.b):
            other = pair.b if pair.a == candidate.id else pair.a
            there = next((c for c in view.candidates if c.id == other), None)
            if there is not None and (pair.a == candidate.id or len(view.comparisons) == 1):
                apart = "" if pair.told_apart else "; the two are not told apart"
                lines.append(f"{other}: {value(there.metrics.get(view.primary))}{apart}")
    if view.promise:
        lines.append(f"Promised: {view.promise}")
    return Answer(
        question="How good is it?",
        value=value(estimate),
        beside=span(estimate.interval, unit=estimate.unit, share=share) if estimate else "",
        lines=tuple(lines),
    )


def _cost(view: RunReport, candidate: CandidateView) -> Answer:
    usd = candidate.usd_per_1k
    estimate = candidate.metrics.get("usd_per_1k")
    lines = []
    if candidate.charged == "unknown" or usd is None:
        value, beside = "Unknown", ""
        lines.append("Its model declares no price")
    else:
        value, beside = number(usd, unit="usd"), "for 1,000 samples"
        between = span(estimate.interval if estimate else None, unit="usd")
        if between and estimate is not None:
            lines.append(f"{between}, {estimate.confidence * 100:.4g} % interval")
        if view.monthly_requests and usd:
            monthly = number(usd * view.monthly_requests / 1000, unit="usd")
            lines.append(f"{monthly} a month at {view.monthly_requests:,} requests")
        if candidate.charged == "machine":
            lines.append("No charge by the call; its machine is not priced here")
    if candidate.latency_p50_ms is not None:
        slow = number(candidate.latency_p95_ms, unit="ms")
        lines.append(
            f"Median answer {number(candidate.latency_p50_ms, unit='ms')}, one in 20 {slow} or more"
        )
    return Answer(question="What does it cost?", value=value, beside=beside, lines=tuple(lines))


def _unknown(view: RunReport, candidate: CandidateView | None) -> Iterator[str]:
    for check in view.gate.checks:
        limit = limit_of(check)
        name = label(check.name)
        if check.verdict == "blocked":
            yield f"{name}: {check.why.removeprefix(f'{check.name}: ')}"
        elif limit is not None and check.interval and check.interval[0] < limit < check.interval[1]:
            yield f"{name}: these samples do not settle whether its limit holds"
    if candidate is not None:
        if candidate.charged == "unknown":
            yield f"What {candidate.id} costs"
        if candidate.n_errors:
            yield (
                f"What {candidate.id} would say to {candidate.n_errors:,} of"
                f" {candidate.n_samples:,} samples, which have no answer"
            )
        for pair in view.comparisons:
            if candidate.id == pair.a and pair.metric == view.primary and not pair.told_apart:
                yield f"Whether it is better or worse than {pair.b}"
    yield "How it does on requests that are unlike these samples"
