"""The JSON Schema of a file of terms: what an editor completes and checks while one is written."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

from roundtable.licensing.types import Clause, Terms, When
from roundtable.licensing.vocabulary import DUTIES, STATES, VERIFIED

_NAMES: dict[str, type[msgspec.Struct]] = {"Terms": Terms, "Clause": Clause, "When": When}
_NARROWER: dict[tuple[str, str], dict[str, Any]] = {
    ("Terms", "verified"): {"type": "string", "enum": list(VERIFIED), "default": "memory"},
    ("Clause", "verified"): {"type": "string", "enum": ["text", "memory"]},
    ("Clause", "verdict"): {"type": "string", "enum": ["review", "prohibited"]},
    ("Clause", "duties"): {"type": "array", "items": {"enum": list(DUTIES)}},
    ("Clause", "in"): {"type": "array", "minItems": 1, "items": {"enum": list(STATES)}},
}
"""What the reader of terms asks for beyond the types."""


def terms_schema() -> dict[str, Any]:
    """Returns the JSON Schema of a file that holds one license, as `terms/ID.toml` does."""
    whole = msgspec.json.schema(Terms)
    shared = whole["$defs"]
    for name, found in _NAMES.items():
        told = _told(found)
        described = shared[name]
        described["description"] = told.pop("")
        for field in msgspec.structs.fields(found):
            key = field.encode_name
            one = _NARROWER.get((name, key), described["properties"][key])
            described["properties"][key] = _plain(one) | {"description": told.get(field.name, "")}
    described = shared.pop("Terms")
    # The file's name is the id where the file does not say it.
    described["required"] = ["name", "clauses"]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**head, **described, "$defs": shared}


def _told(found: type[msgspec.Struct]) -> dict[str, str]:
    """Reads a docstring: its sentence under "", its Args by name."""
    text, _, rest = (inspect.getdoc(found) or "").partition("\nArgs:\n")
    told = {"": text.strip()}
    for name, meaning in re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", rest, re.MULTILINE):
        told[name] = re.sub(r"\s+", " ", meaning).strip()
    return told


def _plain(one: dict[str, Any]) -> dict[str, Any]:
    """Leaves out that a key may be null: TOML has no null, a key is there or not."""
    choices = [each for each in one.get("anyOf", []) if each != {"type": "null"}]
    plain = choices[0] if len(choices) == 1 else one
    return {key: value for key, value in plain.items() if key != "default" or value}
