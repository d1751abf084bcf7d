"""A run's judges held against people: both rate the same answers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.agreement import Agreement, agreement
from roundtable.evaluation.types import Case, Metric, Score


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that people judged.

    Args:
        case: The row, with that answer.
        verdict: What people said, one of the judge's scale.
        index: Position of the row among the evaluated ones.
    """

    case: Case
    verdict: str
    index: int


class JudgeAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far a judge agrees with people.

    Args:
        metric: The judge's metric.
        model: The model that judges.
        n_rated: Answers that people judged.
        n_without: Of these, without a verdict of the judge's.
        agreement: On the others; None if there are none.
    """

    metric: str
    model: str
    n_rated: int
    n_without: int
    agreement: Agreement | None

    def in_words(self) -> str:
        """Returns what a reader should know before trusting this judge's scores."""
        found = self.agreement
        if found is None:
            return f"The judge {self.metric} ({self.model}) gave no verdict to hold against people."
        low, high = found.interval
        said = (
            f"The judge {self.metric} ({self.model}) agrees with people on {found.share:.3f} of"
            f" {found.n} answers that they rated ({found.confidence * 100:.4g} % interval"
            f" {low:.3f} to {high:.3f}"
        )
        if found.kappa is None:
            said += "; both gave one verdict throughout, so agreement beyond chance is not known)"
        else:
            said += f"; kappa {found.kappa:.2f}"
            if found.kappa_interval is not None:
                said += f", {found.kappa_interval[0]:.2f} to {found.kappa_interval[1]:.2f}"
            said += ")"
        without = f"; {self.n_without} it gave no verdict on" if self.n_without else ""
        return f"{said}{without}."


def judge_agreement(
    metric: Metric,
    name: str,
    rated: Sequence[Rated],
    scores: Sequence[Score | None],
    *,
    clusters: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> JudgeAgreement:
    """Returns how far a judge's scores of rated answers agree with people's verdicts.

    Args:
        metric: The judge.
        name: Its name in the use case.
        rated: What people judged.
        scores: The judge's score of each; None where it gave none.
        clusters: Each evaluated row's cluster, or None.
        confidence: Of the intervals, in (0, 1).
    """
    scale = scale_of(metric)
    pairs = [
        (scale[round(float(score.value) * (len(scale) - 1))], one)
        for one, score in zip(rated, scores, strict=True)
        if score is not None and score.value is not None
    ]
    found = None
    if pairs:
        rows = [one.index for _, one in pairs]
        found = agreement(
            [said for said, _ in pairs],
            [one.verdict for _, one in pairs],
            clusters=None if clusters is None else clusters[rows],
            confidence=confidence,
        )
    return JudgeAgreement(
        metric=name,
        model=str(getattr(metric, "model", "")),
        n_rated=len(rated),
        n_without=len(rated) - len(pairs),
        agreement=found,
    )


def scale_of(metric: Metric) -> tuple[str, ...]:
    """Returns a judge's verdicts, worst first; empty for a metric that is no judge."""
    return tuple(getattr(metric, "scale", ())) if hasattr(metric, "rubric") else ()
