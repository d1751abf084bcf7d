"""Where each sentence of a text lies, to the character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from roundtable.generation.guard.types import Span

MAX_SENTENCE_CHARS = 1000
"""A longer stretch without an end of a sentence is cut at a space."""

# Ends: a run of terminators with what closes after it, then space; a wide terminator needs none; a
# line's end always ends a sentence (headings, list items).
_ENDS = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』”’]*|\n")  # noqa: RUF001
_LAST_WORD = re.compile(r"(\S+)$")
_SHORT = """
mr mrs ms dr prof sr jr st mt ft lt col gen capt sgt rev hon gov sen rep pres vs etc al eg ie cf
ca approx est inc ltd co corp bros dept univ assn fig figs no nos vol jan feb mar apr jun jul aug
sep sept oct nov dec mon tue wed thu fri sat sun u.s u.k u.n e.g i.e a.m p.m a.k.a ph.d b.a m.a
d.c
"""
_ABBREVIATIONS = frozenset(_SHORT.split())


def sentences(text: str) -> list[Span]:
    """Returns the sentences of a text in order; with the white space between them they make it up.

    >>> [text[s.start : s.end] for text in ["Hi there. Go!"] for s in sentences(text)]
    ['Hi there.', 'Go!']

    Args:
        text: Any text, in any case; it may be empty.
    """
    found: list[Span] = []
    for start, end in _pieces(text):
        span = _stripped(text, start, end)
        if span is None:
            continue
        if found and not _has_word(text, span):
            # A stray mark belongs to what stands before it.
            found[-1] = Span(start=found[-1].start, end=span.end)
            continue
        found.extend(_cut(text, span))
    return found


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _ENDS.finditer(text):
        if match[0][0] == "." and not _ends_sentence(text, start, match):
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(text)


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Returns whether a period ends a sentence, not only an abbreviation or an initial."""
    before = _LAST_WORD.search(text[max(start, match.start() - 40) : match.start()])
    if before is None:
        return True  # a period that stands alone, as in tokenized text
    word = before[1].lower().lstrip("(\"'[“‘")  # noqa: RUF001
    if word in _ABBREVIATIONS:
        return False
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    # "J. Smith" goes on; "plan b. then" may end, so only an initial in capitals counts.
    return not (is_initial and before[1].lstrip("(\"'[“‘").isupper())  # noqa: RUF001


def _stripped(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    kept = piece.strip()
    return Span(start=start + left, end=start + left + len(kept)) if kept else None


def _has_word(text: str, span: Span) -> bool:
    return any(c.isalnum() for c in text[span.start : span.end])


def _cut(text: str, span: Span) -> Iterator[Span]:
    start = span.start
    while span.end - start > MAX_SENTENCE_CHARS:
        limit = start + MAX_SENTENCE_CHARS
        at = max(text.rfind(" ", start, limit), text.rfind("\t", start, limit))
        end = at if at > start else limit
        piece = _stripped(text, start, end)
        if piece is not None:
            yield piece
        start = end
    rest = _stripped(text, start, span.end)
    if rest is not None:
        yield rest
