"""A license's text with its markup, as words of which some may be left out or filled in.

The markup is that of SPDX license templates: `<<beginOptional>> ... <<endOptional>>` around what
may be left out (with `;name="whole"`, which is ours, all of it or nothing), and
`<<var;name="...";original="...";match="...">>` where something may be filled in. A placeholder such
as `<year>` or `[name of copyright owner]` may be filled in without markup.

Source: SPDX specification 2.3, annex B, section B.3, read on 2026-11-24.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from roundtable.licensing.identifying.alignment import Hunk, Row, hunks_between
from roundtable.licensing.identifying.word_lists import IN_NAMES
from roundtable.licensing.identifying.words import Words, own_words, plain_text, words_of

SlotKind = Literal["copyright", "name", "marker", "choice"]

_MARKUP = re.compile(r"<<(beginOptional[^>]*|endOptional|var;.*?(?<!\\)\")>>", re.S)
_ATTRIBUTE = re.compile(r"(name|original|match)=\"((?:[^\"\\]|\\.)*)\"", re.S)
# Round brackets enclose ordinary words too often.
_PLACEHOLDER = re.compile(
    r"[<\[{]{1,2}\s?(?=[^<>\[\]{}\n]{0,60}(?:year|yyyy|date|name|owner|holder|author|organi[sz]ation"
    r"|company|program|project|copyright|insert|email|url))[^<>\[\]{}\n]{1,60}\s?[>\]}]{1,2}",
    re.I,
)
_ITEM = re.compile(r"^[ \t]*[(\[]?(\d{1,2}|[a-z]|[ivx]{2,5})[.)\]]+(?=\s)", re.I | re.M)
# An item (c), or a sentence about copyright, states none: a year or a blank has to follow.
_COPYRIGHT = re.compile(
    r"^[ \t]*(?:copyright\s*(?:\(c\)|©)?|\(c\)|©)\s*(?:(?:19|20)\d\d\b|[<\[{])[^\n]*$", re.I | re.M
)

_UNMARKED: tuple[tuple[SlotKind, re.Pattern[str], int], ...] = (
    ("name", _PLACEHOLDER, 0),
    ("marker", _ITEM, 1),
    ("copyright", _COPYRIGHT, 0),
)


class Slot:
    """Words of a reference, from `first` up to, without, `last`, that may read otherwise.

    Args:
        first: The first word.
        last: Behind the last one; equal to `first` where nothing stands in the original.
        kind: `copyright`: statements of copyright; `name`: whose it is; `marker`: an item's number;
            `choice`: what `match` says.
        match: For `choice`, the expression that the text in its place must match as a whole.
        is_concrete: Whether somebody's name and year stand there, and no blank.
    """

    __slots__ = ("first", "is_concrete", "kind", "last", "match")

    def __init__(
        self, first: int, last: int, kind: SlotKind, match: str = "", *, is_concrete: bool = False
    ) -> None:
        self.first = first
        self.last = last
        self.kind = kind
        self.match = match
        self.is_concrete = is_concrete


class Group(NamedTuple):
    """Words `[first, last)` of a reference that may be left out.

    Args:
        first: The first word.
        last: Behind the last one.
        whole: Whether only all of them may be: a use policy behind its license, for instance.
    """

    first: int
    last: int
    whole: bool


class Template:
    """One text of a license.

    Args:
        id: The license it is the text of.
        markup: The text with its markup.
    """

    is_text = True

    def __init__(self, id: str, markup: str) -> None:
        self.id = id
        plain, optional, slots = _parsed(markup)
        self.words: Words = words_of(plain)
        # Taking out markup moves what follows it; here it is out already, and this says so.
        if len(self.words.text) != len(plain):
            raise ValueError(f"{id}: HTML, or a link, lies across the template's own markup")
        self._starts = self.words.starts
        self.groups = [
            Group(self._index(start), self._index(end), whole) for start, end, whole in optional
        ]
        self.optional = bytearray(len(self.words.words))
        for group in self.groups:
            self.optional[group.first : group.last] = b"\1" * (group.last - group.first)
        self.slots: list[Slot] = [
            Slot(self._index(start), self._index(end), kind, match)
            for start, end, kind, match in slots
        ] + [slot for slot in self._unmarked() if self._is_mere_name(slot)]

    def _unmarked(self) -> Iterator[Slot]:
        """Yields the blanks, items and statements of copyright that no markup points out."""
        text = self.words.text
        for kind, expression, group in _UNMARKED:
            for match in expression.finditer(text):
                first, last = self._index(match.start(group)), self._index(match.end(group))
                named = kind == "copyright" and not _PLACEHOLDER.search(match.group())
                yield Slot(first, last, kind, is_concrete=named)

    def _is_mere_name(self, slot: Slot) -> bool:
        """Says whether nothing stands in the slot that could matter if it read otherwise."""
        return IN_NAMES.isdisjoint(self.words.words[slot.first : slot.last])

    def _index(self, offset: int) -> int:
        return bisect_left(self._starts, offset)

    def hunks(self, found: Row) -> list[Hunk]:
        """Returns where a text differs."""
        return hunks_between(self.row, found)

    def passage(self, first: int, last: int) -> str:
        """Returns the text of the words `[first, last)`."""
        return self.words.passage(first, last)

    @cached_property
    def own(self) -> bytearray:
        """A flag for each word: 0 in sentences that disclaim as anybody does."""
        return own_words(self.words)

    @cached_property
    def row(self) -> Row:
        """Its words, to be compared."""
        return Row(self.words.words)

    @cached_property
    def line_starts(self) -> frozenset[int]:
        """Indexes of words that begin a line: where an item's number may stand."""
        text = self.words.text
        return frozenset(
            i
            for i, start in enumerate(self._starts)
            if not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t*-•#>.()[]\"'“0123456789")
        )

    @cached_property
    def n_required(self) -> int:
        """How many words may not be left out."""
        return len(self.optional) - sum(self.optional)


def _parsed(
    markup: str,
) -> tuple[str, list[tuple[int, int, bool]], list[tuple[int, int, SlotKind, str]]]:
    """Returns the plain text, the stretches that may be left out, and the slots."""
    parts: list[str] = []
    length = 0
    optional: list[tuple[int, int, bool]] = []
    slots: list[tuple[int, int, SlotKind, str]] = []
    opened: list[tuple[int, bool]] = []
    at = 0

    def add(text: str) -> None:
        nonlocal length
        text = plain_text(text)
        parts.append(text)
        length += len(text)

    for found in _MARKUP.finditer(markup):
        add(markup[at : found.start()])
        at = found.end()
        what = found[1]
        if what.startswith("beginOptional"):
            opened.append((length, 'name="whole"' in what))
        elif what == "endOptional":
            start, whole = opened.pop()
            optional.append((start, length, whole))
        else:
            attributes = dict(_ATTRIBUTE.findall(what))
            start = length
            add(attributes.get("original", "").replace('\\"', '"'))
            slots.append((start, length, *_slot(attributes)))
    add(markup[at:])
    plain = "".join(parts)
    return plain, optional, slots


def _slot(attributes: dict[str, str]) -> tuple[SlotKind, str]:
    name = attributes.get("name", "").lower()
    match = attributes.get("match", ".+").replace('\\"', '"')
    if "bullet" in name:
        return "marker", ""
    if not re.fullmatch(r"\(?\.(?:[+*]|\{\d+,\d+\})\??\)?", match):
        return "choice", match
    original = attributes.get("original", "").lower()
    if name.startswith("copyright") and "holder" not in name and "copyright" in original:
        return "copyright", ""
    return "name", ""
