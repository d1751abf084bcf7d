"""Metrics of answers that rest on passages: what was found, and when none was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from roundtable.evaluation.metrics.reading import accepted
from roundtable.evaluation.types import Case, Score
from roundtable.generation.grounding.abstaining import says_unknown


def gave_none(case: Case) -> bool:
    """Returns whether no answer was given: withheld, or the model says that it has none.

    Where the task has options, "unknown" may be one of them, and is an answer.
    """
    return case.answer.abstained or (not case.options and says_unknown(case.answer.text))


@dataclass(frozen=True)
class Abstained:
    """Share of samples without an answer: withheld, or "I don't know"."""

    version: ClassVar[str] = "2"
    direction: ClassVar[str] = "lower"

    def score(self, case: Case, /) -> bool:
        """Scores True if no answer was given."""
        return gave_none(case)


@dataclass(frozen=True)
class Coverage:
    """Share of samples that were given an answer."""

    version: ClassVar[str] = "2"

    def score(self, case: Case, /) -> bool:
        """Scores True if an answer was given."""
        return not gave_none(case)


@dataclass(frozen=True)
class UnanswerableAbstained:
    """Of the samples that nothing answers (an empty list of answers), share without an answer."""

    version: ClassVar[str] = "2"

    def score(self, case: Case, /) -> Score:
        """Scores True if no answer was given; nothing where there is an answer."""
        expected = accepted(case)
        if expected is None or expected:
            return Score(value=None, note="the row has an answer")
        return Score(value=gave_none(case))


@dataclass(frozen=True)
class RetrievalRecall:
    """Share of samples whose right passage was among those found.

    Args:
        field: The input that names the document it is in, as a passage's `source` does; of a row
            of JSON lines, its id is enough.
    """

    field: str = "passage"
    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores True if a passage of that document was found; nothing where none is named."""
        wanted = case.inputs.get(self.field)
        if not wanted or accepted(case) == ():
            return Score(value=None, note="no passage answers the row")
        if not case.answer.passages and not case.answer.abstained:
            return Score(value=None, note="nothing was looked for")
        sources = [one.source for one in case.answer.passages]
        return Score(value=any(wanted in (one, one.rpartition("#")[2]) for one in sources))
