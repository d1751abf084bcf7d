"""Says in plain words why a clause binds: how its asset came in, and what the clause asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from roundtable.licensing.types import Clause, Terms, Use
from roundtable.licensing.vocabulary import Effect, Relation, Verdict

_VERBS: dict[Relation, str] = {
    "fine-tuned-from": "was fine-tuned from {}",
    "adapter-of": "is an adapter of {}",
    "merged-from": "was merged from {}",
    "quantized-from": "was quantized from {}",
    "distilled-from": "was distilled from {}",
    "trained-on": "was trained on {}",
    "generated-by": "was written by {}",
    "derived-from": "was made from {}",
    "retrieves-from": "shows passages of {}",
    "includes": "includes {}",
    "evaluated-on": "was evaluated on {}",
}
_MAX_STEPS = 6


class Reason(NamedTuple):
    """What a sentence is made of."""

    terms: Terms
    clause: Clause
    verdict: Verdict
    duties: tuple[str, ...]
    # From the ancestor to the used asset.
    ids: tuple[str, ...]
    relations: tuple[Relation, ...]
    unsaid: bool
    conflict: bool
    effect: Effect | None


def why(reason: Reason, use: Use) -> str:
    """Returns one or two sentences for a person who is no lawyer."""
    return f"{way(reason.ids, reason.relations)}: {_rule(reason)}{_consequence(reason, use)}"


def way(down: Sequence[str], made: Sequence[Relation]) -> str:
    """Returns how an ancestor came into an asset, told from the asset.

    Args:
        down: Ids from the ancestor to the asset.
        made: How each but the first was made from the one before it.
    """
    ids, relations = down[::-1], made[::-1]
    if len(ids) == 1:
        return f"{ids[0]} is used itself"
    steps = [
        _VERBS[relation].format(parent) for relation, parent in zip(relations, ids[1:], strict=True)
    ]
    if len(steps) > _MAX_STEPS:
        left = len(steps) - 4
        steps = [*steps[:3], f"goes back over {left} more steps to what {steps[-1]}"]
    return f"{ids[0]} {', which '.join(steps)}"


def _rule(reason: Reason) -> str:
    return f"{reason.terms.name}, {reason.clause.id}: {reason.clause.gist}"


def _consequence(reason: Reason, use: Use) -> str:
    return ""
