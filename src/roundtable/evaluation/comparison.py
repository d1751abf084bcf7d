"""Candidates against each other on the same samples, and what that means in words."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, inf, isinf, log2, log10, sqrt

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.evaluation.types import Direction
from roundtable.statistics.interval import cluster_codes
from roundtable.statistics.multiplicity import holm
from roundtable.statistics.paired import Kind, PairedDifference, paired_difference
from roundtable.statistics.power import minimum_detectable_effect, samples_needed
from roundtable.statistics.proportions import effective_size


class MetricValues(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate's values of one metric.

    Args:
        values: One per sample, shape (n,), in the order common to all candidates; NaN where the
            metric does not apply. A sample that failed counts as the worst value.
        kind: `binary` for right or wrong, `score` for any number.
        direction: Which way is better.
        unit: Of the values; empty for shares and scores in [0, 1].
    """

    values: NDArray[np.float64]
    kind: Kind = "score"
    direction: Direction = "higher"
    unit: str = ""


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
        kind: `binary` or `score`.
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
    confidence: float = 0.95,
) -> dict[str, Comparison]:
    """Returns, for each metric both have, how far the first is from the second.

    Args:
        a: The first's values by metric.
        b: The second's, of the same samples in the same order.
        clusters: Each sample's cluster, shape (n,).
        confidence: In (0, 1).

    Returns:
        By metric, in the first's order. A metric that no sample has for both is absent.

    Raises:
        UsageError: The two have different numbers of samples, or kinds.
    """
    return compare_many({"": a}, b, clusters=clusters, confidence=confidence)[""]


def compare_many(
    candidates: Mapping[str, Mapping[str, MetricValues]],
    reference: Mapping[str, MetricValues],
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> dict[str, dict[str, Comparison]]:
    """Returns each candidate's comparisons with the reference.

    The p-values are corrected together, over all metrics of all candidates.

    Args:
        candidates: By candidate: its values by metric.
        reference: The values by metric of what they are compared with, on the same samples.
        clusters: Each sample's cluster, shape (n,).
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
    ]
    results = [pair.difference(confidence) for _, _, pair in pairs]
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


def in_words(comparison: Comparison, *, a: str, b: str) -> str:
    """Returns the comparison as a sentence, such as a report gives it.

    Args:
        comparison: Of the first with the second.
        a: The first's name.
        b: The second's.
    """
    c = comparison
    better = c.difference > 0 if c.direction == "higher" else c.difference < 0
    size = _amount(abs(c.difference), c)
    if c.difference == 0:
        claim = f"{a} and {b} are equal on {c.metric}"
    else:
        claim = f"{a} is {size} {'better' if better else 'worse'} than {b} on {c.metric}"
    return f"{claim} ({_uncertainty(c)}): {_verdict(c)}"


class _Pair(msgspec.Struct, frozen=True, kw_only=True):
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    clusters: NDArray[np.int64] | None
    of: MetricValues

    def difference(self, confidence: float) -> PairedDifference:
        return paired_difference(
            self.a, self.b, kind=self.of.kind, clusters=self.clusters, confidence=confidence
        )


def _paired(
    metric: str, first: MetricValues, second: MetricValues, clusters: ArrayLike | None
) -> _Pair | None:
    """Returns the values of the samples that both have one for; None if there are none."""
    a, b = (np.asarray(m.values, dtype=np.float64) for m in (first, second))
    if a.shape != b.shape or first.kind != second.kind:
        raise UsageError(
            f"{metric}: {a.size} {first.kind} values cannot be compared with {b.size} "
            f"{second.kind} values",
            fix="compare candidates on the same samples with the same metric",
        )
    both = ~(np.isnan(a) | np.isnan(b))
    if not both.any():
        return None
    codes = cluster_codes(clusters, a.size)
    return _Pair(a=a[both], b=b[both], clusters=None if codes is None else codes[both], of=first)


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
    differences = pair.a - pair.b
    mean_square = float(differences @ differences) / result.n
    design_effect = 1.0
    if pair.clusters is not None and 1 < result.clusters < result.n:
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


def _uncertainty(c: Comparison) -> str:
    if c.interval is None:
        interval = "too few samples for an interval"
    else:
        # Seen from the claim, so that the claim's own amount is positive.
        low, high = c.interval if c.difference >= 0 else (-c.interval[1], -c.interval[0])
        interval = f"{c.confidence * 100:g} % interval {_number(low, c)} to {_number(high, c)}"
    p_value = f"p {_p(c.p_value)}"
    if c.n_comparisons > 1:
        p_value += f", {_p(c.p_adjusted).removeprefix('= ')} corrected for {c.n_comparisons}"
        p_value += " comparisons"
    return f"{interval}, {p_value}"


def _verdict(c: Comparison) -> str:
    outside = c.interval is not None and not c.interval[0] <= 0 <= c.interval[1]
    if c.told_apart:
        # The interval and the test are different methods: near the border they can disagree.
        return "told apart" if outside else "told apart by the test, though not by the interval"
    if outside:
        corrected = c.p_value <= 1 - c.confidence
        why = "after the correction" if corrected else "by the test, the stricter of the two"
        refuted = f"not told apart {why}"
    else:
        refuted = "not told apart"
    if c.n_more is not None:
        samples = "sample" if c.n_more == 1 else "samples"
        return (
            f"{refuted}; about {_rounded(c.n_more)} more {samples} would be needed to tell a "
            "difference of this size"
        )
    if c.detectable is not None:
        return (
            f"{refuted}; {c.n} samples tell a difference of about "
            f"{_amount(c.detectable, c)} or more"
        )
    return refuted


def _amount(value: float, c: Comparison) -> str:
    number = _number(value, c)
    if c.unit:
        return f"{number} {c.unit}"
    return f"{number} point{'' if number == '1.0' else 's'}"


def _number(value: float, c: Comparison) -> str:
    """Returns shares and scores as points of 100, other values with three digits."""
    if not c.unit:
        text = f"{value * 100:.1f}"
    elif value == 0 or not 1e-4 <= abs(value) < 1e6:
        text = f"{value:.3g}"
    else:
        text = f"{value:.{max(0, 2 - floor(log10(abs(value))))}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _p(value: float) -> str:
    if value < 0.001:
        return "< 0.001"
    return f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"


def _rounded(count: int) -> str:
    """Returns a count with two digits that mean something."""
    step = 10 ** max(0, len(str(count)) - 2)
    return f"{-(-count // step) * step:,}"
