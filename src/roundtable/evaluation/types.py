"""The values an evaluation makes: cases, scores, results of samples, estimates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import msgspec

from roundtable.generation.types import Answer, Complete, Passage, SentenceCheck

Direction = Literal["higher", "lower"]
Statistic = Literal["proportion", "mean", "total", "quantile", "corpus"]


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric's word on one sample.

    Args:
        value: A bool gives a proportion, a float a mean; None: not applicable to this sample.
        note: A few words for the reader of the report.
        parts: Named sub-scores (fields of an extraction) in [0, 1].
        sentences: What a checker found of each sentence of the answer, for the report.
    """

    value: bool | float | None
    note: str = ""
    parts: dict[str, float] = {}
    sentences: tuple[SentenceCheck, ...] = ()


Scored = bool | float | Score


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One sample and its answer, as a metric sees them.

    Args:
        id: The sample's id.
        inputs: Its input fields.
        target: What was expected; None if the dataset has no targets.
        answer: What the pipeline said.
        options: The task's options, for a choice.
        usd: What the answer cost.
        complete: Asks the judge's model; cached, budgeted and limited like any other call. None
            where the metric declares no judge.
        retrieve: Finds passages of the corpus that the metric's `corpus` names, for any text. None
            where it names none.
    """

    id: str
    inputs: dict[str, object]
    target: object
    answer: Answer
    options: tuple[str, ...] = ()
    usd: float = 0.0
    complete: Complete | None = None
    retrieve: Callable[[str], list[Passage]] | None = None


class Metric(Protocol):
    """One number a use case is measured by. A frozen dataclass; its fields are its options.

    Optional class attributes: `version` (raise it when scores change), `direction` (`higher`, the
    default, or `lower` is better), `unit` (such as `ms`), `heavy` (scored in a thread).
    """

    def score(self, case: Case, /) -> Scored | Awaitable[Scored]:
        """Scores one case: a bool for a share, a float for a mean, a Score to add a note."""
        ...


class SampleError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a sample has no answer.

    Args:
        kind: `provider`, `constraint`, `prompt`, `metric` or `internal`.
        message: What happened, in a sentence.
        retryable: Whether asking again later may help (the next run then asks again).
        detail: The traceback of an internal error, or the answer that did not parse.
    """

    kind: Literal["provider", "constraint", "prompt", "metric", "internal"]
    message: str
    retryable: bool = False
    detail: str = ""


class SampleResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one candidate did on one sample; the row that the store keeps.

    Args:
        index: The sample's position in the evaluated split, from 0.
        id: The sample's id.
        answer: None if there is an error.
        error: None if there is an answer.
        scores: Metric name to score; a metric that does not apply is absent.
        usd: What its calls cost when they were made.
        n_made: Calls made in the run that first answered it.
        n_retried: Attempts beyond the first of these.
    """

    index: int
    id: str
    answer: Answer | None = None
    error: SampleError | None = None
    scores: dict[str, Score] = {}
    usd: float = 0.0
    n_made: int = 0
    n_retried: int = 0


class Estimate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A metric over the samples, with its uncertainty.

    Args:
        value: The point estimate; None if nothing could be measured.
        interval: Two-sided, at `confidence`; None where n is too small.
        n: Samples it rests on.
        clusters: Independent groups among them (equals n without clusters).
        confidence: In (0, 1).
        statistic: What kind of number this is.
        method: The interval's method, such as `wilson`.
        direction: Which way is better.
        unit: Of value and interval; empty for shares.
        parts: Per-class or per-field values.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    n: int = 0
    clusters: int = 0
    confidence: float = 0.95
    statistic: Statistic = "mean"
    method: str = ""
    direction: Direction = "higher"
    unit: str = ""
    parts: dict[str, float] = {}
