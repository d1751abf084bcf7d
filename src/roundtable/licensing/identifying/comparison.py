"""One text held against one license: what differs, what of it matters, how much is the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from roundtable.licensing.identifying.alignment import Hunk, Row
from roundtable.licensing.identifying.catalog import Reference, Titles
from roundtable.licensing.identifying.harmless import Judge
from roundtable.licensing.identifying.imprint import Imprint
from roundtable.licensing.identifying.template import Template
from roundtable.licensing.identifying.types import Difference
from roundtable.licensing.identifying.word_lists import DECISIVE
from roundtable.licensing.identifying.words import Words

_SHORTEST_RUN = 4
"""Fewer words in a row than this say nothing about where they come from."""
_LONGEST_PASSAGE = 600
_CLOSE = 3
"""Differences with fewer equal words between them are told as one."""


class Comparison:
    """A text beside a license's text.

    Args:
        reference: Which text of which license.
        template: That text.
        found: The text in question.
        titles: Those by which only other licenses go.
        row: The text's words, where it is compared more than once.
    """

    def __init__(
        self,
        reference: Reference,
        template: Template | Imprint,
        found: Words,
        titles: Titles,
        row: Row | None = None,
    ) -> None:
        self.reference = reference
        self.template = template
        self.found = found
        self._titles = titles
        self.hunks = template.hunks(row or Row(found.words))
        self._judge = Judge(template, found, self.hunks)
        self._why = [self._judge.why_harmless(hunk) for hunk in self.hunks]

    @cached_property
    def harmful(self) -> list[Hunk]:
        """The differences that make the text another one."""
        return [hunk for hunk, why in zip(self.hunks, self._why, strict=True) if not why]

    @cached_property
    def harmless(self) -> list[str]:
        """What differs and changes nothing, each kind once."""
        return list(dict.fromkeys(why for why in self._why if why))

    @cached_property
    def n_harmful(self) -> int:
        """How many words the harmful differences hold, the longer side of each.

        What may be left out and is missing does not count.
        """
        optional = self.template.optional
        return sum(
            max(
                h.left_last - h.left_first - sum(optional[h.left_first : h.left_last]),
                h.last - h.first,
            )
            for h in self.harmful
        )

    @cached_property
    def n_strange(self) -> int:
        """How many words of the text are not the license's."""
        return sum(hunk.last - hunk.first for hunk in self.harmful)

    @cached_property
    def n_missing(self) -> int:
        """How many words of the license are not in the text and should be."""
        optional = self.template.optional
        return sum(
            h.left_last - h.left_first - sum(optional[h.left_first : h.left_last])
            for h in self.harmful
        )

    @cached_property
    def n_harmless(self) -> int:
        """How many words the harmless differences hold."""
        return sum(
            max(h.left_last - h.left_first, h.last - h.first)
            for h, why in zip(self.hunks, self._why, strict=True)
            if why
        )

    @cached_property
    def foreign_title(self) -> tuple[str, ...]:
        """A title among the harmless words by which only another license goes; empty if none.

        The words of a license under the name of another are neither of the two.
        """
        for hunk, why in zip(self.hunks, self._why, strict=True):
            if why and hunk.first < hunk.last:
                title = self._titles.within(self.found.words, hunk.first, hunk.last)
                if title:
                    return title
        return ()

    @cached_property
    def _runs(self) -> list[tuple[int, int, int]]:
        """Equal runs: where each begins in the license and in the text, and its length."""
        runs = []
        i = j = 0
        end = Hunk(len(self.template.words.words), 0, len(self.found.words), 0)
        for hunk in (*self.hunks, end):
            if hunk.left_first > i:
                runs.append((i, j, hunk.left_first - i))
            i, j = hunk.left_last, hunk.last
        return runs

    @cached_property
    def _matched(self) -> bytearray:
        matched = bytearray(len(self.template.words.words))
        for left, _, n in self._runs:
            if n >= _SHORTEST_RUN:
                matched[left : left + n] = b"\1" * n
        return matched

    @cached_property
    def score(self) -> float:
        """Share of what must stand there that does, over all that does or should; 1 if exact."""
        if not self.harmful and not self.foreign_title:
            return 1.0
        required = max(1, self.template.n_required)
        kept = sum(
            1 for m, o in zip(self._matched, self.template.optional, strict=True) if m and not o
        )
        added = sum(h.last - h.first for h in self.harmful)
        return min(0.999, kept / (required + added))

    @cached_property
    def covered(self) -> float:
        """Share of the license's own words, without disclaimers anybody uses, that are there."""
        own = [
            matched
            for matched, is_own, optional in zip(
                self._matched, self.template.own, self.template.optional, strict=True
            )
            if is_own and not optional
        ]
        return sum(own) / len(own) if own else 0.0

    @cached_property
    def explained(self) -> float:
        """Share of the text's words that are the license's."""
        n = sum(n for _, _, n in self._runs if n >= _SHORTEST_RUN)
        return n / max(1, len(self.found.words))

    @property
    def n_matched(self) -> int:
        """How many of the license's words stand in the text, in runs that say something."""
        return sum(self._matched)

    @cached_property
    def inside(self) -> tuple[int, int] | None:
        """The stretch of the text that is the whole license, if other words only surround it."""
        free = self._judge.free
        if 0 not in free or not self.n_matched:
            return None
        first_required, last_required = free.find(0), free.rfind(0)
        start, end = 0, len(self.found.words)
        for hunk in self.harmful:
            gone = range(hunk.left_first, hunk.left_last)
            if not all(free[i] for i in gone) or self._judge.breaks_whole(hunk):
                return None
            if hunk.left_last <= first_required:
                start = max(start, hunk.last)
            elif hunk.left_first > last_required:
                end = min(end, hunk.first)
            else:
                return None
        return start, end

    def explained_words(self) -> bytearray:
        """Returns a flag for each of the text's words: whether it is the license's."""
        flags = bytearray(len(self.found.words))
        for _, first, n in self._runs:
            if n >= _SHORTEST_RUN:
                flags[first : first + n] = b"\1" * n
        return flags

    def differences(self) -> tuple[Difference, ...]:
        """Returns the harmful differences, those close together as one."""
        joined: list[Hunk] = []
        for hunk in self.harmful:
            if joined and hunk.left_first - joined[-1].left_last < _CLOSE:
                before = joined.pop()
                hunk = Hunk(before.left_first, hunk.left_last, before.first, hunk.last)
            joined.append(hunk)
        return tuple(self._difference(hunk) for hunk in joined)

    def _difference(self, hunk: Hunk) -> Difference:
        reference = self.template.words
        words = (
            *reference.words[hunk.left_first : hunk.left_last],
            *self.found.words[hunk.first : hunk.last],
        )
        expected = self.template.passage(hunk.left_first, hunk.left_last)
        found = self.found.passage(hunk.first, hunk.last)
        return Difference(
            kind="changed" if expected and found else "missing" if expected else "added",
            expected=shortened(expected),
            found=shortened(found),
            near=self.found.passage(max(0, hunk.first - 8), hunk.first),
            # What cannot be read may be decisive.
            decisive=is_decisive(words) or (bool(expected) and not self.template.is_text),
        )

    def touched(self, first: int, last: int) -> tuple[int, bool]:
        """Returns how many of the license's words are gone there, and whether anything differs."""
        gone = 0
        differs = False
        for hunk in self.harmful:
            inside = min(last, hunk.left_last) - max(first, hunk.left_first)
            gone += max(0, inside)
            # Words put in count if they stand inside, not between two sentences.
            if inside > 0 or (first < hunk.left_first < last and hunk.left_first == hunk.left_last):
                differs = True
        return gone, differs


def find_words(words: Sequence[str], wanted: Sequence[str]) -> int:
    """Returns where a run of words begins, or -1."""
    n = len(wanted)
    if not n:
        return -1
    first = wanted[0]
    wanted = tuple(wanted)
    for i in range(len(words) - n + 1):
        if words[i] == first and tuple(words[i : i + n]) == wanted:
            return i
    return -1


def is_decisive(words: Sequence[str]) -> bool:
    """Says whether words can change what is allowed, or are numbers."""
    return not DECISIVE.isdisjoint(words) or any(word[0].isdigit() for word in words)


def shortened(text: str) -> str:
    """Returns a passage, its end left out if it is long."""
    return text if len(text) <= _LONGEST_PASSAGE else text[: _LONGEST_PASSAGE - 4] + " ..."
