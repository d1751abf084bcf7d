"""Metrics that compare an answer's words with those that were expected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from roundtable.errors import MissingExtraError, PluginError
from roundtable.evaluation.metrics.reading import accepted, said, squad_normal
from roundtable.evaluation.types import Case, Score

_NO_TARGET = Score(value=None, note="the row has no target")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class ExactMatch:
    """Share of answers equal to an accepted one, after SQuAD's normalization.

    Where no answer is accepted (an empty list), only an empty or withheld answer is right.
    """

    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores True if the answer is one of the accepted ones."""
        return _best(case, lambda answer, expected: answer == expected)


@dataclass(frozen=True)
class TokenF1:
    """Overlap of words with the nearest accepted answer: the harmonic mean of precision and recall.

    Source: Rajpurkar et al. 2016, SQuAD, section 6.1.
    """

    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores the F1 of words in [0, 1]."""
        return _best(case, _overlap_f1)


@dataclass(frozen=True)
class RougeL:
    """F-measure of the longest common subsequence of words with the nearest accepted text.

    Source: Lin 2004, ROUGE, section 3; computed by the package rouge-score.

    Args:
        stem: Whether English words are compared by their Porter stem.
    """

    stem: bool = True
    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores the F-measure in [0, 1]."""
        expected = accepted(case)
        if not expected:
            return _NO_TARGET
        found = _rouge_scorer(self.stem).score_multi(expected, said(case))
        return Score(value=float(found["rougeL"].fmeasure))


@dataclass(frozen=True)
class Contains:
    """Share of answers that contain an accepted text.

    Args:
        texts: What to look for; empty to look for the row's accepted answers.
        ignore_case: Whether case does not count.
    """

    texts: tuple[str, ...] = ()
    ignore_case: bool = True
    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores True if any of the texts stands in the answer."""
        wanted = self.texts or accepted(case)
        if not wanted:
            return _NO_TARGET
        fold: Callable[[str], str] = str.casefold if self.ignore_case else str
        answer = fold(said(case))
        return Score(value=any(fold(text) in answer for text in wanted))


@dataclass(frozen=True)
class RegexMatch:
    """Share of answers that match a regular expression from first to last character.

    Args:
        pattern: The expression, in Python's syntax; `.*` around it makes it a search.
    """

    pattern: str
    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise PluginError(
                f"regex_match's pattern is not a regular expression: {error}",
                fix="correct the pattern; in TOML write it in single quotes",
            ) from error

    def score(self, case: Case, /) -> bool:
        """Scores True if the whole answer matches."""
        return re.fullmatch(self.pattern, said(case), flags=re.DOTALL) is not None


def _best(case: Case, compare: Callable[[str, str], bool | float]) -> Score:
    expected = accepted(case)
    if expected is None:
        return _NO_TARGET
    answer = squad_normal(said(case))
    if not expected:
        return Score(value=compare(answer, ""), note="no answer is right")
    return Score(value=max(compare(answer, squad_normal(text)) for text in expected))


def _overlap_f1(answer: str, expected: str) -> float:
    given, wanted = answer.split(), expected.split()
    if not given or not wanted:
        return float(given == wanted)
    shared = (Counter(given) & Counter(wanted)).total()
    return 2 * shared / (len(given) + len(wanted))


class _Words:
    """Words in any script; the package's own tokenizer keeps only ASCII letters and digits."""

    def __init__(self, stem: Callable[[str], str] | None) -> None:
        self._stem = stem

    def tokenize(self, text: str) -> list[str]:
        words = _WORDS.findall(text.lower())
        if self._stem is None:
            return words
        # Short words are kept whole, as ROUGE-1.5.5 does.
        return [self._stem(word) if len(word) > 3 and word.isascii() else word for word in words]


@cache
def _rouge_scorer(stem: bool) -> Any:
    try:
        from rouge_score import rouge_scorer, tokenizers
    except ImportError as error:
        raise MissingExtraError("the metric rouge_l", "metrics") from error
    words = _Words(tokenizers.porter.PorterStemmer().stem if stem else None)
    return rouge_scorer.RougeScorer(["rougeL"], tokenizer=words)
