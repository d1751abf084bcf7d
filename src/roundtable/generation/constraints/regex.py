"""A text that matches a regular expression."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.constraints.patterns import Pattern, Unsupported
from roundtable.generation.types import Grammar

_MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class Regex:
    """Reads an answer that matches an expression from its first to its last character.

    White space around the answer is not part of it. The time is linear in the answer's length,
    whatever the expression; so look-around, back references and word boundaries, which need more,
    are refused when the constraint is made.

    Args:
        pattern: The expression, in Python's syntax; `.` matches a line break too.
    """

    pattern: str

    def __post_init__(self) -> None:
        """Refuses an expression that is none, or that cannot be matched in linear time."""
        _compiled(self.pattern)

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
        if not _compiled(self.pattern).matches(said):
            raise ConstraintError(
                f"the answer does not match the expression {self.pattern!r}",
                fix=f"answer with a text that matches {self.pattern!r} and nothing else",
            )
        return said


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Pattern:
    try:
        return Pattern(pattern)
    except re.error as error:
        raise UsageError(
            f"the regular expression is wrong: {error}", fix="correct the pattern"
        ) from error
    except Unsupported as error:
        raise UsageError(
            f"the regular expression holds {error}, which an output space cannot have",
            fix="write it with characters, classes, groups, alternatives and repeats",
        ) from error
