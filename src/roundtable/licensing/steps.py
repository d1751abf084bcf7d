"""The table of states: what a relation makes at the child of a state at the parent.

Source: the rules page (`licences/vocabulary.md`), section "How an ancestor P reaches an asset".
"""

from __future__ import annotations

from collections.abc import Mapping

from roundtable.licensing.vocabulary import Relation

WORK, MODIFIED, MIXED, OUTPUT, TRAINED, SHOWN, SAME, OTHER = range(8)
"""The states, as their numbers in `vocabulary.STATES`."""
N_STATES = 8
MERGED, LEARNT = -1, -2
"""Where the state at the child depends on its roots: modified or mixed, learnt-same or -other."""
BASES: frozenset[Relation] = frozenset(
    ("fine-tuned-from", "adapter-of", "merged-from", "quantized-from")
)
"""Relations to what an asset has its weights from: they lead to its roots."""

_OWN = (WORK, MODIFIED, MIXED)
_CHANGED = {WORK: MODIFIED, MODIFIED: MODIFIED, MIXED: MIXED}
_KEPT = {SAME: SAME, OTHER: OTHER, TRAINED: TRAINED, SHOWN: SHOWN}
STEPS: dict[Relation, dict[int, int]] = {
    "fine-tuned-from": _CHANGED | _KEPT,
    "adapter-of": _CHANGED | _KEPT,
    "merged-from": {WORK: MERGED, MODIFIED: MERGED, MIXED: MIXED} | _KEPT,
    "quantized-from": _CHANGED | _KEPT,
    "distilled-from": dict.fromkeys((*_OWN, SAME, OTHER), LEARNT),
    "trained-on": dict.fromkeys(_OWN, TRAINED) | {OUTPUT: LEARNT},
    "generated-by": dict.fromkeys((*_OWN, SAME, OTHER), OUTPUT),
    "derived-from": _CHANGED | {OUTPUT: OUTPUT},
    "retrieves-from": dict.fromkeys(_OWN, SHOWN),
    "includes": {state: state for state in range(N_STATES)},
    "evaluated-on": {},
}
"""Relation to: state at the parent to state at the child. What is not there ends the reach."""


def sources(steps: Mapping[int, int], after: int) -> tuple[tuple[int, int], ...]:
    """Returns what can become a state: (state at the parent, the step's own entry).

    >>> sources(STEPS["trained-on"], OTHER)
    ((3, -2),)
    """
    through = {MODIFIED: MERGED, MIXED: MERGED, SAME: LEARNT, OTHER: LEARNT}.get(after, after)
    return tuple((before, step) for before, step in steps.items() if step in (after, through))
