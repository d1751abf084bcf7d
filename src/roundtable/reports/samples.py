"""Samples as the report shows them: errors to read first, and all of them as compact data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite

import msgspec

from roundtable.reports.run_view import AttemptView, SampleView
from roundtable.reports.texts import length_for, shortened

FIRST_ERRORS = 20
FAILURE_REASONS = 10


class WrongAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A sample and the wrong answer to it."""

    sample: SampleView
    attempt: AttemptView


class FailureReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why samples have no answer, how many, and one of them."""

    candidate: str
    error: str
    n: int
    sample: str


def capped(samples: Sequence[SampleView]) -> tuple[SampleView, ...]:
    """Returns the samples with no text longer than a page can hold; a cut text says that it is."""
    length = length_for({text for sample in samples for text in _texts(sample)})
    return tuple(
        _capped(sample, length) if any(len(text) > length for text in _texts(sample)) else sample
        for sample in samples
    )


def _texts(sample: SampleView) -> Iterator[str]:
    yield sample.inputs
    yield sample.target
    for attempt in sample.attempts:
        yield attempt.text
        yield attempt.value
        yield attempt.note
        yield attempt.error
        for message in attempt.messages:
            yield message.content


def _capped(sample: SampleView, length: int) -> SampleView:
    def cut(text: str) -> str:
        return shortened(text, length=length)

    return msgspec.structs.replace(
        sample,
        inputs=cut(sample.inputs),
        target=cut(sample.target),
        attempts=tuple(
            msgspec.structs.replace(
                attempt,
                text=cut(attempt.text),
                value=cut(attempt.value),
                note=cut(attempt.note),
                error=cut(attempt.error),
                messages=tuple(
                    msgspec.structs.replace(message, content=cut(message.content))
                    for message in attempt.messages
                ),
            )
            for attempt in sample.attempts
        ),
    )


def wrong_answers(samples: Sequence[SampleView], candidate: str) -> tuple[WrongAnswer, ...]:
    """Returns one candidate's wrong answers, the most confident first.

    A confident mistake says most about the model, the prompt or the label.
    """
    wrong = [
        WrongAnswer(sample=sample, attempt=attempt)
        for sample in samples
        for attempt in sample.attempts
        if attempt.candidate == candidate and attempt.right is False and not attempt.error
    ]
    unknown = -1.0
    return tuple(
        sorted(
            wrong,
            key=lambda one: unknown if one.attempt.probability is None else one.attempt.probability,
            reverse=True,
        )
    )


def failure_reasons(samples: Sequence[SampleView]) -> tuple[FailureReason, ...]:
    """Returns why samples have no answer, the most frequent reason first."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for sample in samples:
        for attempt in sample.attempts:
            if attempt.error:
                key = (attempt.candidate, attempt.error)
                counts[key] += 1
                first.setdefault(key, sample.id)
    return tuple(
        FailureReason(candidate=key[0], error=key[1], n=n, sample=first[key])
        for key, n in counts.most_common()
    )


def packed(samples: Sequence[SampleView]) -> dict[str, object]:
    """Returns the samples as the page's script reads them.

    Texts of messages are kept once each: candidates and samples share most of their prompts.
    """
    texts: dict[str, int] = {}
    rows = [
        [
            sample.id,
            sample.inputs,
            sample.target,
            [
                {
                    "candidate": a.candidate,
                    "messages": [
                        [m.role, texts.setdefault(m.content, len(texts))] for m in a.messages
                    ],
                    "text": a.text,
                    "value": a.value,
                    "right": a.right,
                    "probability": _finite(a.probability),
                    "scores": {name: _finite(score) for name, score in a.scores.items()},
                    "note": a.note,
                    "error": a.error,
                    "latency_ms": a.latency_ms,
                    "usd": a.usd,
                }
                for a in sample.attempts
            ],
        ]
        for sample in samples
    ]
    return {"texts": list(texts), "samples": rows}


def _finite(value: float | None) -> float | None:
    """Returns None for what JSON has no number for."""
    return value if value is not None and isfinite(value) else None
