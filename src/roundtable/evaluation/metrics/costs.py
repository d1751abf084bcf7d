"""Metrics of what an answer takes: time, tokens, money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from roundtable.evaluation.types import Case, Direction


@dataclass(frozen=True)
class Latency:
    """Mean time to an answer in milliseconds, as it was when the model was asked."""

    version: ClassVar[str] = "1"
    direction: ClassVar[Direction] = "lower"
    unit: ClassVar[str] = "ms"

    def score(self, case: Case, /) -> float:
        """Scores the milliseconds of all calls made one after another for this answer."""
        return case.answer.latency_ms


@dataclass(frozen=True)
class Tokens:
    """Mean number of tokens an answer takes.

    Args:
        count: `all`, or only those read (`input`) or written (`output`).
    """

    count: Literal["all", "input", "output"] = "all"
    version: ClassVar[str] = "1"
    direction: ClassVar[Direction] = "lower"
    unit: ClassVar[str] = "tokens"

    def score(self, case: Case, /) -> float:
        """Scores the tokens of all calls made for this answer."""
        usage = case.answer.usage
        n_input = usage.input_tokens if self.count != "output" else 0
        n_output = usage.output_tokens if self.count != "input" else 0
        return float(n_input + n_output)


@dataclass(frozen=True)
class Usd:
    """Mean price of an answer in USD."""

    version: ClassVar[str] = "1"
    direction: ClassVar[Direction] = "lower"
    unit: ClassVar[str] = "usd"

    def score(self, case: Case, /) -> float:
        """Scores what this answer cost."""
        return case.usd
