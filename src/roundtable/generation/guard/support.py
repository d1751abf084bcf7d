"""The built-in checker: words, and a small cross-encoder, weighed and calibrated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.generation.guard import lexical
from roundtable.generation.guard.entailment import logits
from roundtable.generation.guard.evidence import Context, evidence, lay_out, sentence, window
from roundtable.generation.guard.language import looks_english
from roundtable.generation.guard.sentences import sentences
from roundtable.generation.guard.trees import Forest
from roundtable.generation.guard.types import Claim, SentenceScore, Span, Verdict

FEATURES: tuple[str, ...] = (
    *lexical.NAMES,
    "entailment",
    "entailment_worst",
    "entailment_mean",
    "nearest_worst",
    "nearest_mean",
    "nearest_two_worst",
    "weight_found_worst",
    "heaviest_missing_worst",
    "copied_pairs_worst",
    "log_sentences",
)
"""The columns: of the claim, then the worst and the mean over its sentences."""

# What the model was not made for is drawn toward "cannot say".
_UNSURE_SPREAD = 0.2
_N_SUPPORT = 3
VERSION = "3"
"""Raised when scores change: it is in the model file, and part of a key."""
_FOUND = lexical.NAMES.index("weight_found")
_HEAVIEST = lexical.NAMES.index("heaviest_missing")
_COPIED = lexical.NAMES.index("copied_pairs")
_LENGTH = lexical.NAMES.index("log_context_words")


class Linear(msgspec.Struct, frozen=True, kw_only=True):
    """A weighted sum of standardized features.

    Args:
        center: Each feature's mean.
        spread: Each feature's standard deviation.
        weights: Each feature's weight.
        bias: What is added.
    """

    center: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def margins(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the log-odds of each row."""
        standard = np.clip((rows - np.array(self.center)) / np.array(self.spread), -3.0, 3.0)
        found: NDArray[np.float64] = standard @ np.array(self.weights) + self.bias
        return found


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Margins to probabilities: logistic(slope * margin + intercept), by the context's length.

    Long contexts hide more from the checker, so that its certainty is worth less there.

    Args:
        slope: At a context of middling length; above 0.
        slope_by_length: Added to it for each unit of length.
        intercept: At a context of middling length.
        intercept_by_length: Added to it for each unit of length.
        middle: The middling length, as the logarithm of its content words.
        unit: The unit of length, on the same scale; lengths count from -2 to 2 units.
    """

    slope: float
    slope_by_length: float
    intercept: float
    intercept_by_length: float
    middle: float
    unit: float

    def probabilities(
        self, margins: NDArray[np.float64], lengths: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Returns a probability for each margin and length of context."""
        z = np.clip((lengths - self.middle) / self.unit, -2.0, 2.0)
        odds = (self.slope + self.slope_by_length * z) * margins
        odds += self.intercept + self.intercept_by_length * z
        found: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        return found


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The trained part, as it lies in the model file: a linear and a boosted model, added up.

    Args:
        version: Raised when scores change.
        linear: Carries over to texts unlike those of training.
        forest: Sees what comes together.
        calibration: Margins to probabilities.
    """

    version: str
    linear: Linear
    forest: Forest
    calibration: Calibration

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the calibrated probability of each row that it is not supported."""
        margins = self.linear.margins(rows) + self.forest.margins(rows)
        return self.calibration.probabilities(margins, rows[:, _LENGTH])


@dataclass(frozen=True)
class Support:
    """Tells how likely an answer is not supported by its context, on the CPU and offline.

    Each sentence is held against the few sentences of the context that bear most on it: by the
    words, numbers and names that both hold, and by a small cross-encoder (MiniLM) trained to tell
    support from contradiction and addition. Both are weighed, and the result is calibrated on
    English texts that people labelled. In other languages scores stay near 0.5.
    """

    version = VERSION

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        """Returns one verdict a claim, in order.

        Raises:
            MissingExtraError: the engine is not installed.
        """
        readings = [Reading(claim) for claim in claims]
        pairs = [pair for reading in readings for pair in reading.pairs]
        odds = logits(pairs)
        rows: list[list[float]] = []
        at = 0
        for reading in readings:
            rows.extend(reading.rows(odds[at : at + len(reading.pairs)]))
            at += len(reading.pairs)
        if not rows:
            return [reading.verdict([]) for reading in readings]
        found = model().probabilities(np.array(rows, dtype=np.float64)).tolist()
        verdicts = []
        at = 0
        for reading in readings:
            verdicts.append(reading.verdict(found[at : at + reading.n_rows]))
            at += reading.n_rows
        return verdicts


class Reading:
    """One answer laid out against its context: its parts, their evidence, their features."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._context = _laid_out(claim.context)
        self._spans = [s for s in sentences(claim.answer) if _has_word(claim.answer, s)]
        texts = [claim.answer[s.start : s.end] for s in self._spans]
        # The last part is the whole answer, unless it is one sentence.
        self._texts = texts if len(texts) < 2 else [*texts, claim.answer]
        if not self._context.spans:
            self._texts = []
        self._evidence = [evidence(self._context, text) for text in self._texts]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Returns what the cross-encoder reads: (passage, claim).

        First each part with its window; then each sentence with the one sentence of the context
        that bears most on it, then with the two. The network judges a short passage best where one
        sentence says it all, and a long one where it takes several.
        """
        texts = [" ".join(text.split()) for text in self._texts]
        whole = [
            (window(self._context, rows), text)
            for rows, text in zip(self._evidence, texts, strict=True)
        ]
        few = [
            (" ".join(sentence(self._context, row) for row in sorted(rows[:n])), text)
            for n in (1, 2)
            for rows, text in list(zip(self._evidence, texts, strict=True))[: self._n_sentences]
        ]
        return whole + few

    @property
    def n_rows(self) -> int:
        """Returns the number of rows of features: one a part."""
        return len(self._texts)

    def rows(self, odds: Sequence[float]) -> list[list[float]]:
        """Returns the features of each part, given the log-odds of `pairs`."""
        n, n_sentences = self.n_rows, self._n_sentences
        windows, nearest, two = odds[:n], odds[n : n + n_sentences], odds[n + n_sentences :]
        words = [
            lexical.features(self._context, text, rows)
            for text, rows in zip(self._texts, self._evidence, strict=True)
        ]
        made = []
        for number, listed in enumerate(words):
            inner = range(n_sentences) if number == n_sentences else [number]
            made.append(
                [
                    *listed,
                    windows[number],
                    max(windows[i] for i in inner),
                    math.fsum(windows[i] for i in inner) / len(inner),
                    max(nearest[i] for i in inner),
                    math.fsum(nearest[i] for i in inner) / len(inner),
                    max(two[i] for i in inner),
                    min(words[i][_FOUND] for i in inner),
                    max(words[i][_HEAVIEST] for i in inner),
                    min(words[i][_COPIED] for i in inner),
                    math.log(len(inner)),
                ]
            )
        return made

    @property
    def _n_sentences(self) -> int:
        return min(len(self._spans), len(self._texts))

    def verdict(self, found: Sequence[float]) -> Verdict:
        """Returns the verdict, given the probability of each part."""
        claim = self._claim
        if not self._spans:
            return Verdict(id=claim.id, score=1.0, sentences=(), note="the answer says nothing")
        if not found:
            nothing = tuple(SentenceScore(start=s.start, end=s.end, score=1.0) for s in self._spans)
            return Verdict(id=claim.id, score=1.0, sentences=nothing, note="the context is empty")
        note = ""
        if not (looks_english(claim.answer) and looks_english(claim.context)):
            note = "not English: the score is drawn to 0.5"
            found = [0.5 + _UNSURE_SPREAD * (p - 0.5) for p in found]
        scored = tuple(
            SentenceScore(start=s.start, end=s.end, score=round(p, 6), support=self._support(i))
            for i, (s, p) in enumerate(zip(self._spans, found, strict=False))
        )
        return Verdict(id=claim.id, score=round(found[-1], 6), sentences=scored, note=note)

    def _support(self, part: int) -> tuple[Span, ...]:
        return tuple(self._context.spans[row] for row in self._evidence[part][:_N_SUPPORT])


@lru_cache(maxsize=1)
def model() -> Model:
    """Returns the model that comes with the package."""
    file = resources.files("roundtable.generation.guard").joinpath("support.json")
    return msgspec.json.decode(file.read_bytes(), type=Model)


@lru_cache(maxsize=8)
def _laid_out(text: str) -> Context:
    return lay_out(text)


def _has_word(text: str, span: Span) -> bool:
    return any(c.isalnum() for c in text[span.start : span.end])
