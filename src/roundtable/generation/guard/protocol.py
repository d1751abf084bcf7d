"""What a checker is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from roundtable.generation.guard.types import Claim, Verdict


class Checker(Protocol):
    """Says how likely answers are not supported. A frozen dataclass; its fields are its options."""

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        """Returns one verdict a claim, in order; claims are handed over in batches."""
        ...
