"""Metrics that compare what texts mean, by a small embedding model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from roundtable.evaluation.metrics.reading import accepted, said
from roundtable.evaluation.types import Case, Score


@dataclass(frozen=True)
class SemanticSimilarity:
    """Cosine of the answer with the nearest accepted text, as MiniLM embeds them; below 0 is 0.

    It tells topics apart, and is nearly blind to negation and to wrong numbers.

    Source: Reimers and Gurevych 2019, Sentence-BERT (model all-MiniLM-L6-v2, int8).
    """

    version: ClassVar[str] = "1"

    async def score(self, case: Case, /) -> Score:
        """Scores the cosine in [0, 1]; the model works in a thread of its own."""
        expected = accepted(case)
        if not expected:
            return Score(value=None, note="the row has no target")
        answer = said(case)
        if not answer:
            return Score(value=0.0, note="the answer is empty")
        return Score(value=await asyncio.to_thread(_nearest, answer, expected))


def _nearest(answer: str, expected: tuple[str, ...]) -> float:
    from roundtable.similarity import embed

    vectors = embed((answer, *expected))
    return float(min(1.0, max(0.0, (vectors[1:] @ vectors[0]).max())))
