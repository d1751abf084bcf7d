"""An answer held against passages: how likely each of its sentences is not supported by them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from roundtable.generation.grounding.citations import without_marks
from roundtable.generation.grounding.context import joined, located
from roundtable.generation.guard.protocol import Checker
from roundtable.generation.guard.scoring import score
from roundtable.generation.guard.types import Claim, SentenceScore
from roundtable.generation.types import Passage, SentenceCheck

_CHECKED_AT_MOST = 20_000


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What a checker says of an answer.

    Args:
        p_unsupported: Estimated probability that the passages do not support the answer.
        sentences: Each sentence by itself, in order.
        note: Why this says less than usual, if it does.
    """

    p_unsupported: float
    sentences: tuple[SentenceCheck, ...]
    note: str = ""


def hold(
    text: str, passages: Sequence[Passage], *, question: str = "", checker: Checker | None = None
) -> Holding:
    """Returns how likely an answer is not supported by passages; CPU work.

    Marks of citations are no part of what is checked. Of an answer longer than 20,000 characters
    the rest is not read: nobody vouches for it, so the answer counts as not supported.

    Args:
        text: The answer.
        passages: All that it may rest on.
        question: What was asked.
        checker: Another than the one built in.

    Raises:
        MissingExtraError: the checker's engine is not installed.
    """
    read = without_marks(text[:_CHECKED_AT_MOST])
    claim = Claim(id="", context=joined(passages), answer=read, question=question)
    (verdict,) = score([claim], checker=checker)
    found = tuple(_check(one, passages) for one in verdict.sentences)
    if len(text) > _CHECKED_AT_MOST:
        rest = SentenceCheck(start=_CHECKED_AT_MOST, end=len(text), p_unsupported=1.0)
        note = f"only the first {_CHECKED_AT_MOST:,} of {len(text):,} characters were read"
        return Holding(p_unsupported=1.0, sentences=(*found, rest), note=note)
    return Holding(p_unsupported=verdict.score, sentences=found, note=verdict.note)


def _check(one: SentenceScore, passages: Sequence[Passage]) -> SentenceCheck:
    found = next((at for span in one.support if (at := located(passages, span))), None)
    if found is None:
        return SentenceCheck(start=one.start, end=one.end, p_unsupported=one.score)
    passage, span = found
    return SentenceCheck(
        start=one.start,
        end=one.end,
        p_unsupported=one.score,
        passage=passage.text,
        source=passage.source,
        quote_start=span.start,
        quote_end=span.end,
    )
