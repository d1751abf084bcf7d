"""A text that a grammar in GBNF allows."""

from __future__ import annotations

from dataclasses import dataclass

from roundtable.errors import UsageError
from roundtable.generation.constraints.gbnf import fault_of
from roundtable.generation.types import Grammar


@dataclass(frozen=True)
class GrammarText:
    """Reads an answer as the text that it is.

    Only a decoder can hold a model to a GBNF grammar (the embedded one does); what it wrote is
    taken as it stands.

    Args:
        source: The grammar, with a rule `root`.
    """

    source: str

    def __post_init__(self) -> None:
        """Refuses a text that is no grammar."""
        if fault := fault_of(self.source):
            raise UsageError(f"the grammar is wrong: {fault}", fix="correct the grammar")

    @property
    def grammar(self) -> Grammar:
        """The grammar."""
        return Grammar(kind="gbnf", source=self.source)

    def parse(self, text: str, /) -> str:
        """Returns the answer."""
        return text
