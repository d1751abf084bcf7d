"""What all declared things share: frozen, no unknown keys, numbers that are numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from roundtable.digest import canonical

ID = r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*"

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, lt=1)]
Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(min_length=1)]
Lineage = Literal["declared", "undisclosed"]
Audience = Literal["internal", "product"]
RELATIONS = (
    "fine-tuned-from",
    "adapter-of",
    "merged-from",
    "quantized-from",
    "distilled-from",
    "trained-on",
    "generated-by",
    "derived-from",
    "retrieves-from",
    "includes",
    "evaluated-on",
    "fork-of",
)
"""How an asset was made from a parent; a test holds them against the license engine's."""
Stage = Literal["idea", "poc", "internal", "product", "retired"]


# Marks a field that changes no answer, so that changing it costs no call: it is left out of keys.
OPERATIONAL: dict[str, Any] = {"operational": True}


class Declared(BaseModel):
    """Something a person declares."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Asset(Declared):
    """Something with a file of its own; `id` and `file` come from where it lies."""

    id: str = Field(
        description="Its name: the file's path below its kind's folder.",
        json_schema_extra=OPERATIONAL,
    )
    file: str = Field(
        description="The file it was declared in, relative to the workspace.",
        json_schema_extra=OPERATIONAL,
    )


class Parent(Declared):
    """What an asset was made from."""

    id: Text = Field(description="The parent asset, such as `models/base`.")
    relation: Text = Field(
        default="derived-from",
        description="How it was made from it; `fork-of` counts as `derived-from`.",
        json_schema_extra={"enum": list(RELATIONS)},
    )


def semantic(spec: Declared) -> bytes:
    """Returns what of a declaration can change answers, as canonical bytes for a key.

    Operational fields are left out, and so are those that say no more than their default: a key
    that Roundtable adds leaves the keys of what was answered before as they are.

    Args:
        spec: A model, a prompt, a candidate, a task, or any other part.
    """
    return canonical(_meaning(spec))


def _meaning(value: object) -> object:
    if isinstance(value, Declared):
        return {
            name: _meaning(getattr(value, name))
            for name, field in type(value).model_fields.items()
            if field.json_schema_extra != OPERATIONAL and getattr(value, name) != field.default
        }
    if isinstance(value, Mapping):
        return {key: _meaning(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_meaning(one) for one in value]
    return value


def wrong(what: str, fix: str, *, field: str = "") -> PydanticCustomError:
    """Returns an error for a validator to raise, with its remedy.

    Args:
        what: One sentence: what is wrong.
        fix: One sentence: what to do about it.
        field: The key it is about, where a validator sees a whole table.
    """
    return PydanticCustomError("declared", "{what}", {"what": what, "fix": fix, "field": field})
