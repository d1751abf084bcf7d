"""Columns to what a run says: estimates, classes, comparisons; what the store keeps of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.digest import Key
from roundtable.evaluation.classes import ClassificationReport, classification_report
from roundtable.evaluation.columns import NO_ANSWER, Columns, Packed
from roundtable.evaluation.comparison import Comparison, MetricValues, compare_many
from roundtable.evaluation.estimates import summarize_metric, summarize_quantile
from roundtable.evaluation.plan import CandidatePlan
from roundtable.evaluation.types import Estimate, Metric
from roundtable.generation.pipeline import as_text

CLASSES_AT_MOST = 200


class CallCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Calls made, answered from the journal, sent again, and failed for good."""

    made: int = 0
    cached: int = 0
    retried: int = 0
    failed: int = 0


class CandidateSummary(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run says of one candidate.

    Args:
        id: In its use case.
        key: Digest of all that its results depend on.
        description: What it is, in a few words.
        metrics: By name; `latency_p50_ms`, `latency_p95_ms` and `usd_per_1k` are among them.
        usd: What its answers cost when they were made.
        calls: Counts.
        n_samples: Samples done.
        n_errors: Of these, without an answer.
        n_retryable: Of these, worth another try.
        models: As the providers reported them.
        oldest: When its oldest answer was asked for, ISO 8601; empty if all are new.
        classes: Per-class table and confusion, for a choice.
        columns: Values per sample, for later comparisons.
        latencies_ms: Up to 2,000 of them, for a picture.
    """

    id: str
    key: Key
    description: str
    metrics: dict[str, Estimate]
    usd: float
    calls: CallCounts
    n_samples: int
    n_errors: int
    n_retryable: int
    models: tuple[str, ...] = ()
    oldest: str = ""
    classes: ClassificationReport | None = None
    columns: tuple[Packed, ...] = ()
    latencies_ms: tuple[float, ...] = ()


class PairSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate against another on one metric."""

    a: str
    b: str
    comparison: Comparison


def summarize(
    candidate: CandidatePlan,
    columns: Columns,
    *,
    targets: Sequence[object],
    clusters: NDArray[np.int64] | None,
    options: Sequence[str],
    confidence: float = 0.95,
) -> CandidateSummary:
    """Returns what the results of one candidate add up to.

    Args:
        candidate: Whose.
        columns: Its results.
        targets: What was expected of each sample, in the columns' order.
        clusters: Each sample's cluster, or None if all are independent.
        options: The classes, for a choice.
        confidence: Of the intervals.
    """
    done = columns.done
    groups = None if clusters is None else clusters[done]
    classes = None
    if options and len(options) <= CLASSES_AT_MOST and any(t is not None for t in targets):
        predictions = columns.predictions()
        kept = [int(i) for i in np.flatnonzero(done) if targets[int(i)] is not None]
        classes = classification_report(
            [as_text(targets[i]) for i in kept],
            [None if predictions[i] == NO_ANSWER else predictions[i] for i in kept],
            labels=options,
            clusters=None if clusters is None else clusters[kept],
            confidence=confidence,
        )
    n_errors = int(columns.failed.sum())
    metrics: dict[str, Estimate] = {}
    for name, metric in candidate.metrics.items():
        metrics[name] = _estimate(
            name, metric, columns, groups, classes=classes, n_errors=n_errors, confidence=confidence
        )
    latency_ms = columns.latency_ms[done]
    for q, name in ((0.5, "latency_p50_ms"), (0.95, "latency_p95_ms")):
        metrics[name] = summarize_quantile(
            latency_ms, q, clusters=groups, unit="ms", confidence=confidence
        )
    metrics["usd_per_1k"] = summarize_metric(
        columns.usd[done] * 1000,
        statistic="mean",
        clusters=groups,
        direction="lower",
        unit="usd",
        confidence=confidence,
    )
    known = latency_ms[~np.isnan(latency_ms)]
    step = max(1, len(known) // 2000)
    return CandidateSummary(
        id=candidate.id,
        key=candidate.key,
        description=candidate.description,
        metrics=metrics,
        usd=float(columns.usd.sum()),
        calls=CallCounts(
            made=columns.n_made,
            cached=columns.n_cached,
            retried=columns.n_retried,
            failed=columns.n_failed,
        ),
        n_samples=columns.n_done,
        n_errors=n_errors,
        n_retryable=int(columns.retryable.sum()),
        models=tuple(sorted(columns.models - {""})),
        oldest=columns.oldest.isoformat(timespec="seconds") if columns.oldest else "",
        classes=classes,
        columns=tuple(
            Packed(
                name=name,
                binary=columns.binary.get(name, False),
                data=values.astype("<f8").tobytes(),
            )
            for name, values in columns.values.items()
        ),
        latencies_ms=tuple(round(float(value), 2) for value in known[::step]),
    )


def comparisons(
    candidates: Sequence[CandidateSummary],
    *,
    metrics: Mapping[str, Metric],
    reference: str,
    clusters: NDArray[np.int64] | None,
    confidence: float = 0.95,
) -> tuple[PairSummary, ...]:
    """Returns every other candidate against the reference, on the same samples, Holm over all.

    Args:
        candidates: With their columns.
        metrics: By name, for their direction and unit.
        reference: The id of the one that the others are held against.
        clusters: Each sample's cluster, or None.
        confidence: Of the intervals.
    """
    values = {
        one.id: {
            packed.name: MetricValues(
                values=packed.values(),
                kind="binary" if packed.binary else "score",
                direction=getattr(metrics.get(packed.name), "direction", "higher"),
                unit=getattr(metrics.get(packed.name), "unit", ""),
            )
            for packed in one.columns
            if getattr(metrics.get(packed.name), "statistic", "") != "corpus"
        }
        for one in candidates
    }
    others = {
        id: {name: value for name, value in metric.items() if name in values[reference]}
        for id, metric in values.items()
        if id != reference
    }
    if not others or not values[reference]:
        return ()
    compared = compare_many(others, values[reference], clusters=clusters, confidence=confidence)
    return tuple(
        PairSummary(a=id, b=reference, comparison=comparison)
        for id, by_metric in compared.items()
        for comparison in by_metric.values()
    )


def _estimate(
    name: str,
    metric: Metric,
    columns: Columns,
    groups: NDArray[np.int64] | None,
    *,
    classes: ClassificationReport | None,
    n_errors: int,
    confidence: float,
) -> Estimate:
    if getattr(metric, "statistic", "") == "corpus" and classes is not None:
        by_class = {one.label: one.f1 for one in classes.classes if one.f1 is not None}
        return msgspec.structs.replace(classes.macro_f1, parts=by_class)
    estimate = summarize_metric(
        columns.values[name][columns.done],
        statistic="proportion" if columns.binary.get(name) else "mean",
        clusters=groups,
        n_errors=n_errors,
        direction=getattr(metric, "direction", "higher"),
        unit=getattr(metric, "unit", ""),
        confidence=confidence,
    )
    parts = {
        field: float(np.nanmean(values))
        for field, values in columns.parts.get(name, {}).items()
        if not np.isnan(values).all()
    }
    return msgspec.structs.replace(estimate, parts=parts)
