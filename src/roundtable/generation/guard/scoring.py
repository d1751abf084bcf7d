"""Scores answers one after another, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from roundtable.generation.guard.protocol import Checker
from roundtable.generation.guard.types import Claim, Verdict

_BATCH = 16


def score(claims: Iterable[Claim], *, checker: Checker | None = None) -> Iterator[Verdict]:
    """Yields how likely each answer is not supported by its context, in order.

    Claims are read as verdicts are taken, so that a file of any length can be scored.

    Args:
        claims: The answers with their contexts.
        checker: Another than the one built in.

    Raises:
        MissingExtraError: the built-in checker's engine is not installed.
    """
    if checker is None:
        from roundtable.generation.guard.support import Support

        checker = Support()
    coming = iter(claims)
    while batch := list(islice(coming, _BATCH)):
        yield from checker.check(batch)
