"""Texts that others wrote, as a reader may safely see them: nothing hidden, and not without end."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What changes how other characters are shown, or shows nothing: controls, marks of direction (the
# last may turn a line round), the invisible, line ends of other worlds, lone halves, tags.
# U+200C and U+200D are left: Persian and joined emoji need them. `samples.js` has the same list.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
    "|\r(?!\n)"
)
# The most that is shown of one text, and what that shrinks to where there are many.
_LENGTHS = (10_000, 2_500, 600)
_ALL_TOGETHER = 20_000_000


def visible(text: str) -> str:
    """Returns the text with each character that hides or reorders others as a mark: `⟨U+202E⟩`.

    >>> visible(f"abc{chr(0x202E)}def")
    'abc⟨U+202E⟩def'
    """
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def shortened(text: str, *, length: int) -> str:
    """Returns the text, or its beginning and end with a line between that says what was left out.

    The end stays: a prompt ends with its question.
    """
    left_out = len(text) - length
    if left_out <= 0:
        return text
    head = length * 7 // 10
    mark = f"\n[… {left_out:,} characters are left out here …]\n"
    return text[:head] + mark + text[head + left_out :]


def length_for(texts: Iterable[str]) -> int:
    """Returns how much of each text is shown, so that a page of all of them can still be opened."""
    sizes = [len(text) for text in texts]
    for length in _LENGTHS[:-1]:
        if sum(min(size, length) for size in sizes) <= _ALL_TOGETHER:
            return length
    return _LENGTHS[-1]
