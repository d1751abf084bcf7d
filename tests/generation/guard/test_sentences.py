"""Sentences lie where they are said to lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.generation.guard.sentences import MAX_SENTENCE_CHARS, sentences

TEXT = st.text(
    alphabet=st.sampled_from(list("ab Z.?!…\n\"')。é1J,-\t")), max_size=200
) | st.text(max_size=80)  # fmt: skip


def pieces(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("the band is old. it was formed in 1985.", ["the band is old.", "it was formed in 1985."]),
        ("Dr. Smith met J. R. Tolkien.", ["Dr. Smith met J. R. Tolkien."]),
        ("It cost $3.50 e.g. in the U.S. today.", ["It cost $3.50 e.g. in the U.S. today."]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("Am I? I am.", ["Am I?", "I am."]),
        ("- first point\n- second point", ["- first point", "- second point"]),
        ("tokenized text . and more .", ["tokenized text .", "and more ."]),
        ("开门。关门。", ["开门。", "关门。"]),
        ("What?! ... Yes.", ["What?! ...", "Yes."]),
        ("   ", []),
        ("", []),
        ("no end", ["no end"]),
    ],
)
def test_a_text_is_split_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(TEXT)
def test_sentences_stand_in_order_and_leave_out_nothing_but_space(text: str) -> None:
    found = sentences(text)
    at = 0
    for span in found:
        assert span.start >= at
        assert text[at : span.start].strip() == ""
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
        at = span.end
    assert text[at:].strip() == ""


def test_an_endless_sentence_is_cut_at_a_space() -> None:
    found = sentences("word " * 5000)
    assert len(found) > 20
    assert max(s.end - s.start for s in found) <= MAX_SENTENCE_CHARS


def test_a_megabyte_without_a_space_is_split_at_once() -> None:
    assert len(sentences("x" * 1_000_000)) == 1000
