"""What a checker is given, and what it says."""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A stretch of a text, in characters: `text[start:end]`."""

    start: int
    end: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and the context that is to support it.

    Args:
        id: The row's id.
        context: All that the answer may rest on.
        answer: What is checked.
        question: What was asked; it may be empty.
        line: The line in the file that it came from, or 0.
    """

    id: str | int
    context: str
    answer: str
    question: str = ""
    line: int = 0


class SentenceScore(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of an answer.

    Args:
        start: Its first character in the answer.
        end: One past its last character in the answer.
        score: Estimated probability, in [0, 1], that the context does not support it.
        support: Where in the context the evidence lies that it was held against, best first;
            evidence that bears on a sentence may also contradict it.
    """

    start: int
    end: int
    score: float
    support: tuple[Span, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How sure a checker is that an answer is not supported.

    Args:
        id: The row's id.
        score: Estimated probability, in [0, 1], that the context does not support the answer.
        sentences: The sentences of the answer, in order.
        note: Why the score says less than usual, if it does.
    """

    id: str | int
    score: float
    sentences: tuple[SentenceScore, ...]
    note: str = ""
