"""What `roundtable.toml` says."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from roundtable.plugins import KINDS
from roundtable.workspace.declared import Asset, Declared, Positive, Text, wrong


class Place(Declared):
    """The workspace's name, and where what it learns is kept."""

    name: Text = Field(description="The workspace's name.")
    store: Text = Field(
        default="sqlite:///.roundtable/store.db",
        description="URL of the store: `sqlite:///FILE` or `postgresql://user@host/db`.",
    )
    blobs: Text = Field(
        default=".roundtable/blobs", description="Where large files go: a folder or an fsspec URL."
    )

    @field_validator("store", "blobs")
    @classmethod
    def _no_secret(cls, value: str) -> str:
        try:
            secret = urlsplit(value).password
        except ValueError as error:
            raise wrong("this is not a URL", "write postgresql://user@host/db") from error
        if secret is not None:
            raise wrong("this URL holds a password", "take it out; it is read from the environment")
        return value


class Budget(Declared):
    """What a run may cost."""

    usd_per_run: Positive = Field(
        default=5.0, description="The most one run may spend, in USD; never overshot."
    )


class Capacity(Declared):
    """What the organisation can put in, and for what."""

    quarter: str = Field(default="", description="The quarter that is planned, such as `2026Q4`.")
    person_weeks: Positive = Field(default=0.0, description="Person-weeks there are in it.")
    experiment_share: Positive = Field(
        default=0.0, le=1, description="Share of them kept for experiments, in [0, 1]."
    )
    imperatives: tuple[Text, ...] = Field(
        default=(), description="Names of the aims that use cases may serve."
    )


class Settings(Asset):
    """What holds for the whole workspace."""

    workspace: Place = Field(description="Its name, and where its store is.")
    budget: Budget = Field(default=Budget(), description="What a run may cost.")
    people: dict[str, tuple[Text, ...]] = Field(
        default={}, description="Who may sign for which role: role to e-mail addresses."
    )
    capacity: Capacity = Field(
        default=Capacity(), description="What there is to spend, and for what."
    )
    plugins: dict[str, dict[str, Text]] = Field(
        default={}, description="Classes of one's own: kind, then name to `file.py:Class`."
    )

    @field_validator("plugins")
    @classmethod
    def _known_kinds(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for kind, named in value.items():
            if kind not in KINDS:
                raise wrong(f"there is no kind of plug-in {kind!r}", f"use: {', '.join(KINDS)}")
            for name, target in named.items():
                if ":" not in target:
                    raise wrong(f"the plug-in {name!r} names no class", "write file.py:Class")
        return value
