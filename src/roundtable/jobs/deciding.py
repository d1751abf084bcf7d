"""What candidates are held to, and when a run may stop because that is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.kept import LATENCY_MS, QUANTILES, USD_PER_1K
from roundtable.evaluation.stopping import Decider, Limit
from roundtable.evaluation.summary import CandidateSummary
from roundtable.evaluation.types import Metric
from roundtable.governance import GateLimit
from roundtable.workspace import UseCase

_UNSUPPORTED = "unsupported"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a gate, as they are held.

    Args:
        limits: Each at the confidence that it is held at.
        named: The candidate that is to go live; empty if the best one is picked.
        n_compared: How many candidates it is picked from.
    """

    limits: tuple[GateLimit, ...]
    named: str
    n_compared: int


def held(usecase: UseCase, candidates: Sequence[str]) -> Held:
    """Returns what these candidates are held to.

    With several candidates and none named beforehand, the best one is partly best by luck: each
    limit then has to hold at a confidence corrected for the number of candidates (Bonferroni).

    Args:
        usecase: With its gate.
        candidates: The ids of those that are run.
    """
    gate = usecase.gate
    if gate is None:
        return Held(limits=(), named="", n_compared=len(candidates))
    n_compared = 1 if gate.candidate in candidates else len(candidates)
    return Held(
        limits=tuple(
            GateLimit(
                metric=name,
                at_least=limit.at_least,
                at_most=limit.at_most,
                confidence=1 - (1 - limit.confidence) / n_compared,
            )
            for name, limit in gate.limits.items()
            if name != _UNSUPPORTED or not unsupported_lacks(usecase)
        ),
        named=gate.candidate,
        n_compared=n_compared,
    )


def unsupported_lacks(usecase: UseCase) -> str:
    """Returns why a limit on `unsupported` cannot be measured; empty if it can, or there is none.

    Where the use case does not name the metric, it measures itself if some candidate is grounded.
    """
    limits = usecase.gate.limits if usecase.gate is not None else ()
    named = any(one.name == _UNSUPPORTED for one in usecase.metrics)
    if _UNSUPPORTED not in limits or named or any(one.grounding for one in usecase.candidates):
        return ""
    return (
        "there is no context to hold answers against: ground a candidate in a corpus, or name the"
        ' metric with one, such as { name = "unsupported", context = "..." }'
    )


def may_stop(usecase: UseCase) -> bool:
    """Returns whether the use case asks for runs that end once their gate is decided."""
    return bool(usecase.stop == "when-decided")


def never_decided(usecase: UseCase, metrics: Mapping[str, Metric]) -> str:
    """Returns why a run that may stop early cannot do so, or nothing if it can."""
    limits = usecase.gate.limits if usecase.gate is not None else ()
    known = [name for name in limits if _measured(name, metrics)]
    if not known:
        return "its gate has no limit on what is measured"
    for name in known:
        if getattr(metrics.get(name), "statistic", "") == "corpus":
            return f"no interval of {name} holds at every look"
    return ""


def in_words(
    usecase: UseCase,
    summaries: Sequence[CandidateSummary],
    *,
    metrics: Mapping[str, Metric],
    n: int,
) -> tuple[str, ...]:
    """Returns what a reader must know of a run that may stop early: nothing of another.

    Args:
        usecase: With its gate.
        summaries: Its candidates.
        metrics: What was measured, by name.
        n: Samples planned.
    """
    if not may_stop(usecase):
        return ()
    why = never_decided(usecase, metrics)
    if why:
        return (
            f"The run could not stop once decided, because {why}: all {n} samples were asked, and"
            " intervals are ordinary ones.",
        )
    counts = ", ".join(f"{one.id} after {one.n_samples}" for one in summaries)
    return (
        f"Each candidate could stop as soon as its limits were decided (of {n} samples: {counts})."
        " Intervals and tests are anytime-valid: wider than ordinary ones, and true however often"
        " one looks.",
    )


def deciders(
    usecase: UseCase,
    candidates: Sequence[str],
    *,
    metrics: Mapping[str, Metric],
    n: int,
    clusters: NDArray[np.int64] | None,
) -> dict[str, Decider]:
    """Returns what may stop each candidate: nothing where the run has to go on to its end.

    A run that has to go on has as many samples as planned, so that ordinary intervals hold.

    Args:
        usecase: With its gate.
        candidates: The ids of those that are run.
        metrics: What is measured, by name.
        n: Samples planned.
        clusters: Each one's cluster, shape (n,), or None.
    """
    if not may_stop(usecase) or never_decided(usecase, metrics):
        return {}
    limits = [
        one
        for limit in held(usecase, candidates).limits
        if _measured(limit.metric, metrics)
        for one in _ends(limit, metrics.get(limit.metric))
    ]
    return {id: Decider(limits, n=n, clusters=clusters) for id in candidates}


def _measured(name: str, metrics: Mapping[str, Metric]) -> bool:
    return name in metrics or name in QUANTILES or name == USD_PER_1K


def _ends(limit: GateLimit, metric: Metric | None) -> list[Limit]:
    """Returns a limit's ends, one by one."""
    quantile = QUANTILES.get(limit.metric)
    bounded = quantile is None and limit.metric != USD_PER_1K and not getattr(metric, "unit", "")
    both = [{"at_least": limit.at_least}, {"at_most": limit.at_most}]
    return [
        Limit(
            metric=limit.metric if quantile is None else LATENCY_MS,
            confidence=limit.confidence,
            bounds=(0.0, 1.0) if bounded else None,
            quantile=quantile,
            **end,
        )
        for end in both
        if None not in end.values()
    ]
