"""What is kept of a candidate's results, and estimates made of it at any confidence.

A run, a run shown again and a run whose limits have changed all make their estimates here, from the
same values: so they agree to the last digit.
"""

from __future__ import annotations

import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.anytime import Looks, anytime_metric, anytime_quantile
from roundtable.evaluation.classes import macro_estimate
from roundtable.evaluation.estimates import summarize_metric, summarize_quantile
from roundtable.evaluation.types import Direction, Estimate

QUANTILES = {"latency_p50_ms": 0.5, "latency_p95_ms": 0.95}
USD_PER_1K = "usd_per_1k"
LATENCY_MS = "latency_ms"
NOT_ANYTIME = "no interval holds at every look"


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A column of values, one per sample in the order evaluated, as the store keeps it.

    Args:
        name: The metric's, or what was measured.
        data: See `pack`.
        binary: Whether the values are 0 and 1, so that their mean is a share.
        direction: Which way is better.
        unit: Of the values; empty for shares and scores in [0, 1].
        corpus: Whether the metric has no value for one sample: these say only what was right.
    """

    name: str
    data: bytes
    binary: bool = False
    direction: Direction = "higher"
    unit: str = ""
    corpus: bool = False

    def values(self) -> NDArray[np.float64]:
        """Returns the values, shape (n,); NaN for none."""
        return unpacked(self.data, "<f8").astype(np.float64)


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Each sample's label and the one given, as numbers from 0, packed; -1 is none.

    Args:
        names: Of the classes.
        expected: Packed int32.
        given: Packed int32.
    """

    names: tuple[str, ...]
    expected: bytes
    given: bytes

    def codes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns expected and given, each of shape (n,)."""
        both = (unpacked(data, "<i4").astype(np.int64) for data in (self.expected, self.given))
        expected, given = both
        return expected, given


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """All that a candidate's estimates are made of.

    Args:
        columns: One per metric.
        latency_ms: Of each answer.
        usd_per_1k: A thousand times what each sample cost.
        n_errors: Samples without an answer.
        labels: For metrics that need all labels at once; None without such.
        looks: If the run might have stopped early: then intervals hold at every look.
    """

    columns: tuple[Packed, ...]
    latency_ms: Packed
    usd_per_1k: Packed
    n_errors: int = 0
    labels: Labels | None = None
    looks: Looks | None = None

    def estimate(
        self, name: str, *, clusters: NDArray[np.int64] | None, confidence: float = 0.95
    ) -> Estimate | None:
        """Returns the estimate of a metric, of `latency_p50_ms`, `latency_p95_ms` or `usd_per_1k`.

        Args:
            name: Which.
            clusters: Each sample's cluster, shape (n,), or None if all are independent.
            confidence: Of the interval, in (0, 1).

        Returns:
            None if there is no such metric.
        """
        if name in QUANTILES:
            values, q = self.latency_ms.values(), QUANTILES[name]
            if self.looks is not None:
                return anytime_quantile(
                    values, q, looks=self.looks, clusters=clusters, confidence=confidence
                )
            return summarize_quantile(
                values, q, clusters=clusters, unit="ms", confidence=confidence
            )
        if name == USD_PER_1K:
            return self._mean(self.usd_per_1k, clusters, confidence, n_errors=0)
        for packed in self.columns:
            if packed.name == name and packed.corpus:
                return self._corpus(clusters, confidence)
            if packed.name == name:
                return self._mean(packed, clusters, confidence, n_errors=self.n_errors)
        return None

    def _mean(
        self,
        packed: Packed,
        clusters: NDArray[np.int64] | None,
        confidence: float,
        *,
        n_errors: int,
    ) -> Estimate:
        if self.looks is not None:
            return anytime_metric(
                packed.values(),
                statistic="proportion" if packed.binary else "mean",
                looks=self.looks,
                clusters=clusters,
                n_errors=n_errors,
                direction=packed.direction,
                unit=packed.unit,
                confidence=confidence,
            )
        return summarize_metric(
            packed.values(),
            statistic="proportion" if packed.binary else "mean",
            clusters=clusters,
            n_errors=n_errors,
            direction=packed.direction,
            unit=packed.unit,
            confidence=confidence,
        )

    def _corpus(self, clusters: NDArray[np.int64] | None, confidence: float) -> Estimate:
        if self.labels is None:
            return Estimate(value=None, confidence=confidence, statistic="corpus")
        expected, given = self.labels.codes()
        known = expected >= 0
        estimate = macro_estimate(
            expected[known],
            given[known],
            names=self.labels.names,
            clusters=None if clusters is None else clusters[known],
            confidence=confidence,
        )
        if self.looks is not None:
            return msgspec.structs.replace(estimate, interval=None, method=NOT_ANYTIME)
        return estimate


def pack(values: NDArray[np.float64] | NDArray[np.int64], dtype: str = "<f8") -> bytes:
    """Returns values as little-endian bytes, compressed: shares shrink to a thirtieth."""
    return zlib.compress(values.astype(dtype).tobytes(), level=1)


def unpacked(data: bytes, dtype: str) -> NDArray[np.generic]:
    """Returns what `pack` was given."""
    return np.frombuffer(zlib.decompress(data), dtype=dtype)
