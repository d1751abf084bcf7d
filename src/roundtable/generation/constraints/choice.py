"""One of some options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.types import Grammar


@dataclass(frozen=True)
class Choice:
    """Reads an answer as one of the options.

    An answer that is an option is that option; so is one that differs only in case, white space or
    punctuation; else the one option that it mentions as whole words. An option that lies within a
    longer one that is mentioned (`car` in `rental car`) does not count as mentioned there.

    Args:
        options: The allowed answers, all different.
    """

    options: tuple[str, ...]

    def __post_init__(self) -> None:
        """Takes any sequence of options, and refuses one that leaves no choice."""
        object.__setattr__(self, "options", tuple(self.options))
        if not self.options:
            raise UsageError("a choice has no options", fix="name at least one option")
        if len(set(self.options)) < len(self.options):
            raise UsageError("a choice names an option twice", fix="name each option once")
        if not all(option.strip() for option in self.options):
            raise UsageError("an option of a choice is empty", fix="give every option a text")

    @property
    def grammar(self) -> Grammar:
        """The options."""
        return Grammar(kind="choice", options=self.options)

    def parse(self, text: str, /) -> str:
        """Returns the option that the answer names.

        Raises:
            ConstraintError: it names none, or several.
        """
        said = text.strip()
        if said in self.options:
            return said
        plain = _plain(said)
        same = [option for option in self.options if _plain(option) == plain]
        if len(same) == 1 and plain:
            return same[0]
        mentioned = _mentioned(said, self.options)
        if len(mentioned) == 1:
            return mentioned[0]
        if mentioned:
            named = ", ".join(repr(option) for option in mentioned[:5])
            raise ConstraintError(
                f"the answer names {len(mentioned)} options: {named}",
                fix="answer with exactly one option and nothing else",
            )
        raise ConstraintError(
            "the answer names none of the options",
            fix=f"answer with exactly one of: {', '.join(self.options[:30])}",
        )


def _plain(text: str) -> str:
    """Returns the text's words, in lower case, with one space between them."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold())) or text.strip()


def _mentioned(text: str, options: Sequence[str]) -> list[str]:
    """Returns the options that stand in the text as whole words, the longer ones taken first."""
    rest = f" {_plain(text)} "
    found: set[str] = set()
    for plain in sorted({_plain(option) for option in options}, key=len, reverse=True):
        if f" {plain} " in rest:
            found.add(plain)
            # Neighbours share the space between them, so one is left on either side.
            rest = rest.replace(f" {plain} ", " \x00 ")
    return [option for option in options if _plain(option) in found]
