"""Columns to what a run says: estimates, classes, comparisons; what the store keeps of a run."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.digest import Key
from roundtable.evaluation.classes import (
    ClassificationReport,
    label_codes,
    macro_estimate,
    report_of,
)
from roundtable.evaluation.columns import NO_ANSWER, Columns, class_names
from roundtable.evaluation.comparison import Comparison, LabelPairs, MetricValues, compare_many
from roundtable.evaluation.kept import LATENCY_MS, QUANTILES, USD_PER_1K, Kept, Labels, Packed, pack
from roundtable.evaluation.plan import CandidatePlan
from roundtable.evaluation.stopping import Decider
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
        kept: What the estimates are made of, for other confidences and later comparisons.
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
    kept: Kept
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
    decider: Decider | None = None,
    confidence: float = 0.95,
) -> CandidateSummary:
    """Returns what the results of one candidate add up to.

    Args:
        candidate: Whose.
        columns: Its results.
        targets: What was expected of each sample, in the columns' order.
        clusters: Each sample's cluster, or None if all are independent.
        options: The classes, for a choice.
        decider: What the run was stopped by, or might have been: only samples that it counted
            count here, and all intervals are anytime-valid. None if it could not stop.
        confidence: Of the intervals.
    """
    done = columns.done.copy()
    if decider is not None:
        done[decider.n_counted :] = False
    n_errors = int((columns.failed & done).sum())
    corpus = {n for n, metric in candidate.metrics.items() if _is_corpus(metric)}
    names = tuple(options) if options or not corpus else class_names(targets)
    labels = None
    if names and (corpus or len(names) <= CLASSES_AT_MOST):
        labels = _labels(columns, done, targets, names)
    kept = Kept(
        columns=tuple(
            Packed(
                name=name,
                data=pack(np.where(done, columns.values[name], np.nan)),
                binary=columns.binary.get(name, False),
                direction=getattr(metric, "direction", "higher"),
                unit=getattr(metric, "unit", ""),
                corpus=name in corpus,
            )
            for name, metric in candidate.metrics.items()
        ),
        latency_ms=Packed(
            name=LATENCY_MS,
            data=pack(np.where(done, columns.latency_ms, np.nan)),
            direction="lower",
            unit="ms",
        ),
        usd_per_1k=Packed(
            name=USD_PER_1K,
            data=pack(np.where(done, columns.usd * 1000, np.nan)),
            direction="lower",
            unit="usd",
        ),
        n_errors=n_errors,
        labels=labels,
        looks=decider.looks if decider is not None else None,
    )
    metrics: dict[str, Estimate] = {}
    for name in (*candidate.metrics, *QUANTILES, USD_PER_1K):
        estimate = kept.estimate(name, clusters=clusters, confidence=confidence)
        if estimate is not None:
            metrics[name] = msgspec.structs.replace(
                estimate, parts=estimate.parts or _parts(columns, name, done)
            )
    classes = None
    if labels is not None and options and len(names) <= CLASSES_AT_MOST:
        classes = _classes(labels, kept, clusters, confidence)
    latency_ms = columns.latency_ms[done]
    known = latency_ms[~np.isnan(latency_ms)]
    step = max(1, len(known) // 2000)
    return CandidateSummary(
        id=candidate.id,
        key=candidate.key,
        description=candidate.description,
        metrics=metrics,
        usd=float(columns.usd[done].sum()),
        calls=CallCounts(
            made=columns.n_made,
            cached=columns.n_cached,
            retried=columns.n_retried,
            failed=columns.n_failed,
        ),
        n_samples=int(done.sum()),
        n_errors=n_errors,
        n_retryable=int((columns.retryable & done).sum()),
        models=tuple(sorted(columns.models - {""})),
        oldest=columns.oldest.isoformat(timespec="seconds") if columns.oldest else "",
        classes=classes,
        kept=kept,
        latencies_ms=tuple(round(float(value), 2) for value in known[::step]),
    )


def comparisons(
    candidates: Sequence[CandidateSummary],
    *,
    reference: str,
    clusters: NDArray[np.int64] | None,
    confidence: float = 0.95,
) -> tuple[PairSummary, ...]:
    """Returns every other candidate against the reference, on the same samples, Holm over all.

    Args:
        candidates: With what was kept of them.
        reference: The id of the one that the others are held against.
        clusters: Each sample's cluster, or None.
        confidence: Of the intervals.
    """
    values = {one.id: values_of(one.kept) for one in candidates}
    others = {
        id: {name: value for name, value in metric.items() if name in values[reference]}
        for id, metric in values.items()
        if id != reference
    }
    if not others or not values[reference]:
        return ()
    looks = next((one.kept.looks for one in candidates if one.kept.looks is not None), None)
    compared = compare_many(
        others, values[reference], clusters=clusters, looks=looks, confidence=confidence
    )
    return tuple(
        PairSummary(a=id, b=reference, comparison=comparison)
        for id, by_metric in compared.items()
        for comparison in by_metric.values()
    )


def values_of(kept: Kept, *, n: int | None = None) -> dict[str, MetricValues]:
    """Returns a candidate's values by metric, of its first n samples or of all."""
    found = {}
    for packed in kept.columns:
        labels = None
        if packed.corpus:
            if kept.labels is None:
                continue
            expected, given = kept.labels.codes()
            labels = LabelPairs(names=kept.labels.names, expected=expected[:n], given=given[:n])
        found[packed.name] = MetricValues(
            values=packed.values()[:n],
            kind="labels" if labels is not None else "binary" if packed.binary else "score",
            direction=packed.direction,
            unit=packed.unit,
            labels=labels,
        )
    return found


def _is_corpus(metric: Metric) -> bool:
    return getattr(metric, "statistic", "") == "corpus"


def _labels(
    columns: Columns, done: NDArray[np.bool_], targets: Sequence[object], names: tuple[str, ...]
) -> Labels | None:
    rows = [int(i) for i in np.flatnonzero(done) if targets[int(i)] is not None]
    if not rows:
        return None
    predictions = columns.predictions()
    codes = label_codes(
        [as_text(targets[i]) for i in rows],
        [None if predictions[i] == NO_ANSWER else predictions[i] for i in rows],
        names=names,
    )
    whole = [np.full(columns.n, -1, dtype=np.int64) for _ in codes]
    for column, known in zip(whole, codes, strict=True):
        column[rows] = known
    return Labels(names=names, expected=pack(whole[0], "<i4"), given=pack(whole[1], "<i4"))


def _classes(
    labels: Labels, kept: Kept, clusters: NDArray[np.int64] | None, confidence: float
) -> ClassificationReport:
    macro = next((packed.name for packed in kept.columns if packed.corpus), "")
    estimate = kept.estimate(macro, clusters=clusters, confidence=confidence) if macro else None
    expected, given = labels.codes()
    known = expected >= 0
    if estimate is None:
        estimate = macro_estimate(
            expected[known],
            given[known],
            names=labels.names,
            clusters=None if clusters is None else clusters[known],
            confidence=confidence,
        )
    return report_of(expected[known], given[known], names=labels.names, macro=estimate)


def _parts(columns: Columns, name: str, done: NDArray[np.bool_]) -> dict[str, float]:
    return {
        field: float(np.nanmean(values[done]))
        for field, values in columns.parts.get(name, {}).items()
        if not np.isnan(values[done]).all()
    }
