"""What a candidate's results add up to, sample by sample, in arrays: a row costs some bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from roundtable.evaluation.types import SampleResult, Score
from roundtable.generation.pipeline import as_text

NO_ANSWER = "(no answer)"
_OTHERS = 1000


class Columns:
    """One candidate's results as columns over the samples (length n).

    Args:
        n: How many samples there are.
        metrics: The names of the metrics.
        labels: Answers that there are classes of; a thousand others are told apart beside them.
    """

    def __init__(self, n: int, metrics: tuple[str, ...], *, labels: tuple[str, ...] = ()) -> None:
        self.n = n
        self.done = np.zeros(n, dtype=np.bool_)
        self.n_done = 0
        self.failed = np.zeros(n, dtype=np.bool_)
        self.retryable = np.zeros(n, dtype=np.bool_)
        self.usd = np.zeros(n)
        self.latency_ms = np.full(n, np.nan)
        self.values: dict[str, NDArray[np.float64]] = {name: np.full(n, np.nan) for name in metrics}
        self.binary: dict[str, bool] = {}
        self.parts: dict[str, dict[str, NDArray[np.float64]]] = {}
        self.predicted = np.full(n, -1, dtype=np.int32)
        self.labels: list[str] = list(labels)
        self._codes: dict[str, int] = {label: code for code, label in enumerate(labels)}
        self._most_labels = len(labels) + _OTHERS
        self.models: set[str] = set()
        self.oldest: datetime | None = None
        self.n_made = self.n_cached = self.n_retried = self.n_failed = 0

    def add(self, result: SampleResult) -> None:
        """Takes one sample's result; an error counts as 0 in every share."""
        at = result.index
        self.n_done += not self.done[at]
        self.done[at] = True
        self.usd[at] = result.usd
        if result.error is not None:
            self.failed[at] = True
            self.retryable[at] = result.error.retryable
        if result.answer is not None:
            self.latency_ms[at] = result.answer.latency_ms
            self.models.add(result.answer.model)
            self.predicted[at] = self._code(as_text(result.answer.value))
        for name, score in result.scores.items():
            self._score(name, at, score)

    def _score(self, name: str, at: int, score: Score) -> None:
        if score.value is None:
            return
        if isinstance(score.value, bool):
            self.binary[name] = True
        else:
            self.binary.setdefault(name, False)
        self.values[name][at] = float(score.value)
        if score.parts:
            fields = self.parts.setdefault(name, {})
            for field, value in score.parts.items():
                if field not in fields:
                    fields[field] = np.full(self.n, np.nan)
                fields[field][at] = value

    def _code(self, label: str) -> int:
        code = self._codes.get(label)
        if code is None:
            # Free text has no classes; a table of them would only grow.
            if len(self.labels) >= self._most_labels:
                return -1
            code = self._codes[label] = len(self.labels)
            self.labels.append(label)
        return code

    def predictions(self) -> list[str]:
        """Returns each sample's answer as a label; `(no answer)` where there is none."""
        return [self.labels[code] if code >= 0 else NO_ANSWER for code in self.predicted]


def class_names(targets: Sequence[object]) -> tuple[str, ...]:
    """Returns the classes that occur among targets, sorted."""
    return tuple(sorted({as_text(target) for target in targets if target is not None}))
