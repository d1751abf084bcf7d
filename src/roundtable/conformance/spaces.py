"""Output spaces as the checks need them: a text that lies in one, and whether a text does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from roundtable.generation.types import Grammar


def example_of(grammar: Grammar) -> str:
    """Returns a text that lies in a choice or in the space of a simple JSON Schema."""
    if grammar.kind == "choice":
        return grammar.options[0]
    if grammar.kind == "json-schema":
        return json.dumps(_instance(json.loads(grammar.source)))
    return "1"


def misfit(grammar: Grammar, text: str) -> str:
    """Returns why a text does not lie in an output space; empty if it does.

    A GBNF grammar is not checked: only a decoder reads those.
    """
    if grammar.kind == "choice":
        return "" if text.strip() in grammar.options else f"{text[:80]!r} is not among the options"
    if grammar.kind == "regex":
        found = re.fullmatch(grammar.source, text.strip(), flags=re.DOTALL)
        return "" if found else f"{text[:80]!r} does not match the expression"
    if grammar.kind == "json-schema":
        from jsonschema import Draft202012Validator

        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            return f"the answer is not JSON: {error}"
        wrong = next(Draft202012Validator(json.loads(grammar.source)).iter_errors(value), None)
        return wrong.message[:200] if wrong else ""
    return ""


def _instance(schema: Mapping[str, Any]) -> object:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        fields: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
        return {name: _instance(field) for name, field in fields.items()}
    if kind == "array":
        return [_instance(schema.get("items", {"type": "string"}))] * schema.get("minItems", 0)
    simple: dict[str, object] = {"integer": 1, "number": 1.0, "boolean": True, "null": None}
    return simple.get(kind, "text")
