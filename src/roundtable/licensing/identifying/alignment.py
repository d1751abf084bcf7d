"""Which words of one text stand, in order, in another: a fast difference of two word lists.

Runs that occur once in both texts are anchors (the longest increasing row of them is kept); between
anchors it looks for shorter ones, and what remains is small enough for `difflib`. A license of
6,000 words takes about ten milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import msgspec

_RUNS = (12, 6, 3, 1)
_SMALL = 60_000
"""Product of lengths up to which `difflib` compares a gap."""


class Hunk(msgspec.Struct, frozen=True):
    """A place where the texts differ: words `[left_first, left_last)` became `[first, last)`."""

    left_first: int
    left_last: int
    first: int
    last: int


class Row:
    """Words of a text that is compared more than once: its runs are counted once.

    Args:
        words: The words, or whatever stands for them.
    """

    def __init__(self, words: Sequence[Hashable]) -> None:
        self.words = tuple(words)
        self._runs: dict[int, list[int]] = {}

    def runs(self, length: int) -> list[int]:
        """Returns a number for the run of that many words that begins at each word."""
        if length not in self._runs:
            words = self.words
            last = len(words) - length + 1
            self._runs[length] = [hash(words[i : i + length]) for i in range(last)]
        return self._runs[length]


def hunks_between(first: Row | Sequence[Hashable], second: Row | Sequence[Hashable]) -> list[Hunk]:
    """Returns where the texts differ, in order; none if they hold the same words."""
    left = first if isinstance(first, Row) else Row(first)
    right = second if isinstance(second, Row) else Row(second)
    hunks: list[Hunk] = []
    i = j = 0
    for a, b, n in (*_blocks(left, right), (len(left.words), len(right.words), 0)):
        if a > i or b > j:
            hunks.append(Hunk(i, a, j, b))
        i, j = a + n, b + n
    return hunks


def _blocks(first: Row, second: Row) -> list[tuple[int, int, int]]:
    left, right = first.words, second.words
    blocks: list[tuple[int, int, int]] = []
    todo = [(0, len(left), 0, len(right), 0)]
    while todo:
        a, a_end, b, b_end, level = todo.pop()
        start = a
        while a < a_end and b < b_end and left[a] == right[b]:
            a, b = a + 1, b + 1
        if a > start:
            blocks.append((start, b - (a - start), a - start))
        end = a_end
        while a < a_end and b < b_end and left[a_end - 1] == right[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
        if end > a_end:
            blocks.append((a_end, b_end, end - a_end))
        if a == a_end or b == b_end:
            continue
        todo += _split(first, second, (a, a_end, b, b_end, level), blocks)
    return sorted(blocks)


def _split(
    left: Row,
    right: Row,
    gap: tuple[int, int, int, int, int],
    blocks: list[tuple[int, int, int]],
) -> list[tuple[int, int, int, int, int]]:
    """Returns the gaps between the anchors of a gap; a small gap is compared at once."""
    a, a_end, b, b_end, level = gap
    if (a_end - a) * (b_end - b) <= _SMALL and level:
        matcher = SequenceMatcher(None, left.words[a:a_end], right.words[b:b_end], autojunk=False)
        blocks += [(a + m.a, b + m.b, m.size) for m in matcher.get_matching_blocks() if m.size]
        return []
    while level < len(_RUNS):
        anchors = _anchors(left, right, gap, _RUNS[level])
        if anchors:
            gaps = []
            for i, j in (*anchors, (a_end, b_end)):
                if i >= a and j >= b:
                    gaps.append((a, i, b, j, level + 1))
                    a, b = i, j
            # What follows an anchor begins with the anchor itself, which the prefix scan takes.
            return gaps
        level += 1
    return []


def _anchors(
    left: Row, right: Row, gap: tuple[int, int, int, int, int], run: int
) -> list[tuple[int, int]]:
    """Returns where runs stand that occur once in both, increasing in both texts."""
    a, a_end, b, b_end, _ = gap
    once = _once(left.runs(run), a, a_end - run + 1)
    other = _once(right.runs(run), b, b_end - run + 1)
    pairs = sorted(
        (i, j)
        for key, i in once.items()
        if i >= 0
        and (j := other.get(key, -1)) >= 0
        and left.words[i : i + run] == right.words[j : j + run]
    )
    if not pairs:
        return []
    tails: list[int] = []
    tail_at: list[int] = []
    previous: list[int] = []
    for at, (_, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        previous.append(tail_at[place - 1] if place else -1)
        tails[place : place + 1] = [j]
        tail_at[place : place + 1] = [at]
    row = []
    at = tail_at[-1]
    while at >= 0:
        row.append(pairs[at])
        at = previous[at]
    row.reverse()
    # Neighbours belong to one run: its first is enough.
    kept = [row[0]]
    for before, one in pairwise(row):
        if one[0] - before[0] != 1 or one[1] - before[1] != 1:
            kept.append(one)
    return kept


def _once(runs: Sequence[int], start: int, end: int) -> dict[int, int]:
    """Returns where each run begins; -1 where it occurs more than once."""
    found: dict[int, int] = {}
    for i in range(start, end):
        key = runs[i]
        found[key] = -1 if key in found else i
    return found
