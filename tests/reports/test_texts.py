from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from roundtable.reports.texts import length_for, shortened, visible


def test_what_reorders_or_hides_other_characters_is_marked() -> None:
    for code in (0x00, 0x1B, 0x7F, 0x85, 0xAD, 0x200B, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE0041):
        assert visible(f"a{chr(code)}b") == f"a⟨U+{code:04X}⟩b"


def test_line_ends_and_tabs_are_as_they_are() -> None:
    assert visible("a\tb\r\nc\nd") == "a\tb\r\nc\nd"
    assert visible("harmless\rEVIL") == "harmless⟨U+000D⟩EVIL"


def test_joined_emoji_and_persian_stay_whole() -> None:
    for text in ("👩\u200d🚀", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "שלום"):
        assert visible(text) == text


@given(st.text())
def test_nothing_that_a_terminal_or_browser_obeys_is_left(text: str) -> None:
    left = visible(text).replace("\r\n", "").replace("\n", "").replace("\t", "")
    kept = {0x200C, 0x200D, 0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x8E2}
    unseen = [
        c
        for c in left
        if unicodedata.category(c) in ("Cc", "Cs")
        or unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI")
        or (unicodedata.category(c) == "Cf" and ord(c) < 0x10000 and ord(c) not in kept)
    ]
    assert not [c for c in unseen if ord(c) not in (0x890, 0x891)]


@given(st.text(max_size=50), st.integers(1, 40))
def test_a_cut_text_keeps_its_ends_and_counts_what_is_gone(text: str, length: int) -> None:
    cut = shortened(text, length=length)
    if len(text) <= length:
        assert cut == text
        return
    head, mark, tail = cut[: length * 7 // 10], cut[length * 7 // 10 :], ""
    mark, _, tail = mark.rpartition(" …]\n")
    assert text.startswith(head)
    assert text.endswith(tail)
    assert len(head) + len(tail) == length
    assert f"{len(text) - length:,} characters are left out" in mark


def test_many_long_texts_leave_less_room_for_each() -> None:
    assert length_for(["x" * 50_000] * 100) == 10_000
    assert length_for(["x" * 50_000] * 5_000) == 2_500
    assert length_for(["x" * 50_000] * 50_000) == 600
    assert length_for(["short"] * 50_000) == 10_000
