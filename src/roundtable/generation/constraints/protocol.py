"""What a constraint is."""

from __future__ import annotations

from typing import Protocol

from roundtable.generation.types import Grammar


class Constraint(Protocol):
    """An output space. A frozen dataclass; its fields are its options."""

    @property
    def grammar(self) -> Grammar:
        """The space, as a decoder can enforce it."""
        ...

    def parse(self, text: str, /) -> object:
        """Reads an answer; raises ConstraintError if it does not lie in the space."""
        ...
