"""Metrics of support: what is measured, against what, and where nothing is."""

import msgspec
import pytest

from roundtable.evaluation.metrics.grounded import Coverage
from roundtable.evaluation.metrics.support import CitationPrecision, CitationRecall, Unsupported
from roundtable.evaluation.types import Case
from roundtable.generation.types import Answer, Passage

POOL = Passage(id="p", source="pool.md", text="The pool opens at 9 in the morning on every day.")
RIGHT = "The pool opens at 9 in the morning [1]."
WRONG = "The chancellor of Austria resigned after 14 years in office [1]."


def case(text: str, *, passages: tuple[Passage, ...] = (POOL,), **inputs: object) -> Case:
    answer = Answer(text=text, value=text, passages=passages)
    return Case(id="1", inputs={"question": "When?", **inputs}, target=None, answer=answer)


def p(found: object) -> float:
    assert isinstance(found, float)
    return found


def test_an_answer_that_its_passage_says_is_likelier_supported_than_one_it_does_not() -> None:
    metric = Unsupported()
    right, wrong = metric.score(case(RIGHT)), metric.score(case(WRONG))
    assert p(right.value) < 0.5 < p(wrong.value)
    assert right.sentences[0].source == "pool.md"


def test_answers_from_memory_are_held_against_the_corpus_that_is_named() -> None:
    asked: list[str] = []

    def retrieve(text: str) -> list[Passage]:
        asked.append(text)
        return [POOL]

    closed = msgspec.structs.replace(case(WRONG, passages=()), retrieve=retrieve)
    assert p(Unsupported(corpus="c").score(closed).value) > 0.5
    assert asked == ["When?", f"When? {WRONG}"]


@pytest.mark.parametrize("context", ["The pool opens at 9 in the morning.", [{"text": POOL.text}]])
def test_a_column_may_hold_the_context(context: object) -> None:
    metric = Unsupported(context="source")
    assert p(metric.score(case(RIGHT, passages=(), source=context)).value) < 0.5


def test_without_context_nothing_is_measured_and_the_reason_is_told() -> None:
    score = Unsupported().score(case(RIGHT, passages=()))
    assert score.value is None
    assert "no context" in score.note


@pytest.mark.parametrize("text", ["I don't know.", "I do not know, sorry."])
def test_an_answer_that_is_none_is_neither_supported_nor_covered(text: str) -> None:
    for metric in (Unsupported(), CitationRecall(), CitationPrecision()):
        assert metric.score(case(text)).value is None
    assert Coverage().score(case(text)) is False


def test_citations_are_scored_by_what_they_cite() -> None:
    assert CitationRecall().score(case(RIGHT)).value == 1.0
    assert CitationPrecision().score(case(RIGHT)).value == 1.0
    assert CitationRecall().score(case(WRONG)).value == 0.0
    assert CitationPrecision().score(case("The pool opens at 9.")).value is None
    assert CitationRecall().score(case("The pool opens at 9.")).value == 0.0
