"""Doing without a language model: what one has to beat."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Literal

from roundtable.errors import RequestError
from roundtable.generation.types import OptionScore, Request, Response

_SMOOTHING = 1e-3


@dataclass(frozen=True)
class Baseline:
    """Answers by the weighted vote of the labelled examples that come with a request.

    With `select = "similar"` these are the nearest neighbors, weighted by similarity; with
    `select = "counts"` they stand for whole classes, weighted by their rows: the majority class.

    Source: Dudani 1976, The Distance-Weighted k-Nearest-Neighbor Rule.

    Args:
        model: `neighbours` or `majority`; the examples decide, this is only its name.
    """

    model: Literal["neighbours", "majority"] = "neighbours"

    @property
    def enforces(self) -> frozenset[str]:
        """It says only what an example says, so every output space holds by itself."""
        return frozenset({"choice", "json-schema", "regex", "gbnf"})

    @property
    def endpoint(self) -> str:
        """The version of this code: part of a call's key."""
        return "baseline-1"

    @property
    def scores_options(self) -> bool:
        """True: shares of the vote are scores."""
        return True

    async def complete(self, request: Request, /) -> Response:
        """Returns the target with the largest weight; of equal ones, the one with the nearest row.

        Raises:
            RequestError: the request has no examples.
        """
        started_s = time.perf_counter()
        if not request.examples:
            raise RequestError(
                "the baseline has no labelled examples to answer from",
                provider="baseline",
                fix='give the candidate examples = { dataset = "...", split = "train" }',
            )
        weights: dict[str, float] = {}
        nearest: dict[str, float] = {}
        for example in request.examples:
            weights[example.target] = weights.get(example.target, 0.0) + example.weight
            nearest[example.target] = max(nearest.get(example.target, 0.0), example.weight)
        winner = max(weights, key=lambda target: (weights[target], nearest[target]))
        total = sum(weights.values()) + _SMOOTHING * len(request.scores)
        scores = tuple(
            OptionScore(
                option=option,
                logprob=math.log((weights.get(option, 0.0) + _SMOOTHING) / total),
                n_tokens=1,
            )
            for option in request.scores
        )
        latency_ms = (time.perf_counter() - started_s) * 1000
        return Response(text=winner, model=request.model, scores=scores, latency_ms=latency_ms)
