"""Finds the few sentences of a context that bear most on a sentence of the answer."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.generation.guard.sentences import sentences
from roundtable.generation.guard.types import Span

_WORDS = re.compile(r"\d+(?:[.,:]\d+)*|\w+(?:['’]\w+)?")  # noqa: RUF001
_STEM_CHARS = 5
_MAX_SENTENCES = 4
_MAX_WINDOW_WORDS = 130

_STOP_WORDS = """
a an the and or but if then than so that this these those there here it its it's he she his
her him they them their we us our you your i me my mine is are was were be been being am do
does did done have has had having will would can could should shall may might must of in on
at to from by with for as into about over under after before between during up down out off
not no nor very just also too only own same such s t don't i'm that's what which who whom
whose when where why how all any both each few more most other some one
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


class Context(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A context laid out once for all sentences that are held against it.

    Args:
        text: The context.
        spans: Its sentences.
        stems: The stems of each sentence, in order.
        rows: Stem to the sentences that hold it.
        runs: Runs of two and of three words, by their length.
    """

    text: str
    spans: tuple[Span, ...]
    stems: tuple[tuple[str, ...], ...]
    rows: dict[str, NDArray[np.int32]]
    runs: dict[int, frozenset[tuple[str, ...]]]


def words(text: str) -> list[str]:
    """Returns the words and numbers of a text in lower case."""
    return _WORDS.findall(text.lower().replace("’", "'"))  # noqa: RUF001


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Returns what a word shares with its inflections: its first five letters; numbers whole.

    >>> stem("countries") == stem("country"), stem("1,250")
    (True, '1250')
    """
    if word[0].isdigit():
        return word.replace(",", "")
    return word.removesuffix("'s")[:_STEM_CHARS]


def content_stems(text: str) -> list[str]:
    """Returns the stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def lay_out(text: str) -> Context:
    """Splits and indexes a context."""
    spans = tuple(sentences(text))
    stems = tuple(tuple(content_stems(text[s.start : s.end])) for s in spans)
    rows: dict[str, list[int]] = {}
    for number, each in enumerate(stems):
        for one in set(each):
            rows.setdefault(one, []).append(number)
    listed = words(text)
    return Context(
        text=text,
        spans=spans,
        stems=stems,
        rows={one: np.array(at, dtype=np.int32) for one, at in rows.items()},
        runs={n: frozenset(zip(*(listed[i:] for i in range(n)), strict=False)) for n in (2, 3)},
    )


def evidence(context: Context, claim: str) -> list[int]:
    """Returns the sentences of the context that bear most on a claim, best first.

    Each further sentence is chosen for what the ones before it do not cover, so that a claim whose
    parts lie apart finds them all. A word counts by how few sentences hold it.

    Args:
        context: The context.
        claim: A sentence, or a whole answer.

    Returns:
        At most four rows of `context.spans`; at least one if the context has any.
    """
    n = len(context.spans)
    if n <= 1:
        return list(range(n))
    wanted = {one: _rarity(context, one) for one in set(content_stems(claim))}
    wanted = {one: weight for one, weight in wanted.items() if one in context.rows}
    lengths = np.array([len(each) for each in context.stems], dtype=np.float64)
    chosen: list[int] = []
    n_words = 0
    while len(chosen) < _MAX_SENTENCES:
        gains = np.zeros(n)
        for one, weight in wanted.items():
            gains[context.rows[one]] += weight
        # Between sentences that cover alike, the shorter one says it more to the point.
        gains = gains / np.sqrt(10.0 + lengths)
        gains[chosen] = -1.0
        best = int(np.argmax(gains))
        if gains[best] <= 0.0 and chosen:
            break
        chosen.append(best)
        n_words += len(words(sentence(context, best)))
        if n_words >= _MAX_WINDOW_WORDS:
            break
        for one in context.stems[best]:
            if one in wanted:
                wanted[one] *= 0.25
    return chosen


def window(context: Context, rows: Sequence[int]) -> str:
    """Returns the chosen sentences as one text, in the order of the context.

    Short contexts are given whole: what a pronoun stands for may be in any sentence.
    """
    if len(words(context.text[: 8 * _MAX_WINDOW_WORDS])) <= _MAX_WINDOW_WORDS and (
        len(context.text) <= 8 * _MAX_WINDOW_WORDS
    ):
        return " ".join(context.text.split())
    wanted = sorted(_with_neighbors(context, rows))
    return " ".join(sentence(context, row) for row in wanted)


def _with_neighbors(context: Context, rows: Sequence[int]) -> set[int]:
    """Adds the sentence before each of the best, while there is room: it names the subject."""
    kept = set(rows)
    room = _MAX_WINDOW_WORDS - sum(len(words(sentence(context, row))) for row in kept)
    for row in rows:
        if row and row - 1 not in kept:
            n_words = len(words(sentence(context, row - 1)))
            if n_words <= room:
                kept.add(row - 1)
                room -= n_words
    return kept


def sentence(context: Context, row: int) -> str:
    """Returns a sentence of the context, its white space evened."""
    span = context.spans[row]
    return " ".join(context.text[span.start : span.end].split())


def _rarity(context: Context, one: str) -> float:
    n_holding = len(context.rows.get(one, ()))
    return math.log(1.0 + len(context.spans) / (1.0 + n_holding))
