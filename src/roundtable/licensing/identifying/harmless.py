"""Which differences from a license's text change nothing: the rest makes the text another one.

Harmless is only what this file can name: a part that may be left out and is, a blank that is filled
in, a statement of copyright or a short heading before or after the text, an item's number. All else
counts, be it a single word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from roundtable.licensing.identifying.alignment import Hunk
from roundtable.licensing.identifying.imprint import Imprint
from roundtable.licensing.identifying.template import Slot, Template
from roundtable.licensing.identifying.word_lists import NEUTRAL, OPERATIVE, STREETS, is_mere_name
from roundtable.licensing.identifying.words import Words, is_sentence_end

_NUMBER = re.compile(r"v?\d+\w?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PUBLISHERS = re.compile(
    r"\b(?:gnu|fsf|apache|mozilla|creativecommons|opensource|eclipse|spdx|opendatacommons|unlicense)"
    r"\.org\b",
    re.I,
)
_STATEMENT = frozenset({"copyright", "copyrights", "copr", "c", "portions", "all"})
_LONGEST_NAME = 25
_LONGEST_STATEMENT = 60
_LONGEST_COPYRIGHT = 2_000
_LONGEST_HEADING = 25
_LONGEST_UNKNOWN = 8
_MOST_SHIFT = 8


class Judge:
    """Holds a text's differences from one template against what is harmless.

    Args:
        template: The license's text.
        found: The text in question.
        hunks: Where they differ.
    """

    def __init__(self, template: Template | Imprint, found: Words, hunks: Sequence[Hunk]) -> None:
        self._template = template
        self._found = found
        self._hunks = hunks
        # A flag for each word of the license: whether it may be left out or filled in.
        free = bytearray(template.optional)
        for slot in template.slots:
            free[slot.first : slot.last] = b"\1" * (slot.last - slot.first)
        self.free = free
        self._first_required = free.find(0) if 0 in free else len(free)
        self._last_required = free.rfind(0)

    def why_harmless(self, hunk: Hunk) -> str:
        """Says in a few words why the difference changes nothing; empty if it may count."""
        reference = range(hunk.left_first, hunk.left_last)
        words = self._found.words[hunk.first : hunk.last]
        optional = self._template.optional
        if any(optional[i] for i in reference) and not self.is_left_out(hunk):
            return ""
        if not words and all(optional[i] for i in reference):
            return "left out: a heading or an appendix"
        if self._is_spelled_apart(hunk):
            return "words written together or apart"
        if self._is_moved(hunk):
            return "an address that moved"
        if why := self._in_slots(hunk):
            return why
        if self._are_markers(hunk):
            return "an item's number"
        if not all(self.free[i] for i in reference):
            return ""
        before = hunk.left_first <= self._first_required
        after = hunk.left_last > self._last_required
        if (before or after) and self._is_copyright(words):
            return "a statement of copyright"
        if (before or after) and self._is_heading(words, hunk):
            return "a heading"
        if self._is_beside_the_point(hunk):
            return "in a part that may be left out"
        return ""

    def is_left_out(self, hunk: Hunk) -> bool:
        """Says whether what is missing is a part that may be, not a piece of a sentence of it."""
        reference, groups = self._template.words, self._template.groups
        first, last = hunk.left_first, hunk.left_last
        if self.breaks_whole(hunk):
            return False
        if any(group.whole and first < group.last and last > group.first for group in groups):
            return True
        if OPERATIVE.isdisjoint(reference.words[first:last]):
            return True
        # Where equal words stand at both ends, a difference may lie a little to either side.
        for shift in range(-_MOST_SHIFT, _MOST_SHIFT + 1):
            a, b = first + shift, last + shift
            if not 0 <= a < b <= len(reference.words):
                continue
            moved = range(min(a, first), max(a, first))
            if any(reference.words[i] != reference.words[i + last - first] for i in moved):
                continue
            if (a in self._begins and b in self._ends) or (
                (a == 0 or is_sentence_end(reference, a))
                and (b == len(reference.words) or is_sentence_end(reference, b))
            ):
                return True
        return False

    def breaks_whole(self, hunk: Hunk) -> bool:
        """Says whether a piece is missing of what may be left out only as a whole."""
        first, last = hunk.left_first, hunk.left_last
        return any(
            group.whole
            and first < group.last
            and last > group.first
            and not (first <= group.first and last >= group.last)
            for group in self._template.groups
        )

    @cached_property
    def _begins(self) -> frozenset[int]:
        return frozenset(group.first for group in self._template.groups)

    @cached_property
    def _ends(self) -> frozenset[int]:
        return frozenset(group.last for group in self._template.groups)

    def _in_slots(self, hunk: Hunk) -> str:
        slots = [
            slot
            for slot in self._template.slots
            if slot.first <= hunk.left_last and slot.last >= hunk.left_first
        ]
        for slot in sorted(slots, key=lambda one: one.first - one.last):
            rest = [
                i
                for i in range(hunk.left_first, hunk.left_last)
                if not slot.first <= i < slot.last and not self.free[i]
            ]
            if not rest and (why := self._fits(slot, hunk)):
                return why
        return ""

    def _fits(self, slot: Slot, hunk: Hunk) -> str:
        first = min(self._position(slot.first, upper=False), hunk.first)
        last = max(self._position(slot.last, upper=True), hunk.last)
        words = self._found.words[first:last]
        if slot.kind == "marker":
            fits = len(words) <= 2 and all(self._found.is_marker(i) for i in range(first, last))
            return "an item's number" if fits else ""
        if slot.kind == "choice":
            return (
                "a wording that the license leaves open" if self._matches(slot, first, last) else ""
            )
        if slot.is_concrete and self._is_only_numbers(hunk):
            # Who fills in a name writes another one; a year alone that changed is an edit.
            return ""
        if slot.kind == "name":
            fits = len(words) <= _LONGEST_NAME and is_mere_name(words)
            return "a blank that is filled in" if fits else ""
        if self._is_copyright(words) or (len(words) <= _LONGEST_STATEMENT and is_mere_name(words)):
            return "a statement of copyright"
        return ""

    def _is_only_numbers(self, hunk: Hunk) -> bool:
        both = (
            *self._template.words.words[hunk.left_first : hunk.left_last],
            *self._found.words[hunk.first : hunk.last],
        )
        return hunk.first < hunk.last and all(word.isdigit() for word in both)

    def _matches(self, slot: Slot, first: int, last: int) -> bool:
        words = self._found.words[first:last]
        if len(words) > _LONGEST_STATEMENT:
            return False
        literal = set(re.findall(r"[a-z]+", slot.match.lower()))
        if not is_mere_name([word for word in words if word not in literal]):
            return False
        text = self._found.passage(first, last)
        try:
            expression = re.compile(slot.match.strip(), re.I | re.S)
        except re.error:
            return False
        return any(
            expression.fullmatch(one)
            for one in (text, text.strip('"“”'), " ".join(words), f" {text} ")
        )

    def _position(self, index: int, *, upper: bool) -> int:
        """Returns where a word of the license stands in the text; beside a difference, its edge."""
        shift = 0
        for hunk in self._hunks:
            if index < hunk.left_first or (index == hunk.left_first and not upper):
                return (
                    hunk.first + index - hunk.left_first if index < hunk.left_first else hunk.first
                )
            if index <= hunk.left_last:
                if index == hunk.left_last or upper:
                    return hunk.last
                return hunk.first
            shift = hunk.last - hunk.left_last
        return index + shift

    def _are_markers(self, hunk: Hunk) -> bool:
        """Says whether an item's number came, went or changed where the license begins a line."""
        if not all(self._found.is_marker(i) for i in range(hunk.first, hunk.last)):
            return False
        if hunk.last - hunk.first > 2:
            return False
        reference = range(hunk.left_first, hunk.left_last)
        if reference:
            marked = {
                i
                for s in self._template.slots
                if s.kind == "marker"
                for i in range(s.first, s.last)
            }
            return all(i in marked for i in reference)
        return hunk.left_first in self._template.line_starts

    def _is_copyright(self, words: Sequence[str]) -> bool:
        return (
            bool(words)
            and words[0] in _STATEMENT
            and (
                "copyright" in words[:4]
                or tuple(words[:3]) == ("all", "rights", "reserved")
                or (words[0] == "c" and any(_YEAR.fullmatch(word) for word in words[1:3]))
            )
            and len(words) <= _LONGEST_COPYRIGHT
            and is_mere_name(words)
            and not any(word.isdigit() and not _YEAR.fullmatch(word) for word in words[:12])
        )

    def _is_heading(self, words: Sequence[str], hunk: Hunk) -> bool:
        """Says whether the words are a heading: few, and none operative."""
        body = list(words)
        for at, word in enumerate(words):
            if word == "copyright" and self._is_copyright(words[at:]):
                body = list(words[:at])
                break
        if len(body) > _LONGEST_HEADING or not OPERATIVE.isdisjoint(body) or not is_mere_name(body):
            return False
        own = set(self._template.words.words[hunk.left_first : hunk.left_last])
        unknown = [word for word in body if word not in NEUTRAL]
        # A number may be the version by which one license differs from the next.
        if any(_NUMBER.fullmatch(word) and word not in own for word in unknown):
            return False
        # A sentence in words that this program does not know may say anything, also in German.
        closes = self._found.text[self._found.ends[hunk.last - 1] :][:1] in {".", "!", "\u3002"}
        is_sentence = len(unknown) > _LONGEST_UNKNOWN // 2 and closes
        return len(unknown) <= _LONGEST_UNKNOWN and not is_sentence

    def _is_beside_the_point(self, hunk: Hunk) -> bool:
        """Says whether a small change lies inside a part that may be left out altogether."""
        optional = self._template.optional
        inside = (
            hunk.left_first > 0
            and hunk.left_last < len(optional)
            and optional[hunk.left_first - 1]
            and optional[hunk.left_last]
        )
        if not inside or any(
            group.whole and group.first < hunk.left_last and group.last > hunk.left_first
            for group in self._template.groups
        ):
            return False
        words = self._found.words[hunk.first : hunk.last]
        if all(self._is_address(i) for i in range(hunk.first, hunk.last)):
            return True
        return (
            len(words) <= 12
            and OPERATIVE.isdisjoint(words)
            and not any(sign.isdigit() for word in words for sign in word)
        )

    def _is_spelled_apart(self, hunk: Hunk) -> bool:
        """Says whether the same letters stand there: a hyphen at a line's end, a missing space."""
        mine = "".join(self._template.words.words[hunk.left_first : hunk.left_last])
        return mine != "" and mine == "".join(self._found.words[hunk.first : hunk.last])

    def _is_moved(self, hunk: Hunk) -> bool:
        """Says whether an address of the text's publisher changed: its street, or a web page."""
        reference = range(hunk.left_first, hunk.left_last)
        if not reference or hunk.first == hunk.last:
            return False
        mine, other = self._template.words, self._found
        if all(_PUBLISHERS.search(_token(mine, i)) for i in reference) and all(
            _PUBLISHERS.search(_token(other, i)) for i in range(hunk.first, hunk.last)
        ):
            return True
        streets = set(other.words[hunk.first : hunk.last])
        return streets <= STREETS and streets.union(mine.words[i] for i in reference) <= STREETS

    def _is_address(self, index: int) -> bool:
        """Says whether the word is a part of a web address."""
        token = _token(self._found, index)
        return "://" in token or token.lower().startswith("www.") or ".org/" in token


def _token(words: Words, index: int) -> str:
    """Returns what stands around a word without a space."""
    text = words.text
    start, end = words.starts[index], words.ends[index]
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end]
