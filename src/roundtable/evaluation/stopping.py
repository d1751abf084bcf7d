"""Stops an evaluation once its verdicts are decided, however often one looks.

The bounds are anytime-valid (`statistics.sequential`): over the whole run, whenever it stops, the
probability of one limit's false verdict is at most 1 - confidence. Two things make this true:

1. Values count in the planned order, which was fixed at random before any answer came. Answers
   that arrive early wait until all before them are there: a fast answer may be an easy one.
2. Samples of one cluster count together, once the last of them is there.

A run that may stop must be judged by `Decider.estimate` also if it did not: an ordinary interval
does not allow for the looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf, isnan, nan
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import Place, UsageError
from roundtable.evaluation.anytime import Looks
from roundtable.evaluation.types import Direction, Estimate
from roundtable.statistics.interval import checked_confidence, cluster_codes
from roundtable.statistics.sequential import Bet, LargeSampleBound, confidence_sequence

Verdict = Literal["pass", "fail", "undecided"]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What a metric must hold. Give one of `at_least` and `at_most`; both are two limits.

    Args:
        metric: Its name.
        at_least: The mean must not lie below this.
        at_most: The mean must not lie above this.
        confidence: In (0, 1).
        bounds: What the metric's values can never leave; with None, such as for costs without a
            known maximum, the limit is decided by an interval for large samples.
        quantile: The limit is on this quantile in (0, 1) instead of the mean: needs no bounds.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    confidence: float = 0.95
    bounds: tuple[float, float] | None = (0.0, 1.0)
    quantile: float | None = None

    @property
    def value(self) -> float:
        """The number given."""
        return self.at_least if self.at_least is not None else (self.at_most or 0.0)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Where one limit stands.

    Args:
        limit: The limit.
        verdict: `undecided` until the bound has passed the limit; then it stays.
        n: Samples it rests on: all that counted so far, or those up to the decision.
        why: In words.
    """

    limit: Limit
    verdict: Verdict
    n: int
    why: str


class Decider:
    """Holds one candidate's values against its limits as they come.

    Args:
        limits: All must be decided for the run to stop.
        n: Samples planned. Their positions, from 0, are the planned order, which must not depend
            on the answers.
        clusters: Each planned sample's cluster, shape (n,).

    Raises:
        UsageError: A limit or the clusters make no sense.
    """

    def __init__(
        self, limits: Sequence[Limit], *, n: int, clusters: ArrayLike | None = None
    ) -> None:
        self._codes = cluster_codes(clusters, n)
        counts = None if self._codes is None else np.bincount(self._codes)
        self._missing = counts
        self._largest = 1 if counts is None else int(counts.max())
        self._n = n
        self._next = 0
        self._is_over = False
        self._waiting: dict[int, Mapping[str, float | None]] = {}
        self._looks = Looks(n_units=n if counts is None else counts.size, largest=self._largest)
        self._tracks = tuple(_Track(limit, looks=self._looks) for limit in limits)
        self._members: dict[int, list[Mapping[str, float | None]]] = {}

    @property
    def decided(self) -> bool:
        """Whether every limit is; never so without limits.

        Where a metric has two limits, one that fails decides both.
        """
        verdicts: dict[tuple[str, float | None], list[Verdict]] = {}
        for track in self._tracks:
            of = (track.limit.metric, track.limit.quantile)
            verdicts.setdefault(of, []).append(track.verdict)
        return bool(verdicts) and all(
            "fail" in both or "undecided" not in both for both in verdicts.values()
        )

    @property
    def looks(self) -> Looks:
        """What was planned, for estimates of other metrics of the same run."""
        return self._looks

    @property
    def n_counted(self) -> int:
        """How many planned samples counted, from the first; none after the decision do.

        Samples after it may have been answered too, since several are under way at once: to count
        them would let the result depend on how fast they were.
        """
        return self._next

    def add(self, position: int, values: Mapping[str, float | None]) -> bool:
        """Takes one sample's values by metric and returns whether all is decided.

        Args:
            position: In the planned order, from 0; samples may come in any order.
            values: None or NaN where a metric does not apply. A failed sample brings the worst
                values, as it does to an estimate.

        Raises:
            UsageError: The position is not planned or came before.
        """
        if not 0 <= position < self._n or position < self._next or position in self._waiting:
            raise UsageError(
                f"sample {position} of {self._n} is not planned or came before",
                fix="add every planned sample once",
            )
        self._waiting[position] = values
        while self._next in self._waiting and not self._is_over:
            self._count(self._next, self._waiting.pop(self._next))
            self._next += 1
            self._is_over = self.decided
        return self._is_over

    def decisions(self) -> tuple[Decision, ...]:
        """Returns where each limit stands, in their order."""
        return tuple(track.decision() for track in self._tracks)

    def estimate(self, metric: str, *, direction: Direction = "higher", unit: str = "") -> Estimate:
        """Returns the mean of a limited metric with an interval that allows for all looks.

        The interval says the same as the decisions: it leaves out exactly the limits decided.

        Args:
            metric: One with a limit on its mean.
            direction: Which way is better.
            unit: Of the values.

        Raises:
            UsageError: No limit is on this metric's mean.
        """
        for track in self._tracks:
            if track.limit.metric == metric and track.limit.quantile is None:
                return track.estimate(direction, unit)
        raise UsageError(f"no limit is on the mean of {metric}", fix="name a limited metric")

    def _count(self, position: int, values: Mapping[str, float | None]) -> None:
        if self._codes is None or self._missing is None:
            members = [values]
        else:
            cluster = int(self._codes[position])
            self._members.setdefault(cluster, []).append(values)
            self._missing[cluster] -= 1
            if self._missing[cluster]:
                return
            members = self._members.pop(cluster)
        for track in self._tracks:
            track.add([_number(member.get(track.limit.metric)) for member in members])


def difference_decider(
    metrics: Mapping[str, float], *, n: int, clusters: ArrayLike | None = None
) -> Decider:
    """Returns a decider fed with paired differences (first minus second) of two candidates.

    It is decided when each metric's difference is known to lie above 0 (`pass`) or below (`fail`).

    Args:
        metrics: The confidence of each metric, whose values lie in [0, 1].
        n: Samples planned.
        clusters: Each planned sample's cluster, shape (n,).
    """
    limits = [
        Limit(metric=name, at_least=0.0, confidence=confidence, bounds=(-1.0, 1.0))
        for name, confidence in metrics.items()
    ]
    return Decider(limits, n=n, clusters=clusters)


class _Track:
    """One limit's bets, and the values they were made on, scaled to [0, 1]."""

    def __init__(self, limit: Limit, *, looks: Looks) -> None:
        _check(limit)
        self.limit = limit
        self.verdict: Verdict = "undecided"
        self._largest = looks.largest
        self._means: list[float] = []
        self._sizes: list[int] = []
        self._left_bounds = False
        self._n_decided = 0
        scaled = self._scaled(limit.value) if limit.quantile is None else limit.quantile
        unbounded = limit.bounds is None and limit.quantile is None
        self._large = (
            LargeSampleBound(looks.n_units, confidence=limit.confidence) if unbounded else None
        )
        inside = 0.0 < scaled < 1.0 and not unbounded
        self._bet = Bet(scaled, confidence=limit.confidence) if inside else None

    def add(self, values: Sequence[float]) -> None:
        """Counts the values of one cluster, or one value."""
        limit = self.limit
        known = [value for value in values if not isnan(value)]
        if not known or self._left_bounds:
            return
        if self._large is not None:
            self._add_large(known, self._large)
            return
        if limit.quantile is not None:
            scaled = [float(value <= limit.value) for value in known]
        else:
            scaled = [self._scaled(value) for value in known]
        if min(scaled) < 0.0 or max(scaled) > 1.0:
            # The bound is not one: nothing more can be decided, and nothing decided stands.
            self._left_bounds, self.verdict = True, "undecided"
            return
        self._means.append(sum(scaled) / len(scaled))
        self._sizes.append(len(scaled))
        if self._bet is None or self.verdict != "undecided":
            return
        side = self._bet.add(self._means[-1], weight=self._sizes[-1] / self._largest)
        if side:
            # A quantile lies below the limit if more than its share of values do.
            upwards = (limit.at_least is not None) != (limit.quantile is not None)
            self.verdict = "pass" if (side > 0) == upwards else "fail"
            self._n_decided = sum(self._sizes)

    def _add_large(self, known: Sequence[float], bound: LargeSampleBound) -> None:
        bound.add(sum(known), len(known))
        self._means.append(sum(known) / len(known))
        self._sizes.append(len(known))
        if self.verdict != "undecided":
            return
        low, high = bound.ends()
        at = self.limit.value
        if low > at or high < at:
            self.verdict = "pass" if (low > at) == (self.limit.at_least is not None) else "fail"
            self._n_decided = sum(self._sizes)

    def decision(self) -> Decision:
        """Returns where the limit stands, in words."""
        n = self._n_decided or sum(self._sizes)
        least = "at least" if self.limit.at_least is not None else "at most"
        level = self.limit.quantile
        of = f"the {level * 100:g}th percentile" if level else "the mean"
        claim = f"{self.limit.metric}: {of} {least} {self.limit.value:g}"
        if self.verdict != "undecided":
            why = f"{claim}: decided after {n} samples at {self.limit.confidence * 100:g} %"
        elif self._left_bounds:
            why = f"{claim}: cannot be decided early, its values left their bounds"
        elif self._bet is None and self._large is None:
            why = f"{claim}: cannot be decided early, the limit is an end of the values' range"
        else:
            why = f"{claim}: undecided after {n} samples"
        return Decision(limit=self.limit, verdict=self.verdict, n=n, why=why)

    def estimate(self, direction: Direction, unit: str) -> Estimate:
        """Returns the mean so far with the confidence sequence's interval."""
        low, high = self.limit.bounds or (nan, nan)
        sizes: NDArray[np.int64] = np.array(self._sizes, dtype=np.int64)
        value, ends = None, None
        if self._large is not None and self._means:
            value = float(np.average(self._means, weights=sizes))
            low, high = self._large.ends()
            ends = None if isinf(high) else (low, high)
        elif self._means and not self._left_bounds:
            value = low + (high - low) * float(np.average(self._means, weights=sizes))
            interval = confidence_sequence(
                self._means,
                confidence=self.limit.confidence,
                sizes=sizes,
                largest=self._largest,
            )
            ends = (low + (high - low) * interval.low, low + (high - low) * interval.high)
        return Estimate(
            value=value,
            interval=ends,
            n=int(sizes.sum()),
            clusters=sizes.size,
            confidence=self.limit.confidence,
            statistic="mean",
            method=("anytime betting" if self._large is None else "anytime, large sample")
            if ends
            else "",
            direction=direction,
            unit=unit,
        )

    def _scaled(self, value: float) -> float:
        low, high = self.limit.bounds or (0.0, 1.0)
        return (value - low) / (high - low)


def _check(limit: Limit) -> None:
    checked_confidence(limit.confidence)
    where = Place(field=limit.metric)
    if (limit.at_least is None) == (limit.at_most is None):
        raise UsageError(
            "a limit has exactly one of at_least and at_most", where=where, fix="give one of them"
        )
    if limit.quantile is not None and not 0.0 < limit.quantile < 1.0:
        raise UsageError(
            f"the quantile {limit.quantile} is not in (0, 1)", where=where, fix="use 0.95 or so"
        )
    if limit.bounds is not None and not limit.bounds[0] < limit.bounds[1]:
        raise UsageError(
            f"the bounds {limit.bounds} hold nothing", where=where, fix="give the lower one first"
        )


def _number(value: float | None) -> float:
    return nan if value is None else float(value)
