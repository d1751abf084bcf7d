"""Evidence held against limits: what may move on.

Every limit is held against the end of the interval, not the point estimate, so a small sample
cannot pass by luck. A check whose evidence is missing is `blocked`, never passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from roundtable.evaluation.types import Estimate
from roundtable.licensing.types import Finding

Verdict = Literal["pass", "fail", "blocked"]
_WORST: dict[Verdict, int] = {"pass": 0, "blocked": 1, "fail": 2}


class GateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit on one metric: at least, at most, or both; at a confidence in (0, 1)."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    confidence: float = 0.95


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one candidate when the gate decides.

    Args:
        usecase: The use case's id.
        candidate: The candidate's id.
        metrics: Its estimates, each at the confidence its limit asks for.
        n_samples: Samples they rest on.
        missing: What a check needs and nothing here provides, by the check's name.
        license: What its licenses say about the use; None if nobody asked.
    """

    usecase: str
    candidate: str
    metrics: dict[str, Estimate]
    n_samples: int
    missing: dict[str, str] = {}
    license: Finding | None = None


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check's verdict, and why, in words."""

    name: str
    verdict: Verdict
    observed: float | None = None
    interval: tuple[float, float] | None = None
    limit: float | None = None
    n: int = 0
    why: str = ""


class Check(Protocol):
    """A check of one's own (plug-in group `roundtable.checks`)."""

    def check(self, evidence: Evidence, /) -> CheckResult:
        """Holds the evidence against what the check asks for."""
        ...


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """The gate's verdict on a use case, with every check of the candidate it judged."""

    verdict: Verdict
    candidate: str
    checks: tuple[CheckResult, ...]
    why: str


def decide(
    limits: Sequence[GateLimit], evidence: Evidence, *, checks: Sequence[Check] = ()
) -> GateResult:
    """Returns the verdict: `fail` if a check fails, else `blocked` if evidence lacks, else `pass`.

    Args:
        limits: The use case's limits, policies merged.
        evidence: Of the candidate.
        checks: Further checks.
    """
    results = [check_limit(limit, evidence) for limit in limits]
    results += [
        CheckResult(name=name, verdict="blocked", why=why) for name, why in evidence.missing.items()
    ]
    results += [check.check(evidence) for check in checks]
    if not results:
        why = "no limits are set: nothing was asked of this use case, so nothing stands against it"
        return GateResult(verdict="pass", candidate=evidence.candidate, checks=(), why=why)
    verdict = max((result.verdict for result in results), key=_WORST.__getitem__)
    return GateResult(
        verdict=verdict,
        candidate=evidence.candidate,
        checks=tuple(results),
        why=_in_words(results, verdict),
    )


def check_limit(limit: GateLimit, evidence: Evidence) -> CheckResult:
    """Holds one metric's interval against its limit."""
    bound = limit.at_least if limit.at_least is not None else limit.at_most
    estimate = evidence.metrics.get(limit.metric)
    if estimate is None:
        known = ", ".join(sorted(evidence.metrics))
        why = f"{limit.metric} was not measured (measured: {known})"
        return CheckResult(name=limit.metric, verdict="blocked", limit=bound, why=why)
    observed, interval = estimate.value, estimate.interval
    percent = f"{estimate.confidence * 100:.4g} %"
    verdict: Verdict
    if observed is None:
        verdict, why = "blocked", f"no sample has a value of {limit.metric}"
    elif interval is None:
        verdict = "blocked"
        why = f"{estimate.n} samples are too few for an interval at {percent}"
        if estimate.statistic == "corpus" and estimate.n > 1:
            why = f"{limit.metric} has {estimate.method or 'no interval'}"
    else:
        verdict, why = _held(limit, estimate, observed, interval, percent)
    return CheckResult(
        name=limit.metric,
        verdict=verdict,
        observed=observed,
        interval=interval,
        limit=bound,
        n=estimate.n,
        why=why,
    )


def _held(
    limit: GateLimit,
    estimate: Estimate,
    observed: float,
    interval: tuple[float, float],
    percent: str,
) -> tuple[Verdict, str]:
    low, high = interval
    unit = estimate.unit
    looks = ", at every look" if estimate.method.startswith("anytime") else ""
    span = f"{_number(low, unit)} to {_number(high, unit)} at {percent}{looks}"
    reasons = []
    passed = True
    if limit.at_least is not None:
        asked = _number(limit.at_least, unit)
        if low >= limit.at_least:
            reasons.append(f"its lower bound {_number(low, unit)} is at least {asked}")
        elif observed >= limit.at_least:
            passed = False
            reasons.append(
                f"{_number(observed, unit)} was observed, but the lower bound"
                f" {_number(low, unit)} lies below {asked}: more samples may settle it"
            )
        else:
            passed = False
            reasons.append(f"{_number(observed, unit)} is below {asked}")
    if limit.at_most is not None:
        asked = _number(limit.at_most, unit)
        if high <= limit.at_most:
            reasons.append(f"its upper bound {_number(high, unit)} is at most {asked}")
        elif observed <= limit.at_most:
            passed = False
            reasons.append(
                f"{_number(observed, unit)} was observed, but the upper bound"
                f" {_number(high, unit)} lies above {asked}: more samples may settle it"
            )
        else:
            passed = False
            reasons.append(f"{_number(observed, unit)} is above {asked}")
    return ("pass" if passed else "fail"), f"{limit.metric}: {'; '.join(reasons)} ({span})"


def best(results: Mapping[str, GateResult], rank: Mapping[str, float]) -> str:
    """Returns the candidate that the use case is judged by: the best verdict, then the best rank.

    Args:
        results: By candidate, in the use case's order.
        rank: Higher is better, by candidate.
    """
    return min(results, key=lambda id: (_WORST[results[id].verdict], -rank.get(id, float("-inf"))))


def _in_words(results: Sequence[CheckResult], verdict: Verdict) -> str:
    if verdict == "pass":
        n = len(results)
        return "the one check passes" if n == 1 else f"all {n} checks pass"
    return "; ".join(
        result.why if result.why.startswith(result.name) else f"{result.name}: {result.why}"
        for result in results
        if result.verdict == verdict
    )


def _number(value: float, unit: str) -> str:
    if unit == "usd":
        return f"${value:.4g}"
    if unit:
        return f"{value:.4g} {unit}"
    return f"{value:.3f}"
