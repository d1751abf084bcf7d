"""Decisions of counsel, or of a licensor, on clauses of licenses: each until it expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from roundtable.workspace.declared import Asset, Declared, Text, wrong

Effect = Literal["waived", "review", "prohibited"]
_NEEDED = ("license", "clause", "effect", "by", "why", "expires")


class Decision(Declared):
    """What was decided on one clause, by whom, on what ground, and until when."""

    license: Text = Field(description="The license's id; `lineage` and `unknown` are ones too.")
    clause: Text = Field(description="The clause's id, as `license check` shows it.")
    asset: str = Field(default="", description="The asset that brings it; empty: every one.")
    effect: Effect = Field(description="What replaces the clause's verdict; its duties stay.")
    by: Text = Field(description="Who decided: counsel, or the licensor.")
    why: Text = Field(description="On what ground: a contract, an opinion, a letter.")
    expires: date = Field(description="The last day on which it holds.")
    scope: tuple[Text, ...] = Field(
        default=(), description="The use cases that it is for; empty: all."
    )


class Overrides(Asset):
    """One decision, or a list of them."""

    license: str = Field(
        default="", description="The license's id; `lineage` and `unknown` are ones too."
    )
    clause: str = Field(default="", description="The clause's id, as `license check` shows it.")
    asset: str = Field(default="", description="The asset that brings it; empty: every one.")
    effect: Effect | None = Field(
        default=None, description="What replaces the clause's verdict; its duties stay."
    )
    by: str = Field(default="", description="Who decided: counsel, or the licensor.")
    why: str = Field(default="", description="On what ground: a contract, an opinion, a letter.")
    expires: date | None = Field(default=None, description="The last day on which it holds.")
    scope: tuple[Text, ...] = Field(
        default=(), description="The use cases that it is for; empty: all."
    )
    overrides: tuple[Decision, ...] = Field(
        default=(), description="Several decisions, each with these keys, instead."
    )

    @model_validator(mode="after")
    def _one_or_several(self) -> Overrides:
        said = [name for name in (*_NEEDED, "asset", "scope") if getattr(self, name)]
        if self.overrides and said:
            raise wrong(
                f"{said[0]!r} of one decision stands beside a list of them",
                "put it into an item [[overrides]], or take the list out",
                field=said[0],
            )
        missing = [name for name in _NEEDED if not getattr(self, name)]
        if not self.overrides and missing:
            names = ", ".join(missing)
            raise wrong(
                f"the decision lacks {names}" if said else "no decision stands here",
                f"add {names}; a decision says what, by whom, on what ground and until when",
            )
        return self

    def entries(self) -> Iterator[tuple[tuple[str | int, ...], Decision]]:
        """Yields each decision, and the keys that lead to it in the file."""
        if not self.overrides:
            own = {name: getattr(self, name) for name in Decision.model_fields}
            yield (), Decision.model_validate(own)
        for index, one in enumerate(self.overrides):
            yield ("overrides", index), one
