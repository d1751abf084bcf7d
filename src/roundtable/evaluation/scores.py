"""What a sample brings to estimates and decisions, also where it has no answer."""

from __future__ import annotations

from roundtable.evaluation.columns import class_names
from roundtable.evaluation.kept import LATENCY_MS, USD_PER_1K
from roundtable.evaluation.plan import CandidatePlan, Plan
from roundtable.evaluation.types import Metric, SampleResult, Score


def worst(metric: Metric) -> Score:
    """Returns what a sample without an answer scores: the worst there is.

    A metric with a unit, such as time or money, knows no worst value: there the sample counts in
    the errors alone, and in what its calls cost.
    """
    if getattr(metric, "unit", ""):
        return Score(value=None)
    bad = getattr(metric, "direction", "higher") == "lower"
    value = bad if getattr(metric, "binary", None) else float(bad)
    return Score(value=value, note="no answer")


def decided_by(result: SampleResult) -> dict[str, float]:
    """Returns what a decider is told of a sample: its scores, its latency, what it cost."""
    told = {
        name: float(score.value) for name, score in result.scores.items() if score.value is not None
    }
    told[USD_PER_1K] = result.usd * 1000
    if result.answer is not None:
        told[LATENCY_MS] = result.answer.latency_ms
    return told


def labels_of(plan: Plan, candidate: CandidatePlan) -> tuple[str, ...]:
    """Returns the labels that must be told apart, however many others are said."""
    corpus = any(getattr(one, "statistic", "") == "corpus" for one in candidate.metrics.values())
    if plan.options or not corpus:
        return plan.options
    return class_names(plan.samples.targets())
