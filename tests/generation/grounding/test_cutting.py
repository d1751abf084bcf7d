"""Passages are stretches of their document that fit."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import UsageError
from roundtable.generation.grounding.cutting import cut
from roundtable.generation.grounding.documents import Document


def document(text: str) -> Document:
    return Document(source="a.txt", text=text, title="", digest="")


TEXTS = st.lists(
    st.sampled_from(["One two. ", "Is it? ", "# Head\n", "\n\n", "word " * 30, "Äß 3.5 %. ", " "]),
    max_size=40,
).map("".join)


@given(TEXTS, st.integers(1, 50), st.integers(0, 49))
def test_passages_cover_the_text_in_exact_stretches(text: str, most: int, shared: int) -> None:
    shared = min(shared, most - 1)
    passages = cut(document(text), max_tokens=most, overlap_tokens=shared)
    covered = [False] * len(text)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert 0 < len(re.findall(r"\w+|[^\w\s]", passage.text)) <= most
        covered[passage.start : passage.end] = [True] * len(passage.text)
    missed = "".join(c for c, seen in zip(text, covered, strict=True) if not seen)
    assert not any(c.isalnum() for c in missed)
    assert [p.start for p in passages] == sorted({p.start for p in passages})
    assert len({p.id for p in passages}) == len(passages)


def test_neighbors_share_whole_sentences() -> None:
    first, second = cut(document("A b c. D e f. G h i. J k l."), max_tokens=12, overlap_tokens=4)
    assert first.text == "A b c. D e f. G h i."
    assert second.text == "G h i. J k l."


def test_a_heading_begins_a_passage() -> None:
    text = "# A\n" + "One two three. " * 5 + "\n# B\nFour."
    first, second = cut(document(text), max_tokens=40, overlap_tokens=10)
    assert second.text == "# B\nFour."
    assert "# B" not in first.text


def test_an_empty_document_has_no_passage() -> None:
    assert cut(document(" \n\n ")) == []


def test_an_overlap_as_long_as_a_passage_is_refused() -> None:
    with pytest.raises(UsageError):
        cut(document("x"), max_tokens=10, overlap_tokens=10)
