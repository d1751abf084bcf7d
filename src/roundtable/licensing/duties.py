"""Who in the house sees to each duty, so that a checklist can be handed out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from roundtable.licensing.vocabulary import DUTIES

Role = Literal["engineering", "legal", "product"]

ROLES: dict[str, Role] = {
    "retain-notices": "engineering",
    "include-license-copy": "engineering",
    "pass-on-notice-file": "engineering",
    "state-changes": "engineering",
    "disclose-source": "engineering",
    "network-source": "engineering",
    "record-lineage-gap": "engineering",
    "credit": "product",
    "no-endorsement": "product",
    "display-built-with": "product",
    "name-prefix": "product",
    "tell-users-ai": "product",
    "acceptable-use-policy": "product",
    "share-alike": "legal",
    "pass-on-use-restrictions": "legal",
}
"""Slug of a duty to who sees to it."""


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do.

    Args:
        slug: Its name.
        role: Who sees to it.
        text: What it is.
    """

    slug: str
    role: Role
    text: str


def checklist(obligations: Iterable[str]) -> tuple[Duty, ...]:
    """Returns what is to be done, in words, by who does it."""
    found = [Duty(slug=one, role=ROLES[one], text=DUTIES[one]) for one in obligations]
    return tuple(sorted(found, key=lambda one: (one.role, one.slug)))
