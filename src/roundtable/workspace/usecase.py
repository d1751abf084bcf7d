"""A use case: what is wanted, who might do it, and what it has to hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from roundtable.workspace.declared import (
    ID,
    OPERATIONAL,
    Asset,
    Audience,
    Count,
    Declared,
    Flag,
    Number,
    Positive,
    Stage,
    Text,
    Whole,
    wrong,
)
from roundtable.workspace.gate import Gate
from roundtable.workspace.licenses import LicenseRules
from roundtable.workspace.prompt import Parameters


class MetricRef(Declared):
    """A metric by name, with its options."""

    name: Text = Field(description="The metric's name: a built-in or a plug-in's.")
    options: dict[str, Any] = Field(default={}, description="Each further key: an option of it.")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"name": data}
        if isinstance(data, Mapping):
            rest = {key: value for key, value in data.items() if key != "name"}
            return {key: value for key, value in data.items() if key == "name"} | {"options": rest}
        return data

    model_config = ConfigDict(
        json_schema_extra=lambda schema: _either(schema, "the metric's name, or a table with it")
    )


def _either(schema: dict[str, Any], description: str) -> None:
    properties = {"name": {"type": "string", "minLength": 1}}
    table = {"type": "object", "properties": properties, "required": ["name"]}
    schema.clear()
    schema.update({"description": description, "anyOf": [{"type": "string"}, table]})


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise wrong(f"this is no regular expression: {error}", "mend the pattern") from error
    return value


JsonSchema = dict[str, Any] | str | None
Pattern = Annotated[str, AfterValidator(_compiles)]


def _kind_or_table(schema: dict[str, Any]) -> None:
    table = {key: schema[key] for key in ("type", "properties", "required", "additionalProperties")}
    schema.clear()
    schema["description"] = "The kind of output space, or a table with it and the space itself."
    schema["anyOf"] = [{"type": "string", "minLength": 1}, table]


class Constrain(Declared):
    """What an answer is held to: a kind of output space, which may bring its own."""

    model_config = ConfigDict(json_schema_extra=_kind_or_table)

    kind: Text = Field(description="none, choice, json-schema, regex, grammar, or a plug-in's.")
    json_schema: JsonSchema = Field(
        default=None, alias="schema", description="A JSON Schema instead of the task's, likewise."
    )
    pattern: Pattern = Field(default="", description="A regular expression instead of the task's.")
    grammar: str = Field(
        default="", description="A GBNF grammar instead of the task's, or its `.gbnf` file."
    )

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, data: Any) -> Any:
        return {"kind": data} if isinstance(data, str) else data

    def on(self, task: Task) -> Task:
        """Returns the task with what this brings in place of the task's own."""
        own = {
            name: value
            for name in ("json_schema", "pattern", "grammar")
            if (value := getattr(self, name))
        }
        return task.model_copy(update=own)


class Task(Declared):
    """What an answer looks like."""

    kind: Literal["choice", "extract", "answer", "generate"] = Field(
        description="One of several options, fields, an answer from sources, or free text."
    )
    options: tuple[Text, ...] = Field(default=(), description="The options of a `choice`.")
    fields: str | tuple[Text, ...] = Field(
        default=(), description="The input column that names each row's fields, or their names."
    )
    json_schema: JsonSchema = Field(
        default=None,
        alias="schema",
        description="A JSON Schema of the answer: a table, or the path of a file beside this one.",
    )
    pattern: Pattern = Field(
        default="", description="A regular expression for `constrain = regex`."
    )
    grammar: str = Field(
        default="", description="A GBNF grammar for `constrain = grammar`, or its `.gbnf` file."
    )

    @field_validator("options")
    @classmethod
    def _unique(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = [name for name, n in Counter(value).items() if n > 1]
        if twice:
            raise wrong(f"the option {twice[0]!r} stands twice", "name each option once")
        if any(not name.strip() for name in value):
            raise wrong("an option is only blanks", "write what it is called, or take it out")
        return value

    @model_validator(mode="after")
    def _options_for_choice(self) -> Task:
        if self.kind == "choice" and len(self.options) < 2:
            raise wrong(
                "a choice needs two options or more",
                'write options = ["a", "b"]',
                field="options" if self.options else "",
            )
        if self.kind != "choice" and self.options:
            raise wrong(
                f"a task of kind {self.kind!r} has no options",
                'write kind = "choice", or drop them',
                field="options",
            )
        return self


class Examples(Declared):
    """Labelled rows that a candidate is shown."""

    dataset: Text = Field(description="The dataset they are drawn from.")
    split: str = Field(default="train", description="The split they are drawn from.")
    k: Count = Field(default=8, description="How many.")
    select: Literal["similar", "random", "fixed", "counts"] = Field(
        default="similar",
        description="The rows most like the input, by chance, the same for all, or class counts.",
    )
    seed: Whole = Field(default=0, description="Seed of `random` and `fixed`.")


class Candidate(Declared):
    """One way to do it."""

    id: Text = Field(description="Its name in this use case.", json_schema_extra=OPERATIONAL)
    title: str = Field(
        default="", description="What people call it.", json_schema_extra=OPERATIONAL
    )
    model: Text = Field(description="The model's id.")
    prompt: str = Field(default="", description="The prompt's id; not needed by `baseline`.")
    constrain: Constrain = Field(
        default=Constrain(kind="none"),
        description="What its answers are held to: none, choice, json-schema, regex, grammar, a"
        " plug-in's name, or a table { kind, and schema, pattern or grammar }.",
        json_schema_extra={"default": "none"},
    )
    grounding: str = Field(default="", description="The corpus that answers rest on.")
    reasoning: Literal["", "chain-of-thought"] = Field(
        default="", description="How the model thinks first: `chain-of-thought`, or not at all."
    )
    guard: str = Field(default="", description="The guard that may make it abstain.")
    unsupported: Literal["keep", "remove", "withhold"] = Field(
        default="keep",
        description="Sentences that its passages do not support, by the checker: kept, taken out,"
        " or the answer is withheld.",
    )
    adapter: str = Field(default="", description="A tuned adapter of the model.")
    examples: Examples | None = Field(default=None, description="Labelled rows it is shown.")
    repeats: Count = Field(default=1, description="How many answers are drawn, for a vote.")
    parameters: Parameters = Field(
        default=Parameters(), description="How to sample; goes before the prompt's."
    )
    calibrate: Flag = Field(
        default=False, description="Whether option scores are corrected by a content-free input."
    )

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not re.fullmatch(ID, value):
            raise wrong(f"{value!r} cannot be an id", "use small letters, digits and `-`")
        return value


class Use(Declared):
    """What the license engine is asked."""

    distribution: Literal["internal-only", "hosted-service", "weights", "outputs"] = Field(
        description="What leaves the house."
    )
    commercial: Flag = Field(default=True, description="Whether money is made with it.")
    monthly_active_users: Whole | None = Field(
        default=None, ge=0, description="People who use it in a month."
    )
    regions: tuple[Text, ...] = Field(default=(), description="Where they are.")
    company_region: str = Field(default="", description="Where the company has its seat.")
    domains: tuple[Text, ...] = Field(default=(), description="Fields of use that terms name.")


class Effort(Declared):
    """What it may take."""

    timebox_ends: date | None = Field(default=None, description="When it is decided, whatever.")
    planned: dict[str, Positive] = Field(default={}, description="Role to person-weeks.")


def _metrics_are_values(schema: dict[str, Any]) -> None:
    limits = schema["properties"].pop("limits")
    described = {"description": "What was promised of this metric."}
    schema["additionalProperties"] = limits["additionalProperties"] | described


class Promise(Declared):
    """What leadership was told."""

    model_config = ConfigDict(json_schema_extra=_metrics_are_values)

    limits: dict[str, Number] = Field(
        default={}, description="Each further key: a metric, and the value promised."
    )
    by: date | None = Field(default=None, description="When it is to hold.")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        rest = {key: value for key, value in data.items() if key != "by"}
        return {key: value for key, value in data.items() if key == "by"} | {"limits": rest}


class UseCase(Asset):
    """A use of language models, from idea to product."""

    title: Text = Field(description="What is wanted, in a sentence.", json_schema_extra=OPERATIONAL)
    owner: Text = Field(description="Who answers for it.", json_schema_extra=OPERATIONAL)
    imperative: str = Field(default="", description="The aim it serves, one of the capacity's.")
    stage: Stage = Field(default="poc", description="How far it is.")
    audience: Audience = Field(default="internal", description="Who sees what the model says.")
    tolerance: Literal["strict", "balanced", "creative"] = Field(
        default="strict", description="What counts as a harmful hallucination here."
    )
    dataset: Text = Field(description="The dataset that it is measured on.")
    split: str = Field(default="", description="The split measured; empty: `test` if there is one.")
    monthly_requests: Whole = Field(default=0, ge=0, description="Requests in a month.")
    metrics: tuple[MetricRef, ...] = Field(
        default=(), description="What is measured; empty: what fits the task's kind."
    )
    primary: str = Field(default="", description="The metric that ranks; empty: the first.")
    stop: Literal["", "when-decided"] = Field(
        default="", description="`when-decided`: a run ends as soon as the gate is decided."
    )
    task: Task = Field(description="What an answer looks like.")
    candidates: tuple[Candidate, ...] = Field(min_length=1, description="The ways to do it.")
    use: Use | None = Field(default=None, description="What the license engine is asked.")
    licenses: LicenseRules = Field(
        default=LicenseRules(), description="Rules on licenses, as strict as its policies or more."
    )
    gate: Gate | None = Field(default=None, description="What must hold before it moves on.")
    effort: Effort | None = Field(default=None, description="What it may take.")
    promise: Promise | None = Field(default=None, description="What leadership was told.")

    @field_validator("metrics")
    @classmethod
    def _once(cls, value: tuple[MetricRef, ...]) -> tuple[MetricRef, ...]:
        twice = [name for name, n in Counter(one.name for one in value).items() if n > 1]
        if twice:
            raise wrong(f"the metric {twice[0]!r} stands twice", "name each metric once")
        return value
