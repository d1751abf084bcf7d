"""Texts found by their words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.similarity import LexicalIndex

pytest.importorskip("tantivy")
TEXTS = ["I need a dentist", "Dentists near me", "a cab to the airport", "two rooms AND a view"]
INDEX = LexicalIndex(TEXTS)


def test_texts_that_share_word_stems_come_best_first() -> None:
    found = INDEX.search("any dentist?", n=3)
    assert {row for row, _ in found} == {0, 1}
    assert found[0][1] >= found[1][1] > 0


def test_no_more_than_asked_for_are_found() -> None:
    assert len(INDEX.search("a dentist", n=1)) == 1


@pytest.mark.parametrize(
    "text",
    ["AND", "NOT dentist", "text:cab", "*", '"', "", "cab)", "row:[0 TO 9]", "a^b~2 OR", "\\"],
)
def test_query_syntax_is_only_words(text: str) -> None:
    for row, _ in INDEX.search(text, n=9):
        assert any(word in TEXTS[row].lower() for word in ("dentist", "and", "cab", "to", "a"))


def test_a_negated_word_is_a_word_like_any_other() -> None:
    assert {row for row, _ in INDEX.search("NOT dentist", n=9)} == {0, 1}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_searched_for(text: str) -> None:
    assert all(0 <= row < 4 for row, _ in INDEX.search(text, n=4))


def test_an_empty_index_finds_nothing() -> None:
    assert LexicalIndex([]).search("dentist", n=3) == []
