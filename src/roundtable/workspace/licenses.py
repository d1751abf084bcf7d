"""What is said of licenses, and how a policy's rules are merged with a use case's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from roundtable.workspace.declared import Declared, Text

Treatment = Literal["allowed", "needs-signoff", "blocked"]
_STRICTNESS: tuple[Treatment, ...] = ("allowed", "needs-signoff", "blocked")


class LicenseRules(Declared):
    """Rules on licenses; what is left out adds nothing to what others say."""

    deny: tuple[Text, ...] = Field(default=(), description="Licenses that may not be used.")
    unknown: Treatment | None = Field(
        default=None,
        description="What becomes of an unknown license, at least; none: as the terms say.",
    )
    undisclosed_lineage: Treatment | None = Field(
        default=None,
        description="What becomes of undisclosed sources, at least; none: as the terms say.",
    )


def merged_rules(rules: LicenseRules, others: Iterable[LicenseRules]) -> LicenseRules:
    """Returns the use case's rules with the policies' added, the stricter of each winning.

    Args:
        rules: The use case's own.
        others: Those of the policies that match it.
    """
    every = [rules, *others]
    return LicenseRules(
        deny=tuple(sorted({name for one in every for name in one.deny})),
        unknown=_strictest(one.unknown for one in every),
        undisclosed_lineage=_strictest(one.undisclosed_lineage for one in every),
    )


def _strictest(treatments: Iterable[Treatment | None]) -> Treatment | None:
    said = [one for one in treatments if one is not None]
    return max(said, key=_STRICTNESS.index, default=None)
