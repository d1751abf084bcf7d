"""Overrides of a workspace: whom they bind, until when, and how many days that leaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from roundtable.licensing.types import Override
from roundtable.workspace import Workspace


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """An override of the workspace.

    Args:
        override: As the engine takes it.
        scope: The use cases that it is for; empty: all, and assets asked about on their own.
        file: Where it stands.
        days_left: Days until its last one, from the day asked; 0: today is the last; below 0: it
            has expired.
    """

    override: Override
    scope: tuple[str, ...]
    file: str
    days_left: int

    @property
    def in_force(self) -> bool:
        """Whether it holds on the day asked."""
        return self.days_left >= 0


def rulings(workspace: Workspace, *, as_of: date) -> tuple[Ruling, ...]:
    """Returns all overrides, those that expire first in front.

    Args:
        workspace: It holds them in `overrides/`.
        as_of: The day asked.
    """
    found = [
        Ruling(
            override=Override(
                license=one.license,
                clause=one.clause,
                effect=one.effect,
                by=one.by,
                why=one.why,
                expires=one.expires,
                asset=one.asset or None,
            ),
            scope=one.scope,
            file=decisions.file,
            days_left=(one.expires - as_of).days,
        )
        for decisions in workspace.overrides.values()
        for _, one in decisions.entries()
    ]
    return tuple(sorted(found, key=lambda one: (one.override.expires, one.file)))


def within(found: Iterable[Ruling], usecase: str) -> tuple[Override, ...]:
    """Returns the overrides that are for a use case, expired ones too.

    Args:
        found: All of them.
        usecase: Its id; empty for an asset asked about on its own, outside every scope.
    """
    return tuple(one.override for one in found if not one.scope or usecase in one.scope)


def days_in_words(left: int) -> str:
    """Returns in words how long an override still holds.

    >>> days_in_words(1)
    '1 day left'
    """
    if left < 0:
        return f"expired {-left} {'day' if left == -1 else 'days'} ago"
    if left == 0:
        return "today is its last day"
    return f"{left} {'day' if left == 1 else 'days'} left"
