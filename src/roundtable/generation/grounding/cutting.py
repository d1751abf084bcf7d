"""Cuts documents into passages that can be cited to the character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from roundtable.errors import UsageError
from roundtable.generation.grounding.documents import Document
from roundtable.generation.guard.sentences import sentences
from roundtable.generation.types import Passage

_TOKEN = re.compile(r"\w+|[^\w\s]")
_HEADING = re.compile(r"#{1,6}\s")


def cut(document: Document, *, max_tokens: int = 200, overlap_tokens: int = 40) -> list[Passage]:
    """Returns the passages of a document, in order.

    A passage is whole sentences, as many as fit; the last of one stand again at the beginning of
    the next, as many as fit into the overlap, unless a heading begins it. A sentence longer than a
    passage is cut between words.

    Args:
        document: What is cut.
        max_tokens: The most words and marks of a passage, at least 1.
        overlap_tokens: The most that neighbors share, fewer than `max_tokens`.

    Raises:
        UsageError: the numbers are impossible.
    """
    if not 0 <= overlap_tokens < max_tokens:
        raise UsageError(
            f"passages of {max_tokens} tokens cannot share {overlap_tokens}",
            fix="let them share fewer than they have",
        )
    found: list[Passage] = []
    held: list[tuple[int, int, int]] = []
    n_held = n_new = 0
    for start, end, n in _units(document.text, max_tokens):
        begins = _HEADING.match(document.text, start) is not None
        if held and (n_held + n > max_tokens or (begins and n_held * 4 >= max_tokens)):
            if n_new:
                found.append(_passage(document, held, len(found)))
            held = [] if begins else _shared(held, min(overlap_tokens, max_tokens - n))
            n_held, n_new = sum(unit[2] for unit in held), 0
        held.append((start, end, n))
        n_held += n
        n_new += n
    if n_new:
        found.append(_passage(document, held, len(found)))
    return found


def _units(text: str, max_tokens: int) -> Iterator[tuple[int, int, int]]:
    """Yields sentences, or pieces of them that fit: start, end, tokens."""
    for span in sentences(text):
        tokens = list(_TOKEN.finditer(text, span.start, span.end))
        for first in range(0, len(tokens), max_tokens):
            piece = tokens[first : first + max_tokens]
            start = span.start if first == 0 else piece[0].start()
            whole = first + max_tokens >= len(tokens)
            yield start, span.end if whole else piece[-1].end(), len(piece)


def _shared(held: list[tuple[int, int, int]], most: int) -> list[tuple[int, int, int]]:
    kept: list[tuple[int, int, int]] = []
    for unit in reversed(held):
        most -= unit[2]
        if most < 0:
            break
        kept.insert(0, unit)
    return kept


def _passage(document: Document, held: list[tuple[int, int, int]], number: int) -> Passage:
    start, end = held[0][0], held[-1][1]
    return Passage(
        id=f"{document.source}:{number}",
        text=document.text[start:end],
        source=document.source,
        start=document.origin(start),
        end=document.origin(end - 1) + 1,
    )
