"""What a run says: kept in the store, shown by the terminal, the report and `--json`."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.kept import unpacked
from roundtable.evaluation.rating import JudgeAgreement
from roundtable.evaluation.summary import CallCounts, CandidateSummary, PairSummary
from roundtable.governance import GateResult
from roundtable.governance.license import reasons
from roundtable.jobs.keys import Digests
from roundtable.jobs.permits import Permits, not_run
from roundtable.licensing import Finding
from roundtable.workspace import UseCase

SIGNOFF_LATER = "not available yet: this version cannot take sign-offs"


class RunOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run.

    Args:
        usecase: Its id.
        run: The run's id.
        started_at: ISO 8601, UTC.
        finished_at: ISO 8601, UTC.
        elapsed_s: Of the run that did the work.
        split: The split evaluated; empty for all rows.
        n_samples: Samples evaluated.
        n_rows: Rows that they were drawn from.
        primary: The metric that decides between candidates.
        candidates: In the use case's order.
        pairs: Every candidate against the reference.
        leaks: Rows of examples that give evaluated rows away, in words.
        findings: What it all means, in words.
        gate: The verdict.
        inputs: Everything used, by digest.
        usd: What the run paid.
        report: The report's path, relative to the workspace.
        clusters: Each sample's cluster, packed; empty if all are independent.
        judges: How far each judge agrees with people, where people rated answers.
        licenses: What the licenses allow, by candidate; also of those that were not run for them.
    """

    usecase: str
    run: str
    started_at: str
    finished_at: str
    elapsed_s: float
    split: str
    n_samples: int
    n_rows: int = 0
    primary: str
    candidates: tuple[CandidateSummary, ...]
    pairs: tuple[PairSummary, ...]
    leaks: tuple[str, ...]
    findings: tuple[str, ...]
    gate: GateResult
    inputs: tuple[Digests, ...]
    usd: float
    report: str = ""
    clusters: bytes = b""
    judges: tuple[JudgeAgreement, ...] = ()
    licenses: dict[str, Finding] = {}

    def cluster_codes(self) -> NDArray[np.int64] | None:
        """Returns each sample's cluster as a number, shape (n,); None if all are independent."""
        return unpacked(self.clusters, "<i4").astype(np.int64) if self.clusters else None

    @property
    def refused(self) -> dict[str, Finding]:
        """The candidates that were not run, since their use is prohibited."""
        done = {one.id for one in self.candidates}
        return {id: one for id, one in self.licenses.items() if id not in done}

    def candidate(self, id: str) -> CandidateSummary:
        """Returns one candidate's summary.

        Raises:
            KeyError: the run has no such candidate.
        """
        for one in self.candidates:
            if one.id == id:
                return one
        raise KeyError(id)


def nothing_run(usecase: UseCase, permits: Permits, *, started_s: float) -> RunOutcome:
    """Returns the outcome where every candidate is prohibited: no run, no report, nothing spent.

    Args:
        usecase: What was to be run.
        permits: Why it was not.
        started_s: When it was asked, by `time.perf_counter`.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    named = usecase.gate.candidate if usecase.gate is not None else ""
    judged = named if named in permits.findings else next(iter(permits.findings))
    return RunOutcome(
        usecase=usecase.id,
        run="",
        started_at=now,
        finished_at=now,
        elapsed_s=time.perf_counter() - started_s,
        split="",
        n_samples=0,
        n_rows=0,
        primary=usecase.primary,
        candidates=(),
        pairs=(),
        leaks=(),
        findings=(),
        gate=permits.refusal(judged),
        inputs=(),
        usd=0.0,
        licenses=permits.findings,
    )


def document(outcome: RunOutcome, *, elapsed_s: float | None = None) -> dict[str, object]:
    """Returns what `run --json` prints, as a value that has a JSON form."""
    return {
        "usecase": outcome.usecase,
        "run": outcome.run or None,
        "elapsed_s": round(outcome.elapsed_s if elapsed_s is None else elapsed_s, 3),
        "report": outcome.report or None,
        "gate": outcome.gate,
        "candidates": [
            *(_candidate(one, outcome.licenses.get(one.id)) for one in outcome.candidates),
            *(_not_run(id, one) for id, one in outcome.refused.items()),
        ],
        "comparisons": [
            {
                "a": pair.a,
                "b": pair.b,
                "metric": pair.comparison.metric,
                "difference": pair.comparison.difference,
                "interval": pair.comparison.interval,
                "p_value": pair.comparison.p_value,
                "p_adjusted": pair.comparison.p_adjusted,
                "n": pair.comparison.n,
                "test": pair.comparison.test,
            }
            for pair in outcome.pairs
        ],
        "findings": outcome.findings,
        "leaks": outcome.leaks,
        "judges": outcome.judges,
        "usd": outcome.usd,
    }


def _license(found: Finding | None) -> dict[str, object]:
    if found is None:
        return {"verdict": None, "obligations": [], "why": "nobody asked when this was run"}
    return {
        "verdict": found.verdict,
        "obligations": found.obligations,
        "why": reasons(found),
    }


def _not_run(id: str, found: Finding) -> dict[str, object]:
    return {
        "id": id,
        "metrics": {},
        "usd": 0.0,
        "usd_per_1k": None,
        "latency_ms": {"p50": None, "p95": None},
        "n": 0,
        "errors": 0,
        "calls": CallCounts(made=0, cached=0),
        "license": _license(found),
        "not_run": not_run(id, found),
    }


def _candidate(one: CandidateSummary, license: Finding | None) -> dict[str, object]:
    extra = ("latency_p50_ms", "latency_p95_ms", "usd_per_1k")
    p50, p95, per_1k = (one.metrics[name].value for name in extra)
    return {
        "id": one.id,
        "description": one.description,
        "metrics": {
            name: {
                "value": estimate.value,
                "interval": estimate.interval,
                "n": estimate.n,
                "method": estimate.method,
                **({"parts": estimate.parts} if estimate.parts else {}),
            }
            for name, estimate in one.metrics.items()
            if name not in extra
        },
        "usd": one.usd,
        "usd_per_1k": per_1k,
        "latency_ms": {"p50": p50, "p95": p95},
        "n": one.n_samples,
        "errors": one.n_errors,
        "calls": one.calls,
        "license": _license(license),
        "oldest_call": one.oldest or None,
        "models_reported": one.models,
    }
