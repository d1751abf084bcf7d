"""Retrievers find what fits, by words, by meaning and by both."""

from pathlib import Path

import pytest

from roundtable.generation.grounding.building import build
from roundtable.generation.grounding.documents import Document
from roundtable.generation.grounding.retrievers import Dense, Hybrid, Lexical, Query, fused

TEXTS = {
    "refunds": "You get your money back within 14 days of a cancelled visit.",
    "plumbing": "A plumber mends taps, pipes and toilets.",
    "fees": "We take a share of 5 percent from each booking.",
    "insurance": "Damage is covered up to 2,000 dollars for each job.",
    "weather": "Gardeners may move a visit when it rains.",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("corpus")
    build(
        folder,
        [Document(source=name, text=text, title=name, digest=text) for name, text in TEXTS.items()],
    )
    return str(folder)


def test_words_find_words_and_meaning_finds_meaning(corpus: str) -> None:
    assert Lexical(corpus=corpus, k=1).retrieve(Query(text="toilets"))[0].source == "plumbing"
    found = Dense(corpus=corpus, k=1).retrieve(Query(text="How do I get reimbursed?"))
    assert found[0].source == "refunds"
    assert found[0].text == TEXTS["refunds"]


def test_both_together_find_either(corpus: str) -> None:
    hybrid = Hybrid(corpus=corpus, k=2)
    assert hybrid.retrieve(Query(text="toilets"))[0].source == "plumbing"
    assert "refunds" in [
        one.source for one in hybrid.retrieve(Query(text="How do I get reimbursed?"))
    ]


def test_what_the_corpus_does_not_speak_of_is_not_found(corpus: str) -> None:
    asked = Query(text="Who won the chess olympiad of 1974?")
    assert Hybrid(corpus=corpus, min_score=0.3).retrieve(asked) == []
    assert Dense(corpus=corpus, min_score=0.3).retrieve(asked) == []


def test_fusion_puts_what_both_rank_high_first() -> None:
    ranked = fused([[(1, 9.0), (2, 8.0), (3, 7.0)], [(2, 0.9), (4, 0.8), (1, 0.7)]])
    assert [number for number, _ in ranked] == [2, 1, 4, 3]
