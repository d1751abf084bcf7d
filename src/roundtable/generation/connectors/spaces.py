"""Output spaces as hosted models take them: a JSON Schema whose root is an object.

A choice, and a schema whose root is something else, are wrapped as `{"answer": ...}` on the way
out and unwrapped on the way back, so a response's text is the bare answer. Objects that do not say
whether they take other fields are closed, as providers ask: what fits still fits the schema.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from roundtable.errors import UsageError
from roundtable.generation.types import Grammar

ANSWER = "answer"
# Values, not schemas.
_VALUES = frozenset({"enum", "const", "default", "examples"})
# Where schemas are joined, closing one of them would shut out the fields of the other.
_JOINED = frozenset({"allOf", "patternProperties", "unevaluatedProperties", "if", "$dynamicRef"})


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """An output space for a provider.

    Args:
        schema: The JSON Schema, as JSON; its root is an object.
        wrapped: Whether the answer lies in the object's field `answer`.
        strict: Whether every object in it names all its properties as required and allows no
            others, as OpenAI's strict mode asks.
    """

    schema: msgspec.Raw
    wrapped: bool
    strict: bool


class _Option(msgspec.Struct):
    answer: str


class _Value(msgspec.Struct):
    answer: msgspec.Raw


@lru_cache(maxsize=256)
def space_of(grammar: Grammar) -> Space:
    """Returns the space of a choice or of a JSON Schema.

    Raises:
        UsageError: the schema is not JSON, or not an object or a boolean.
    """
    schema: Any
    if grammar.kind == "choice":
        schema = {"type": "string", "enum": list(grammar.options)}
    else:
        schema = _read(grammar.source)
        if not _mentions_any(schema, _JOINED):
            schema = _closed(schema)
    is_object = schema.get("type") == "object"
    if not is_object:
        # Definitions stay at the root: `$ref` names them from there.
        hoisted = {key: schema.pop(key) for key in ("$defs", "definitions") if key in schema}
        schema = {
            "type": "object",
            "properties": {ANSWER: schema},
            "required": [ANSWER],
            "additionalProperties": False,
            **hoisted,
        }
    return Space(
        schema=msgspec.Raw(msgspec.json.encode(schema)),
        wrapped=not is_object,
        strict=_is_strict(schema),
    )


def unwrapped(text: str, grammar: Grammar) -> str:
    """Returns the answer inside `{"answer": ...}`: an option as it is, a value as its JSON.

    Text of another form is returned as it came; whoever reads it finds that it does not fit.

    Args:
        text: What the model wrote.
        grammar: The output space that it was held to.
    """
    try:
        if grammar.kind == "choice":
            return msgspec.json.decode(text, type=_Option).answer
        return bytes(msgspec.json.decode(text, type=_Value).answer).decode()
    except msgspec.DecodeError:
        return text


def _read(source: str) -> dict[str, Any]:
    try:
        schema = msgspec.json.decode(source)
    except msgspec.DecodeError as error:
        raise UsageError(
            f"the JSON Schema of an output space is not JSON: {error}", fix="correct the schema"
        ) from error
    if not isinstance(schema, dict):
        raise UsageError(
            "the JSON Schema of an output space is not an object", fix='write {"type": ...}'
        )
    return schema


def _mentions_any(schema: Any, keywords: frozenset[str]) -> bool:
    if isinstance(schema, list):
        return any(_mentions_any(part, keywords) for part in schema)
    if not isinstance(schema, dict):
        return False
    return not keywords.isdisjoint(schema) or any(
        _mentions_any(part, keywords) for key, part in schema.items() if key not in _VALUES
    )


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {k: part if k in _VALUES else _closed(part) for k, part in schema.items()}
    kind = closed.get("type")
    is_object = kind == "object" or (isinstance(kind, list) and "object" in kind)
    # An object that names no fields is a free mapping, and stays one.
    if is_object and closed.get("properties"):
        closed.setdefault("additionalProperties", False)
    return closed


def _is_strict(schema: Any) -> bool:
    if isinstance(schema, list):
        return all(_is_strict(part) for part in schema)
    if not isinstance(schema, dict):
        return True
    properties = schema.get("properties")
    if schema.get("type") == "object" or isinstance(properties, dict):
        names = set(properties) if isinstance(properties, dict) else set()
        if schema.get("additionalProperties") is not False:
            return False
        if names != set(schema.get("required", ())):
            return False
    return all(_is_strict(part) for key, part in schema.items() if key not in _VALUES)
