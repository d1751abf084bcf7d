"""Passages as one context, and back: which passage a stretch of it lies in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from roundtable.generation.guard.types import Span
from roundtable.generation.types import Passage

_BETWEEN = "\n\n"


def joined(passages: Iterable[Passage]) -> str:
    """Returns the passages' texts as the context that a checker reads."""
    return _BETWEEN.join(one.text for one in passages)


def located(passages: Sequence[Passage], span: Span) -> tuple[Passage, Span] | None:
    """Returns the passage that a span of `joined(passages)` begins in, and where in its text.

    None where the span lies between passages.
    """
    at = 0
    for one in passages:
        end = at + len(one.text)
        if at <= span.start < end:
            return one, Span(start=span.start - at, end=min(span.end, end) - at)
        at = end + len(_BETWEEN)
    return None
