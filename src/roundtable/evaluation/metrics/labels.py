"""Metrics over labels: is the chosen one right?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from roundtable.evaluation.metrics.reading import accepted, folded, said
from roundtable.evaluation.types import Case, Score, Statistic


@dataclass(frozen=True)
class Accuracy:
    """Share of answers that are the expected one; case and white space do not count."""

    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores True if the answer is right; a withheld answer is not."""
        return _label_score(case)


@dataclass(frozen=True)
class MacroF1:
    """F1 of each class, averaged with equal weight.

    It has no value for one sample: a score says whether that sample is right and notes the label
    given; the estimate is computed over all samples from targets and labels.

    Source: Opitz and Burst 2019, Macro F1 and Macro F1, equation 3 (the mean of the F1 scores).
    """

    version: ClassVar[str] = "1"
    statistic: ClassVar[Statistic] = "corpus"

    def score(self, case: Case, /) -> Score:
        """Scores whether the label is right; the note is the label given."""
        return _label_score(case)


def _label_score(case: Case) -> Score:
    expected = accepted(case)
    if expected is None:
        return Score(value=None, note="the row has no target")
    if case.answer.abstained:
        return Score(value=not expected, note="withheld")
    given = case.answer.value if case.answer.value is not None else said(case)
    return Score(value=folded(given) in {folded(e) for e in expected}, note=str(given))
