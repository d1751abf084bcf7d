"""A license of which only an imprint is kept: which runs of words follow each other, not the words.

Where a text may not be shipped, its imprint still tells an untouched copy from a changed one, and
which words of a copy are not the license's. What is missing from it can be counted, not shown.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from roundtable.licensing.identifying.alignment import Hunk, Row, hunks_between
from roundtable.licensing.identifying.runs import RUN, from_little, little, runs_of
from roundtable.licensing.identifying.template import Group, Slot
from roundtable.licensing.identifying.words import Words, own_words

_UNSEEN = "\u2026"


class Imprint:
    """The runs of one text, in order; it stands where a `Template` does.

    Args:
        id: The license it is the imprint of.
        runs: The checksum of the run that begins at each word.
        own: A flag for each word: 0 in sentences that disclaim as anybody does.
    """

    is_text = False

    def __init__(self, id: str, runs: Sequence[int], own: bytes) -> None:
        self.id = id
        self.own = bytearray(own)
        n = len(runs) + RUN - 1
        self.words = Words(
            text=f"{_UNSEEN} " * n,
            words=(_UNSEEN,) * n,
            starts=tuple(range(0, 2 * n, 2)),
            ends=tuple(range(1, 2 * n, 2)),
        )
        self.optional = bytearray(n)
        self.groups: list[Group] = []
        self.slots: list[Slot] = []
        self.line_starts: frozenset[int] = frozenset()
        self.n_required = n
        self.runs = runs
        self._row = Row(runs)

    def hunks(self, found: Row) -> list[Hunk]:
        """Returns where a text differs: the words that no run of both covers."""
        other = Row(runs_of([str(word) for word in found.words]))
        n_left, n_right = len(self.words.words), len(found.words)
        hunks = []
        for hunk in hunks_between(self._row, other):
            # A run that both have covers all of its words, also those that begin runs of one only.
            begins = hunk.left_first == 0 and hunk.first == 0
            left = 0 if begins else hunk.left_first + RUN - 1
            right = 0 if begins else hunk.first + RUN - 1
            if hunk.left_last > n_left - RUN and hunk.last > n_right - RUN:
                hunks.append(Hunk(left, max(left, n_left), right, max(right, n_right)))
                continue
            # Words beside what is missing may follow each other twice: they count once.
            twice = max(0, left - hunk.left_last, right - hunk.last)
            hunks.append(Hunk(left, hunk.left_last + twice, right, hunk.last + twice))
        return hunks

    def passage(self, first: int, last: int) -> str:
        """Says how many words of the license stand there."""
        return (
            f"[{last - first} words of it, which are not in this package]" if last > first else ""
        )


def packed_imprint(words: Words) -> bytes:
    """Returns the imprint of a text as bytes: how many runs, the runs, the flags of its words."""
    runs = runs_of(words.words)
    return len(runs).to_bytes(4, "little") + little(array("I", runs)) + bytes(own_words(words))


def unpacked_imprint(id: str, data: bytes) -> Imprint:
    """Returns an imprint from its bytes."""
    end = 4 + 4 * int.from_bytes(data[:4], "little")
    return Imprint(id, from_little("I", data[4:end]), data[end:])
