"""What a run's numbers mean: the gate's verdict, and findings in plain words."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.summary import CandidateSummary, PairSummary
from roundtable.evaluation.types import Estimate
from roundtable.evaluation.words import in_words
from roundtable.governance import Evidence, GateLimit, GateResult, best, decide
from roundtable.jobs.deciding import held, unsupported_lacks
from roundtable.jobs.outcome import SIGNOFF_LATER
from roundtable.jobs.permits import Permits
from roundtable.workspace import UseCase, Workspace


def gate(
    usecase: UseCase,
    summaries: Sequence[CandidateSummary],
    *,
    primary: str,
    clusters: NDArray[np.int64] | None,
    permits: Permits,
) -> GateResult:
    """Returns the gate's verdict on the candidate it names, or else on the best one.

    Args:
        usecase: With its gate.
        summaries: The candidates that were run.
        primary: The metric that ranks.
        clusters: Each sample's cluster, or None; those of the run that made the summaries.
        permits: What the licenses of all candidates allow, also of those that were not run.
    """
    wanted = held(usecase, [one.id for one in summaries])
    limits, named, n_compared = wanted.limits, wanted.named, wanted.n_compared
    judged = [one for one in summaries if one.id == named] or list(summaries)
    if named in permits.refused:
        return permits.refusal(named)
    missing = _missing(usecase)
    if named and judged[0].id != named:
        missing["candidate"] = f"{named} is to go live (gate.candidate), but it was not run"
    results = {
        one.id: decide(
            limits,
            Evidence(
                usecase=usecase.id,
                candidate=one.id,
                metrics=_at_confidence(one, limits, clusters),
                n_samples=one.n_samples,
                missing=missing,
                license=permits.findings[one.id],
            ),
            checks=permits.checks(one.id),
        )
        for one in judged
    }
    rank = {one.id: _rank(one.metrics.get(primary)) for one in judged}
    result = results[best(results, rank)]
    if n_compared > 1 and limits and not named:
        result = msgspec.structs.replace(
            result,
            why=f"{result.why}. {result.candidate} was picked from {n_compared} candidates after"
            f" the fact, so each limit was held at {limits[0].confidence * 100:.4g} %; name it in"
            " gate.candidate to hold it at the stated confidence",
        )
    return result


def reference(
    workspace: Workspace, usecase: UseCase, summaries: Sequence[CandidateSummary], primary: str
) -> str:
    """Returns the candidate that others are held against: the best one without a model, if any."""
    baselines = _baselines(workspace, usecase)
    among = [one for one in summaries if one.id in baselines] or list(summaries[:1])
    return max(among, key=lambda one: _rank(one.metrics.get(primary))).id


def findings(
    workspace: Workspace,
    usecase: UseCase,
    summaries: Sequence[CandidateSummary],
    pairs: Sequence[PairSummary],
    *,
    primary: str,
    gate: GateResult,
) -> tuple[str, ...]:
    """Returns what a reader should take away, most important first."""
    said = []
    baselines = _baselines(workspace, usecase)
    models = [one for one in summaries if one.id not in baselines]
    if models and any(one.id in baselines for one in summaries):
        said.append(_against_baseline(models, pairs, primary))
    for pair in pairs:
        if pair.comparison.metric == primary:
            said.append(in_words(pair.comparison, a=pair.a, b=pair.b))
    if usecase.promise is not None:
        said += _promises(usecase, summaries, gate.candidate)
    for one in summaries:
        if one.n_errors:
            said.append(
                f"{one.id}: {one.n_errors} of {one.n_samples} samples have no answer; each counts"
                " as wrong"
            )
        estimate = one.metrics.get(primary)
        if (
            one.id not in baselines
            and estimate is not None
            and _is_poor(usecase, primary, estimate)
        ):
            said.append(
                f"{one.id} is not good enough: {_percent(estimate)} on {primary} lies wholly below"
                " the gate's limit"
            )
    return tuple(said)


def _against_baseline(
    models: Sequence[CandidateSummary], pairs: Sequence[PairSummary], primary: str
) -> str:
    top = max(models, key=lambda one: _rank(one.metrics.get(primary)))
    for pair in pairs:
        if pair.a == top.id and pair.comparison.metric == primary:
            difference, apart = pair.comparison.difference, pair.comparison.told_apart
            if apart and difference > 0:
                return f"The best model ({top.id}) beats doing without one ({pair.b})."
            if apart:
                return (
                    f"No model is worth its cost here: doing without one ({pair.b}) is better than"
                    f" the best model ({top.id})."
                )
            return (
                f"The best model ({top.id}) is not told apart from doing without one ({pair.b}):"
                " these samples do not show that the task needs a language model."
            )
    return f"No model was compared with doing without one on {primary}."


def _promises(usecase: UseCase, summaries: Sequence[CandidateSummary], candidate: str) -> list[str]:
    said = []
    values = usecase.promise.limits if usecase.promise is not None else {}
    judged = next((one for one in summaries if one.id == candidate), None)
    for name, promised in values.items():
        estimate = judged.metrics.get(name) if judged is not None else None
        if estimate is None or estimate.interval is None or estimate.value is None:
            said.append(f"Leadership was promised {name} = {promised:g}; it was not measured.")
            continue
        low, high = estimate.interval
        if low >= promised:
            kept = "the promise is kept"
        elif high < promised:
            kept = "the promise is not kept"
        else:
            kept = "these samples do not settle whether the promise is kept"
        said.append(
            f"Leadership was promised {name} = {promised:g}; {candidate} was measured at"
            f" {_percent(estimate)}: {kept}."
        )
    return said


def _is_poor(usecase: UseCase, primary: str, estimate: Estimate) -> bool:
    limit = usecase.gate.limits.get(primary) if usecase.gate is not None else None
    if limit is None or limit.at_least is None or estimate.interval is None:
        return False
    return bool(estimate.interval[1] < limit.at_least)


def _percent(estimate: Estimate) -> str:
    value, interval = estimate.value, estimate.interval
    if value is None:
        return "nothing"
    if interval is None:
        return f"{value:.3f}"
    low, high = interval
    return f"{value:.3f} ({estimate.confidence * 100:.4g} % interval {low:.3f} to {high:.3f})"


def _baselines(workspace: Workspace, usecase: UseCase) -> set[str]:
    return {
        one.id for one in usecase.candidates if workspace.models[one.model].provider == "baseline"
    }


def _missing(usecase: UseCase) -> dict[str, str]:
    missing = {}
    if usecase.gate is not None:
        if lacks := unsupported_lacks(usecase):
            missing["unsupported"] = lacks
        if usecase.gate.signoffs:
            roles = ", ".join(usecase.gate.signoffs)
            missing["signoffs"] = f"{SIGNOFF_LATER} (asked of: {roles})"
    return missing


def _at_confidence(
    one: CandidateSummary, limits: Sequence[GateLimit], clusters: NDArray[np.int64] | None
) -> dict[str, Estimate]:
    """Returns the estimates, with each limited one's interval at its limit's confidence."""
    metrics = dict(one.metrics)
    for limit in limits:
        estimate = metrics.get(limit.metric)
        if estimate is None or abs(estimate.confidence - limit.confidence) < 1e-12:
            continue
        again = one.kept.estimate(limit.metric, clusters=clusters, confidence=limit.confidence)
        if again is not None:
            metrics[limit.metric] = again
    return metrics


def _rank(estimate: Estimate | None) -> float:
    if estimate is None or estimate.value is None:
        return float("-inf")
    return estimate.value if estimate.direction == "higher" else -estimate.value
