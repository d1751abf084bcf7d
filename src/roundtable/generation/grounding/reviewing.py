"""What happens to an answer before it goes out: taken apart, withheld, or let through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from roundtable.generation.grounding.abstaining import UNKNOWN
from roundtable.generation.grounding.citations import SUPPORTED_AT_MOST, cited_sentences, uncited
from roundtable.generation.grounding.holding import Holding, hold
from roundtable.generation.guard.fitting import Guard
from roundtable.generation.guard.protocol import Checker
from roundtable.generation.types import Answer, SentenceCheck

Unsupported = Literal["keep", "remove", "withhold"]


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """How a grounded answer is treated once it is there.

    Args:
        checker: Says how likely it is not supported by its passages.
        unsupported: What becomes of sentences that are likelier unsupported than supported: they
            are kept, taken out, or the whole answer is withheld.
        guard: Decides whether what is left goes out; None without.
        guarded_by: The guard's name.
        on_abstain: What is said instead of an answer.
        asks: The input that holds the question; empty if none does.
    """

    checker: Checker
    unsupported: Unsupported = "keep"
    guard: Guard | None = None
    guarded_by: str = ""
    on_abstain: str = ""
    asks: str = ""

    def reviewed(self, answer: Answer, inputs: Mapping[str, object]) -> Answer:
        """Returns the answer as it may go out; CPU work.

        Args:
            answer: With its passages.
            inputs: What it was made from.
        """
        question = str(inputs.get(self.asks, ""))
        text, why = answer.text, ""
        removed: tuple[str, ...] = ()
        held = self._held(answer, text, question)
        if self.unsupported != "keep":
            text, removed = _parted(text, held.sentences)
            if removed and self.unsupported == "withhold":
                why = f"withheld: {_count(removed)} not supported by the passages"
            elif removed and not text:
                why = "withheld: no sentence is supported by the passages"
            elif removed:
                held = self._held(answer, text, question)
        if not why and self.guard is not None:
            why = self._guarded(self.guard, held, inputs)
        seen = msgspec.structs.replace(answer, p_unsupported=held.p_unsupported, removed=removed)
        if why:
            said = self.on_abstain or UNKNOWN
            return msgspec.structs.replace(
                seen, text=said, value=said, original=answer.text, abstained=True, note=why
            )
        if removed:
            note = f"taken out: {_count(removed)} not supported by the passages"
            return msgspec.structs.replace(
                seen, text=text, value=uncited(text), original=answer.text, note=note
            )
        return seen

    def _held(self, answer: Answer, text: str, question: str) -> Holding:
        return hold(text, answer.passages, question=question, checker=self.checker)

    def _guarded(self, guard: Guard, held: Holding, inputs: Mapping[str, object]) -> str:
        """Returns why the guard withholds the answer, or nothing if it lets it out."""
        group = str(inputs[guard.group_by]) if guard.group_by in inputs else None
        if guard.decide(held.p_unsupported, group=group) == "answer":
            return ""
        limit = guard.threshold
        if guard.group_by:
            limit = next((one.threshold for one in guard.groups if one.group == group), None)
        bound = "it lets nothing out" if limit is None else f"its limit is {limit:.3f}"
        return f"withheld by {self.guarded_by}: scored {held.p_unsupported:.3f}, {bound}"


def _parted(text: str, checks: tuple[SentenceCheck, ...]) -> tuple[str, tuple[str, ...]]:
    """Returns a text without the sentences that fail, and those."""
    bad = [one for one in checks if one.p_unsupported > SUPPORTED_AT_MOST]
    if not bad:
        return text, ()
    ends = {one.start: one.end for one in cited_sentences(text)}
    kept, at = [], 0
    for one in bad:
        # A sentence goes with its citations.
        kept.append(text[at : one.start].rstrip())
        at = max(at, one.end, ends.get(one.start, 0))
    kept.append(text[at:])
    removed = tuple(text[one.start : one.end].strip() for one in bad)
    left = "".join(kept).strip()
    return (left if any(c.isalnum() for c in uncited(left)) else ""), removed


def _count(removed: tuple[str, ...]) -> str:
    return "a sentence is" if len(removed) == 1 else f"{len(removed)} sentences are"
