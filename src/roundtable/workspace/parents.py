"""Checks what assets say they were made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from roundtable.workspace.declared import RELATIONS, Parent
from roundtable.workspace.findings import Findings


class HasParents(Protocol):
    """A declared asset that says what it was made from."""

    @property
    def file(self) -> str:
        """The file it was declared in."""

    @property
    def parents(self) -> tuple[Parent, ...]:
        """What it was made from."""


def check_parents(
    assets: Mapping[str, HasParents], *, known: Collection[str], findings: Findings
) -> None:
    """Adds each parent that is not there, each unknown relation, each asset made of itself.

    Args:
        assets: By kind and id, such as `models/base`.
        known: The names of all assets, also of those whose files are broken.
        findings: Takes the problems.
    """
    for name, asset in assets.items():
        for index, parent in enumerate(asset.parents):
            if parent.id not in known:
                findings.unknown(
                    asset.file, ("parents", index, "id"), kind="asset", name=parent.id, known=known
                )
            if parent.relation not in RELATIONS:
                findings.unknown(
                    asset.file,
                    ("parents", index, "relation"),
                    kind="relation",
                    name=parent.relation,
                    known=RELATIONS,
                )
        if _descends_from(name, name, assets):
            findings.add(
                asset.file,
                ("parents",),
                message=f"{name!r} is its own ancestor",
                fix="take the parent out that closes the circle",
            )


def _descends_from(name: str, ancestor: str, assets: Mapping[str, HasParents]) -> bool:
    seen: set[str] = set()
    left = [name]
    while left:
        here = assets.get(left.pop())
        for parent in here.parents if here else ():
            if parent.id == ancestor:
                return True
            if parent.id not in seen:
                seen.add(parent.id)
                left.append(parent.id)
    return False
