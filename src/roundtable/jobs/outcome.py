"""What a run says: kept in the store, shown by the terminal, the report and `--json`."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.kept import unpacked
from roundtable.evaluation.rating import JudgeAgreement
from roundtable.evaluation.summary import CandidateSummary, PairSummary
from roundtable.governance import GateResult
from roundtable.jobs.keys import Digests

LICENSE_LATER = "not available yet: licenses are not checked by this version"
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

    def cluster_codes(self) -> NDArray[np.int64] | None:
        """Returns each sample's cluster as a number, shape (n,); None if all are independent."""
        return unpacked(self.clusters, "<i4").astype(np.int64) if self.clusters else None

    def candidate(self, id: str) -> CandidateSummary:
        """Returns one candidate's summary.

        Raises:
            KeyError: the run has no such candidate.
        """
        for one in self.candidates:
            if one.id == id:
                return one
        raise KeyError(id)


def document(outcome: RunOutcome, *, elapsed_s: float | None = None) -> dict[str, object]:
    """Returns what `run --json` prints, as a value that has a JSON form."""
    return {
        "usecase": outcome.usecase,
        "run": outcome.run,
        "elapsed_s": round(outcome.elapsed_s if elapsed_s is None else elapsed_s, 3),
        "report": outcome.report,
        "gate": outcome.gate,
        "candidates": [_candidate(one) for one in outcome.candidates],
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


def _candidate(one: CandidateSummary) -> dict[str, object]:
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
        "license": {"verdict": "blocked", "obligations": [], "why": LICENSE_LATER},
        "oldest_call": one.oldest or None,
        "models_reported": one.models,
    }
