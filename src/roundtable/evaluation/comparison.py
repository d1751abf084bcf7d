"""Candidates against each other on the same samples, and what that means in words."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, inf, isinf, log2, sqrt
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.evaluation.anytime import ANYTIME, Looks, anytime_difference
from roundtable.evaluation.types import Direction
from roundtable.statistics.class_pairs import paired_macro_f1
from roundtable.statistics.interval import Interval, cluster_codes, normal_quantile
from roundtable.statistics.multiplicity import holm
from roundtable.statistics.paired import Kind as PairedKind
from roundtable.statistics.paired import PairedDifference, paired_difference
from roundtable.statistics.power import minimum_detectable_effect, samples_needed
from roundtable.statistics.proportions import effective_size

Kind = Literal["binary", "score", "labels"]


class LabelPairs(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Labels expected and given, as numbers from 0, shape (n,); -1 is none.

    Args:
        names: Of the classes.
        expected: Each sample's class.
        given: What the candidate said.
    """

    names: tuple[str, ...]
    expected: NDArray[np.int64]
    given: NDArray[np.int64]


class MetricValues(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate's values of one metric.

    Args:
        values: One per sample, shape (n,), in the order common to all candidates; NaN where the
            metric does not apply. A sample that failed counts as the worst value.
        kind: `binary` for right or wrong, `score` for any number, `labels` for macro F1, which all
            labels together have: the values only say which samples count.
        direction: Which way is better.
        unit: Of the values; empty for shares and scores in [0, 1].
        labels: Of the kind `labels`.
    """

    values: NDArray[np.float64]
    kind: Kind = "score"
    direction: Direction = "higher"
    unit: str = ""
    labels: LabelPairs | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How far two candidates are apart on one metric.

    Args:
        metric: Its name.
        difference: The first's mean minus the second's.
        interval: Of the difference, at `confidence`; None where the samples set no bound.
        p_value: Two-sided, of no difference.
        p_adjusted: The same, corrected for all comparisons made with it (Holm).
        n_comparisons: How many these were.
        n: Samples both have a value for.
        clusters: Independent groups among them.
        test: What gave the p-value.
        confidence: In (0, 1).
        n_more: About how many more samples would tell a difference of this size, with
            probability 0.8; None if there is none to tell, or it is told already.
        detectable: The smallest difference that so many samples tell, with probability 0.8; None
            if they tell none.
        kind: `binary`, `score` or `labels`.
        direction: Which way is better.
        unit: Of the difference; empty for shares and scores in [0, 1].
    """

    metric: str
    difference: float
    interval: tuple[float, float] | None
    p_value: float
    p_adjusted: float
    n_comparisons: int
    n: int
    clusters: int
    test: str
    confidence: float
    n_more: int | None
    detectable: float | None
    kind: Kind
    direction: Direction
    unit: str

    @property
    def told_apart(self) -> bool:
        """Whether the difference is real at this confidence, after the correction."""
        return self.p_adjusted <= 1 - self.confidence + 1e-12


def compare(
    a: Mapping[str, MetricValues],
    b: Mapping[str, MetricValues],
    *,
    clusters: ArrayLike | None = None,
    looks: Looks | None = None,
    confidence: float = 0.95,
) -> dict[str, Comparison]:
    """Returns, for each metric both have, how far the first is from the second.

    Args:
        a: The first's values by metric.
        b: The second's, of the same samples in the same order.
        clusters: Each sample's cluster, shape (n,).
        looks: What was planned, if one of the two might have stopped early.
        confidence: In (0, 1).

    Returns:
        By metric, in the first's order. A metric that no sample has for both is absent.

    Raises:
        UsageError: The two have different numbers of samples, or kinds.
    """
    return compare_many({"": a}, b, clusters=clusters, looks=looks, confidence=confidence)[""]


def compare_many(
    candidates: Mapping[str, Mapping[str, MetricValues]],
    reference: Mapping[str, MetricValues],
    *,
    clusters: ArrayLike | None = None,
    looks: Looks | None = None,
    confidence: float = 0.95,
) -> dict[str, dict[str, Comparison]]:
    """Returns each candidate's comparisons with the reference.

    The p-values are corrected together, over all metrics of all candidates.

    Args:
        candidates: By candidate: its values by metric.
        reference: The values by metric of what they are compared with, on the same samples.
        clusters: Each sample's cluster, shape (n,).
        looks: What was planned, if one of them might have stopped early: then tests and intervals
            allow for all looks, and metrics without a test that does are left out.
        confidence: In (0, 1).

    Raises:
        UsageError: Two have different numbers of samples, or kinds.

    Source: Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    pairs = [
        (candidate, metric, pair)
        for candidate, metrics in candidates.items()
        for metric, first in metrics.items()
        if metric in reference
        and (pair := _paired(metric, first, reference[metric], clusters)) is not None
        and (looks is None or pair.may_be_looked_at)
    ]
    results = [pair.difference(confidence, looks) for _, _, pair in pairs]
    adjusted = holm([result.p_value for result in results])
    compared: dict[str, dict[str, Comparison]] = {candidate: {} for candidate in candidates}
    for (candidate, metric, pair), result, p_adjusted in zip(pairs, results, adjusted, strict=True):
        compared[candidate][metric] = _comparison(
            metric,
            pair,
            result=result,
            p_adjusted=float(p_adjusted),
            n_comparisons=len(results),
        )
    return compared


class _Pair(msgspec.Struct, frozen=True, kw_only=True):
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    clusters: NDArray[np.int64] | None
    of: MetricValues
    labels: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None = None

    @property
    def may_be_looked_at(self) -> bool:
        """Whether the values are bounded, so that a test of them can hold at every look."""
        values = (self.a, self.b)
        inside = all(bool(((x >= 0) & (x <= 1)).all()) for x in values)
        return self.labels is None and not self.of.unit and inside

    def difference(self, confidence: float, looks: Looks | None) -> PairedDifference:
        if looks is not None:
            found = anytime_difference(
                self.a - self.b, looks=looks, clusters=self.clusters, confidence=confidence
            )
            low, high = found.interval
            return PairedDifference(
                difference=found.difference,
                interval=Interval(low=low, high=high, confidence=confidence, method=ANYTIME),
                p_value=found.p_value,
                n=found.n,
                clusters=found.clusters,
                test="anytime betting",
            )
        if self.labels is not None and self.of.labels is not None:
            expected, first, second = self.labels
            return paired_macro_f1(
                expected,
                first,
                second,
                n_classes=len(self.of.labels.names),
                clusters=self.clusters,
                confidence=confidence,
            )
        kind: PairedKind = "binary" if self.of.kind == "binary" else "score"
        return paired_difference(
            self.a, self.b, kind=kind, clusters=self.clusters, confidence=confidence
        )

    def mean_square(self, result: PairedDifference) -> float:
        """Returns the mean of the squared differences, or what stands for it without such."""
        if self.labels is None:
            differences = self.a - self.b
            return float(differences @ differences) / result.n
        ends = result.interval
        error = (ends.high - ends.low) / 2 / normal_quantile(ends.confidence)
        return result.n * error**2 + result.difference**2


def _paired(
    metric: str, first: MetricValues, second: MetricValues, clusters: ArrayLike | None
) -> _Pair | None:
    """Returns the values of the samples that both have one for; None if there are none."""
    a, b = (np.asarray(m.values, dtype=np.float64) for m in (first, second))
    if a.shape == b.shape and (np.isnan(a).all() or np.isnan(b).all()):
        return None  # of a metric that does not apply, nobody knows the kind
    if a.shape != b.shape or first.kind != second.kind:
        raise UsageError(
            f"{metric}: {a.size} {first.kind} values cannot be compared with {b.size} "
            f"{second.kind} values",
            fix="compare candidates on the same samples with the same metric",
        )
    both = ~(np.isnan(a) | np.isnan(b))
    if not both.any():
        return None
    labels = None
    if first.labels is not None and second.labels is not None:
        one, other = first.labels, second.labels
        if one.names != other.names or not np.array_equal(one.expected[both], other.expected[both]):
            raise UsageError(
                f"{metric}: the two were held against other labels",
                fix="run both again on the same samples",
            )
        both &= one.expected >= 0
        labels = (one.expected[both], one.given[both], other.given[both])
        if not both.any():
            return None
    codes = cluster_codes(clusters, a.size)
    return _Pair(
        a=a[both],
        b=b[both],
        clusters=None if codes is None else codes[both],
        of=first,
        labels=labels,
    )


def _comparison(
    metric: str, pair: _Pair, *, result: PairedDifference, p_adjusted: float, n_comparisons: int
) -> Comparison:
    confidence = result.interval.confidence
    n_more, detectable = _sizes(
        pair, result, told_apart=p_adjusted <= 1 - confidence, n_comparisons=n_comparisons
    )
    ends = (result.interval.low, result.interval.high)
    return Comparison(
        metric=metric,
        difference=result.difference,
        interval=None if isinf(ends[0]) or isinf(ends[1]) else ends,
        p_value=result.p_value,
        p_adjusted=p_adjusted,
        n_comparisons=n_comparisons,
        n=result.n,
        clusters=result.clusters,
        test=result.test,
        confidence=confidence,
        n_more=n_more,
        detectable=detectable,
        kind=pair.of.kind,
        direction=pair.of.direction,
        unit=pair.of.unit,
    )


def _sizes(
    pair: _Pair, result: PairedDifference, *, told_apart: bool, n_comparisons: int
) -> tuple[int | None, float | None]:
    """Returns how many more samples would tell, and what difference these tell."""
    if result.interval.method == ANYTIME:
        return None, None
    differences = pair.a - pair.b
    if pair.labels is not None:
        differences = (pair.labels[1] != pair.labels[2]).astype(np.float64)
    mean_square = pair.mean_square(result)
    design_effect = 1.0
    if pair.labels is None and pair.clusters is not None and 1 < result.clusters < result.n:
        design_effect = result.n / effective_size(differences, clusters=pair.clusters)
    # At the level that the first step of Holm's correction asks for.
    level = 1 - (1 - result.interval.confidence) / n_comparisons
    n_more = None
    if not told_apart and result.difference != 0:
        needed = samples_needed(
            result.difference, mean_square, confidence=level, design_effect=design_effect
        )
        # However they fall, fewer samples that differ than this cannot be significant.
        least = (1 - log2(1 - level)) * design_effect * result.n / np.count_nonzero(differences)
        n_more = max(1, max(needed or 0, ceil(least)) - result.n)
    effect = minimum_detectable_effect(result.n, 1.0, confidence=level, design_effect=design_effect)
    detectable = effect * sqrt(mean_square)
    if pair.of.kind == "binary" and detectable >= mean_square:
        # Two that differ by so much must also disagree on as many samples.
        detectable = effect**2
    told = 0.0 < detectable < inf and (pair.of.kind == "score" or detectable <= 1.0)
    return n_more, detectable if told else None
