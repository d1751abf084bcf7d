"""A text that matches a regular expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.constraints.patterns import can_hang
from roundtable.generation.types import Grammar

# A repeat of a repeat can try exponentially many ways; short answers are all that it may meet.
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class Regex:
    """Reads an answer that matches an expression from its first to its last character.

    White space around the answer is not part of it. Python's `re` cannot be interrupted, so an
    expression that can take exponential time (a repeat that holds a repeat, or alternatives that
    begin alike, such as `(a+)+`) is refused when it is declared, not met when a model answers.

    Args:
        pattern: The expression, in Python's syntax; `.` matches a line break too.
    """

    pattern: str

    def __post_init__(self) -> None:
        """Refuses an expression that is none, or that could hang."""
        try:
            re.compile(self.pattern, re.DOTALL)
        except re.error as error:
            raise UsageError(
                f"the regular expression is wrong: {error}", fix="correct the pattern"
            ) from error
        if why := can_hang(self.pattern):
            raise UsageError(
                f"the regular expression could take exponential time: {why}",
                fix="write it so that a text can be matched in one way only",
            )

    @property
    def grammar(self) -> Grammar:
        """The expression."""
        return Grammar(kind="regex", source=self.pattern)

    def parse(self, text: str, /) -> str:
        """Returns the answer without the white space around it.

        Raises:
            ConstraintError: it does not match, or is longer than 100,000 characters.
        """
        said = text.strip()
        if len(said) > _MOST_CHARACTERS:
            raise ConstraintError("the answer is too long to be matched", fix="answer briefly")
        if re.fullmatch(self.pattern, said, re.DOTALL) is None:
            raise ConstraintError(
                f"the answer does not match {self.pattern!r}",
                fix=f"answer with a text that matches {self.pattern!r} and nothing else",
            )
        return said
