"""Models, datasets and the other assets, as their files declare them."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from roundtable.workspace.declared import (
    OPERATIONAL,
    Asset,
    Audience,
    Count,
    Declared,
    Lineage,
    Parent,
    Positive,
    Share,
    Stage,
    Text,
    Whole,
    wrong,
)
from roundtable.workspace.gate import PolicyGate
from roundtable.workspace.licenses import LicenseRules
from roundtable.workspace.prompt import Parameters

_SECRET = re.compile(
    r"api[-_]?key|authorization|password|secret|(access|auth|bearer)[-_]?token", re.IGNORECASE
)
ROWS = (".jsonl", ".csv", ".parquet")


class Price(Declared):
    """What a model's tokens cost."""

    input_usd_per_mtok: Positive = Field(description="USD for a million input tokens.")
    output_usd_per_mtok: Positive = Field(description="USD for a million output tokens.")
    cached_input_usd_per_mtok: Positive | None = Field(
        default=None, description="USD for a million input tokens that the provider had cached."
    )


class Licensed(Asset):
    """An asset with terms and a past."""

    license: Text = Field(
        default="unknown",
        description="Its license: an id of the terms knowledge base.",
        json_schema_extra=OPERATIONAL,
    )
    lineage: Lineage = Field(
        default="undisclosed",
        description="Whether the sources of its data are known.",
        json_schema_extra=OPERATIONAL,
    )
    parents: tuple[Parent, ...] = Field(
        default=(), description="What it was made from.", json_schema_extra=OPERATIONAL
    )


class Model(Licensed):
    """A model, and how it is reached."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    provider: Text = Field(description="The connector: a built-in name or a plug-in's.")
    model: Text = Field(description="The model's name as the provider knows it.")
    base_url: str = Field(default="", description="Where the provider answers.")
    api_key_env: str = Field(
        default="",
        description="The environment variable that holds the key; never the key.",
        json_schema_extra=OPERATIONAL,
    )
    path: str = Field(default="", description="A GGUF file beside this one, for `embedded`.")
    options: dict[str, Any] = Field(
        default={}, description="Options of the connector, or of the request's body."
    )
    parameters: Parameters = Field(
        default=Parameters(), description="How to sample, where neither prompt nor candidate says."
    )
    max_in_flight: Count = Field(
        default=8, description="The most calls under way at once.", json_schema_extra=OPERATIONAL
    )
    price: Price | None = Field(
        default=None,
        description="What its tokens cost; none: nothing.",
        json_schema_extra=OPERATIONAL,
    )

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            good = not value or (parts.scheme in ("http", "https") and parts.hostname)
            secret = parts.password
        except ValueError:
            good, secret = False, None
        if not good:
            raise wrong("this is not an HTTP address", "write https://host/v1")
        if secret is not None:
            raise wrong("this URL holds a password", "take it out; name it by api_key_env")
        return value

    @field_validator("api_key_env")
    @classmethod
    def _variable(cls, value: str) -> str:
        # The value is not shown: it may be the key itself.
        if value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
            raise wrong(
                "this is not the name of an environment variable",
                "write the variable's name, such as OPENAI_API_KEY, and put the key into it",
            )
        return value

    @field_validator("options")
    @classmethod
    def _no_secret(cls, value: dict[str, Any]) -> dict[str, Any]:
        headers = value.get("headers")
        for name in (*value, *(headers if isinstance(headers, dict) else ())):
            if _SECRET.search(name):
                raise wrong(
                    f"{name!r} would put a secret into this file",
                    "put it into the environment, and name the variable by api_key_env",
                )
        return value


class Rated(Declared):
    """Where a row keeps an answer that people judged, and what they said of it."""

    answer: Text = Field(description="The field that holds the answer.")
    verdict: Text = Field(
        description="The field that holds their verdict, one of the judge's scale; null for none."
    )


class Dataset(Licensed):
    """Rows in a file, and which of their fields are what."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    path: str = Field(default="", description="The rows' file, beside this one.")
    files: dict[str, Text] = Field(default={}, description="Split to file, instead of `path`.")
    input: tuple[Text, ...] = Field(
        min_length=1, description="The fields that prompts may use; the first is the text."
    )
    target: str = Field(default="", description="The field that holds what is expected.")
    cluster: str = Field(
        default="", description="The field shared by rows that are not independent."
    )
    labels: Rated | None = Field(
        default=None,
        description="Answers that people judged: a judge is held against their verdicts.",
    )
    split: str = Field(default="", description="The field that names a row's split.")
    splits: dict[str, Share] = Field(
        default={}, description="Split to share, for splits made from a hash of the row."
    )
    seed: Whole = Field(default=0, description="Seed of that hash.")

    @field_validator("input")
    @classmethod
    def _unique(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise wrong("a field is named twice", "name each field once")
        return value

    @field_validator("splits")
    @classmethod
    def _whole(cls, value: dict[str, float]) -> dict[str, float]:
        if value and abs(sum(value.values()) - 1) > 1e-6:
            raise wrong(
                f"the shares sum to {sum(value.values()):g}, not 1",
                "write shares such as { train = 0.8, test = 0.2 }",
            )
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Dataset:
        if bool(self.path) == bool(self.files):
            raise wrong(
                "a dataset has either `path` or `files`",
                'write path = "rows.jsonl", or files = { train = "a.jsonl", test = "b.jsonl" }',
            )
        for name in [self.path] if self.path else self.files.values():
            if not name.endswith(ROWS):
                raise wrong(
                    f"rows cannot be read from {name!r}",
                    f"use one of: {', '.join(ROWS)}",
                    field="path" if self.path else "files",
                )
        if sum(map(bool, (self.files, self.split, self.splits))) > 1:
            raise wrong(
                "`files`, `split` and `splits` exclude each other",
                "keep one of the three",
                field="split" if self.split else "splits",
            )
        if self.target and self.target in self.input:
            raise wrong(
                f"the target {self.target!r} is also an input: a prompt could show the answer",
                "take it out of `input`",
                field="input",
            )
        return self


class Ancestor(Licensed):
    """Something that others made and that ours is made from; it is never run here."""

    kind: Literal["model", "adapter", "dataset", "corpus", "prompt", "software", "system"] = Field(
        description="What it is."
    )
    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    url: str = Field(default="", description="Where it can be had.")
    source: str = Field(
        default="", description="Where this is known from, such as a supplier's bill of materials."
    )


class Passages(Declared):
    """How documents are cut."""

    max_tokens: Count = Field(default=200, description="The most tokens of a passage.")
    overlap_tokens: Whole = Field(default=40, ge=0, description="Tokens shared by neighbours.")


class Corpus(Licensed):
    """Documents that answers may rest on."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    path: Text = Field(description="The documents: a folder or file beside this one.")
    passages: Passages = Field(default=Passages(), description="How documents are cut.")
    retriever: dict[str, Any] = Field(
        default={"name": "lexical", "k": 4}, description="The retriever's name and its options."
    )


class Guard(Asset):
    """A learned threshold that decides between answering and abstaining."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    fitted: Text = Field(description="The file that `roundtable guard fit` wrote, beside this one.")
    alpha: Share = Field(description="The accepted risk: P(not supported | answered).")
    confidence: Share = Field(default=0.95, description="How sure the guarantee is.")
    on_abstain: str = Field(default="", description="What is said instead of an answer.")


class Recipe(Asset):
    """How a model is tuned."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    method: Literal["lora", "full", "from-scratch", "hosted"] = Field(
        description="What is trained, and where."
    )
    base: str = Field(default="", description="The model that it starts from.")
    dataset: Text = Field(description="The dataset that is learned.")
    prompt: str = Field(default="", description="The prompt the examples are written in.")
    usecase: str = Field(default="", description="The use case measured before and after.")
    seed: Whole = Field(default=0, description="The seed of training.")
    split: dict[str, Share] = Field(default={}, description="Split to share.")
    training: dict[str, Any] = Field(default={}, description="Options of the method.")


class AppliesTo(Declared):
    """Which use cases a policy matches; an empty list matches all."""

    audience: tuple[Audience, ...] = Field(default=(), description="The audiences it holds for.")
    stage: tuple[Stage, ...] = Field(default=(), description="The stages it holds for.")


class Policy(Asset):
    """Rules merged into every use case they match; a use case may be stricter, never laxer."""

    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    applies_to: AppliesTo = Field(default=AppliesTo(), description="The use cases it matches.")
    licenses: LicenseRules = Field(default=LicenseRules(), description="Rules on licenses.")
    gate: PolicyGate = Field(default=PolicyGate(), description="Limits and sign-offs it adds.")

    def matches(self, *, audience: Audience, stage: Stage | None) -> bool:
        """Tells whether it holds for what has this audience and stage.

        Args:
            audience: Who sees what the model says.
            stage: How far it is; None for what is no use case.
        """
        wanted = self.applies_to
        return (not wanted.audience or audience in wanted.audience) and (
            not wanted.stage or stage in wanted.stage
        )
