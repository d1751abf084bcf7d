"""Citations: read to the character, and held against what they cite."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from roundtable.generation.grounding.citations import (
    citations,
    cited_sentences,
    precision,
    recall,
    uncited,
    verified,
    without_marks,
)
from roundtable.generation.guard import Claim, SentenceScore, Verdict
from roundtable.generation.types import Passage

PASSAGES = [
    Passage(id="a", text="The pool opens at 9."),
    Passage(id="b", text="A towel costs 3 dollars."),
    Passage(id="c", text="Dogs stay outside."),
]


@dataclass(frozen=True)
class Literal:
    """Supported is what stands in the context, word by word; all parts joined by "and" must."""

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        found = []
        for claim in claims:
            parts = [part.strip(" .") for part in claim.answer.split(" and ")]
            p = 0.0 if all(part in claim.context for part in parts) else 1.0
            span = SentenceScore(start=0, end=len(claim.answer), score=p)
            found.append(Verdict(id=claim.id, score=p, sentences=(span,)))
        return found


def test_marks_are_read_where_they_stand() -> None:
    text = "At 9 [1], or 10 [2, 3]. Never [ 4 ;5 ]![1][12]"
    found = citations(text)
    assert [one.numbers for one in found] == [(1,), (2, 3), (4, 5), (1,), (12,)]
    assert [text[one.start : one.end] for one in found][1] == "[2, 3]"


def test_what_only_looks_like_a_mark_is_none() -> None:
    assert citations("[a], [], [1, x], [[x]], (1), [1-3], [12345], x[i]") == []


@given(st.text(alphabet="aB9 .!?[],;1\n", max_size=80))
def test_spans_are_exact_and_nothing_but_marks_is_blanked(text: str) -> None:
    plain = without_marks(text)
    assert len(plain) == len(text)
    for one in citations(text):
        assert re.fullmatch(r"\[[\d\s,;]+\]", text[one.start : one.end])
        assert plain[one.start : one.end].isspace()
    held = cited_sentences(text)
    assert [one.start for one in held] == sorted(one.start for one in held)
    assert all(0 <= one.start < one.end <= len(text) for one in held)
    if held:
        counted = [mark for one in held for mark in one.citations]
        assert counted == citations(text)
    assert citations(uncited(text)) == [] or "[" in uncited(text)


def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    text = "The pool opens at 9. [1] Dogs stay outside [3]. Nothing."
    first, second, third = cited_sentences(text)
    assert (first.numbers, second.numbers, third.numbers) == ((1,), (3,), ())
    assert text[first.start : first.end] == "The pool opens at 9. [1]"


def test_a_citation_holds_if_its_passage_says_the_sentence() -> None:
    (one,) = verified("The pool opens at 9 [1].", PASSAGES, checker=Literal())
    assert one.is_supported
    assert one.right == {1: True}


def test_a_citation_of_another_passage_does_not_hold() -> None:
    (one,) = verified("The pool opens at 9 [2].", PASSAGES, checker=Literal())
    assert not one.is_supported
    assert one.right == {2: False}


def test_a_citation_that_adds_nothing_costs_precision_and_no_recall() -> None:
    found = verified("The pool opens at 9 [1][3].", PASSAGES, checker=Literal())
    assert found[0].right == {1: True, 3: False}
    assert (recall(found), precision(found)) == (1.0, 0.5)


def test_citations_that_only_hold_together_both_belong_there() -> None:
    text = "The pool opens at 9 and A towel costs 3 dollars [1, 2]."
    found = verified(text, PASSAGES, checker=Literal())
    assert found[0].right == {1: True, 2: True}


def test_a_sentence_without_citation_is_not_supported_and_a_number_of_nothing_is_wrong() -> None:
    found = verified("The pool opens at 9. Dogs stay outside [0, 7].", PASSAGES, checker=Literal())
    assert [one.is_supported for one in found] == [False, False]
    assert (recall(found), precision(found)) == (0.0, 0.0)


def test_nothing_said_has_neither_recall_nor_precision() -> None:
    assert recall(verified("", PASSAGES)) is None
    assert precision(verified("", PASSAGES)) is None
