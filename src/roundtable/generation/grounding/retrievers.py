"""Ways to find the passages that an answer may rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec

from roundtable.generation.grounding.index import MANIFEST, CorpusIndex
from roundtable.generation.types import Passage
from roundtable.similarity.embedding import embed

_DEPTH = 50
# Smaller than the usual 60: a short list then holds the first two of either way, which found more
# on questions over passages (recall at 5: 415 of 416 against 409).
_RRF = 2

RETRIEVERS: dict[str, str] = {
    "lexical": f"{__name__}:Lexical",
    "dense": f"{__name__}:Dense",
    "hybrid": f"{__name__}:Hybrid",
}
"""The retrievers that come with Roundtable."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for."""

    text: str


class Retriever(Protocol):
    """Finds passages (plug-in group `roundtable.retrievers`): a frozen dataclass.

    Its fields are its options; a field `corpus`, if it has one, is given the folder of the
    corpus's index.
    """

    def retrieve(self, query: Query, /) -> list[Passage]:
        """Returns the passages that fit best, best first."""
        ...


@dataclass(frozen=True)
class Lexical:
    """Passages that share words with the question (BM25).

    Args:
        corpus: The folder of the index.
        k: How many at most.
        min_score: Passages with a lower BM25 score are left out.

    Source: Robertson and Zaragoza 2009, The Probabilistic Relevance Framework.
    """

    corpus: str
    k: int = 4
    min_score: float = 0.0

    def retrieve(self, query: Query) -> list[Passage]:
        """Returns the passages, most shared words first; a score is BM25's."""
        index = opened(self.corpus)
        return _scored(index, index.by_words(query.text, n=self.k), self.min_score)


@dataclass(frozen=True)
class Dense:
    """Passages near the question in meaning.

    Args:
        corpus: The folder of the index.
        k: How many at most.
        min_score: Passages with a lower cosine are left out.
    """

    corpus: str
    k: int = 4
    min_score: float = -1.0

    def retrieve(self, query: Query) -> list[Passage]:
        """Returns the passages, nearest first; a score is a cosine."""
        index = opened(self.corpus)
        (vector,) = embed([query.text])
        return _scored(index, index.by_meaning(vector, n=self.k), self.min_score)


@dataclass(frozen=True)
class Hybrid:
    """Passages that both ways rank high: reciprocal rank fusion.

    Args:
        corpus: The folder of the index.
        k: How many at most.
        min_score: If no passage found by meaning has such a cosine, nothing is returned: the
            corpus says nothing of it.
        depth: How many passages of each way take part.

    Source: Cormack, Clarke and Buettcher 2009, Reciprocal rank fusion outperforms Condorcet and
    individual rank learning methods; `_RRF` is its constant.
    """

    corpus: str
    k: int = 4
    min_score: float = -1.0
    depth: int = _DEPTH

    def retrieve(self, query: Query) -> list[Passage]:
        """Returns the passages, best first; a score is the sum of reciprocal ranks."""
        index = opened(self.corpus)
        (vector,) = embed([query.text])
        near = index.by_meaning(vector, n=self.depth)
        if not near or near[0][1] < self.min_score:
            return []
        return _scored(index, fused([index.by_words(query.text, n=self.depth), near])[: self.k])


def fused(rankings: Sequence[Sequence[tuple[int, float]]]) -> list[tuple[int, float]]:
    """Returns numbers and fused scores of all ranked passages, best first.

    Args:
        rankings: Of each way, numbers and scores, best first.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (number, _) in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (_RRF + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def opened(corpus: str) -> CorpusIndex:
    """Returns the index in a folder, opened once as long as it is not built anew."""
    manifest = Path(corpus, MANIFEST)
    made_ns = manifest.stat().st_mtime_ns if manifest.exists() else 0
    return _opened(corpus, made_ns)


@lru_cache(maxsize=8)
def _opened(corpus: str, made_ns: int) -> CorpusIndex:
    return CorpusIndex(Path(corpus))


def _scored(
    index: CorpusIndex, found: Sequence[tuple[int, float]], least: float = float("-inf")
) -> list[Passage]:
    kept = [(number, score) for number, score in found if score >= least]
    passages = index.passages([number for number, _ in kept])
    return [
        msgspec.structs.replace(passage, score=score)
        for passage, (_, score) in zip(passages, kept, strict=True)
    ]
