"""Metrics of whether answers, and their citations, are supported by the passages they rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from roundtable.evaluation.metrics.grounded import gave_none
from roundtable.evaluation.metrics.reading import spelled
from roundtable.evaluation.types import Case, Score
from roundtable.generation.grounding.citations import (
    VerifiedSentence,
    precision,
    recall,
    verified,
)
from roundtable.generation.grounding.holding import hold
from roundtable.generation.types import Passage

NOT_CHECKED = "no answer was given"
_NO_ANSWER = Score(value=None, note=NOT_CHECKED)
_SENTENCES = 12


@dataclass(frozen=True)
class Unsupported:
    """How likely answers are not supported by their reference context: the mean is their share.

    A probability of the built-in checker, calibrated on answers that people labeled; it does not
    tell an addition from a contradiction. Of samples without an answer nothing is measured.

    Args:
        corpus: A corpus of the workspace: answers are held against what it says of the question,
            and of question and answer together. All candidates are measured alike, also those
            that answer from memory.
        context: An input that holds the context, instead.

    With neither, an answer is held against the passages that it was given.
    """

    corpus: str = ""
    context: str = ""
    version: ClassVar[str] = "1"
    direction: ClassVar[str] = "lower"
    heavy: ClassVar[bool] = True
    checks: ClassVar[bool] = True

    def score(self, case: Case, /) -> Score:
        """Scores the probability; nothing where there is no answer, or no context."""
        if gave_none(case):
            return _NO_ANSWER
        passages = self._reference(case)
        if not passages:
            return Score(value=None, note="there is no context to hold the answer against")
        held = hold(case.answer.text, passages, question=_question(case))
        return Score(
            value=held.p_unsupported, note=held.note, sentences=held.sentences[:_SENTENCES]
        )

    def _reference(self, case: Case) -> list[Passage]:
        if self.context:
            return _as_passages(case.inputs.get(self.context), self.context)
        if not self.corpus or case.retrieve is None:
            return list(case.answer.passages)
        question = _question(case)
        found = [
            *case.retrieve(question),
            *case.retrieve(f"{question} {case.answer.text[:500]}"),
        ]
        return list({one.id: one for one in found}.values())


@dataclass(frozen=True)
class CitationRecall:
    """Share of an answer's sentences that the passages they cite support, by the checker.

    A sentence that cites nothing is not supported.

    Source: Gao et al. 2023, ALCE, section 3.
    """

    version: ClassVar[str] = "1"
    heavy: ClassVar[bool] = True
    checks: ClassVar[bool] = True

    def score(self, case: Case, /) -> Score:
        """Scores the share; nothing where there is no answer or were no passages."""
        return _cited(case, recall)


@dataclass(frozen=True)
class CitationPrecision:
    """Share of an answer's citations that belong where they stand, by the checker.

    One belongs there if its passage alone supports the sentence, or if without it the other
    citations do not. A number that names no passage is wrong.

    Source: Gao et al. 2023, ALCE, section 3.
    """

    version: ClassVar[str] = "1"
    heavy: ClassVar[bool] = True
    checks: ClassVar[bool] = True

    def score(self, case: Case, /) -> Score:
        """Scores the share; nothing where there is no answer, or nothing is cited."""
        return _cited(case, precision)


def _cited(case: Case, share: Callable[[list[VerifiedSentence]], float | None]) -> Score:
    if gave_none(case):
        return _NO_ANSWER
    if not case.answer.passages:
        return Score(value=None, note="there were no passages to cite")
    found = verified(case.answer.text, case.answer.passages)
    value = share(found)
    return Score(value=value, note="" if value is not None else "nothing is cited")


def _question(case: Case) -> str:
    return spelled(next(iter(case.inputs.values()), ""))


def _as_passages(value: object, name: str) -> list[Passage]:
    """Returns a context as passages: a text, a list of texts, or of objects with a `text`."""
    listed = value if isinstance(value, list | tuple) else [value]
    made = []
    for number, one in enumerate(listed, 1):
        text = one.get("text") if isinstance(one, Mapping) else one
        if isinstance(one, Passage):
            text = one.text
        if isinstance(text, str) and text.strip():
            source = name if len(listed) == 1 else f"{name} {number}"
            made.append(Passage(id=source, text=text, source=source))
    return made
