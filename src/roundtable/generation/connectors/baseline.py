"""No model at all: what labelled examples alone answer. A use case must beat it to need an LLM."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from roundtable.errors import RequestError, UsageError
from roundtable.generation.types import Example, OptionScore, Request, Response


@dataclass(frozen=True)
class Baseline:
    """Answers with the target that weighs most among the request's examples.

    `neighbours` expects the examples most similar to the input, weighted by their similarity: a
    nearest-neighbour classifier. `majority` expects one example a class, weighted by its rows.
    Both count the same way; ties go to the target with more examples, then to the one whose
    heaviest example weighs more, then to the first in alphabetical order.

    Args:
        model: `neighbours` or `majority`.
    """

    model: str = "neighbours"

    scores_options = True

    def __post_init__(self) -> None:
        """Refuses a model that there is not."""
        if self.model not in ("neighbours", "majority"):
            raise UsageError(
                f"there is no baseline {self.model!r}", fix="use `neighbours` or `majority`"
            )

    @property
    def enforces(self) -> frozenset[str]:
        """Nothing: an answer is an example's target as it stands."""
        return frozenset()

    @property
    def endpoint(self) -> str:
        """Answers depend on the request alone."""
        return ""

    async def complete(self, request: Request, /) -> Response:
        """Answers from the request's examples.

        Raises:
            RequestError: there are none.
        """
        begun = time.perf_counter()
        shares = _shares(request.examples)
        scores = _scores(shares, request.scores) if request.scores else ()
        text = next(iter(shares))
        if scores:
            # Only an option may be answered; among equals the order of `shares` decides.
            ranks = {target: -rank for rank, target in enumerate(shares)}
            best = max(scores, key=lambda s: (s.logprob, ranks.get(s.option, -len(ranks))))
            text = best.option
        elapsed_ms = (time.perf_counter() - begun) * 1000
        return Response(text=text, model=self.model, scores=scores, latency_ms=elapsed_ms)


def _shares(examples: Sequence[Example]) -> dict[str, float]:
    """Returns each target's share of the weight, the answer first.

    Raises:
        RequestError: there are no examples.
    """
    if not examples:
        raise RequestError(
            "the baseline has no examples to answer from",
            provider="baseline",
            fix='give the candidate `examples = { dataset = "...", select = "similar" }`, or '
            '`select = "counts"` for the majority class',
        )
    weights: dict[str, list[float]] = {}
    for example in examples:
        weights.setdefault(example.target, []).append(max(example.weight, 0.0))
    total = math.fsum(weight for each in weights.values() for weight in each)
    if total == 0.0:
        # Nothing is similar: every example counts the same.
        weights = {target: [1.0] * len(each) for target, each in weights.items()}
        total = float(len(examples))
    order = sorted(
        weights,
        key=lambda t: (-math.fsum(weights[t]), -len(weights[t]), -max(weights[t]), t),
    )
    return {target: math.fsum(weights[target]) / total for target in order}


def _scores(shares: dict[str, float], options: Sequence[str]) -> tuple[OptionScore, ...]:
    """Returns the log of each option's share, smoothed so that an option without votes has one.

    Source: additive (Lidstone) smoothing, with too little to change a share: as if each option
        had a millionth of the votes more.
    """
    extra = 1e-6
    within = math.fsum(shares.get(option, 0.0) for option in options)
    total = within + extra * len(options)
    return tuple(
        OptionScore(
            option=option,
            logprob=math.log((shares.get(option, 0.0) + extra) / total),
            n_tokens=1,
        )
        for option in options
    )
