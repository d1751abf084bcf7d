"""A JSON value that fits a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.types import Grammar

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_MOST_STARTS = 50


@dataclass(frozen=True)
class JsonSchema:
    """Reads an answer as JSON that fits a schema.

    The JSON may stand alone, in a code fence, or within a sentence; then the first value that fits
    is taken.

    Args:
        schema: A JSON Schema (draft 2020-12 unless it names another), as a mapping or as JSON text.
    """

    schema: Mapping[str, Any] | str

    def __post_init__(self) -> None:
        """Keeps the schema as JSON text and refuses one that is none."""
        if not isinstance(self.schema, str):
            # The order of the fields is kept: a model writes them in it.
            object.__setattr__(self, "schema", json.dumps(self.schema, ensure_ascii=False))
        _validator(str(self.schema))

    @property
    def grammar(self) -> Grammar:
        """The schema."""
        return Grammar(kind="json-schema", source=str(self.schema))

    def parse(self, text: str, /) -> object:
        """Returns the JSON value that the answer holds.

        Raises:
            ConstraintError: there is no JSON in it, or it does not fit; the message names the
                field.
        """
        try:
            return self._read(text)
        except RecursionError as error:
            raise ConstraintError(
                "the answer's JSON is nested too deep", fix="answer with flatter JSON"
            ) from error

    def _read(self, text: str) -> object:
        values = _values(text)
        if not values:
            raise ConstraintError(_no_json(text), fix="answer with JSON alone, all brackets closed")
        validator = _validator(str(self.schema))
        for value in values:
            if validator.is_valid(value):
                return value
        from jsonschema.exceptions import best_match

        # What was meant is the largest value; its deepest fault tells most.
        meant = max(values, key=lambda value: len(msgspec.json.encode(value)))
        fault = best_match(validator.iter_errors(meant))
        assert fault is not None
        field = ".".join(str(part) for part in fault.absolute_path) or "the whole answer"
        raise ConstraintError(
            f"{field}: {fault.message[:300]}", fix=f"correct {field} and answer with the whole JSON"
        )


@lru_cache(maxsize=256)
def _validator(source: str) -> Validator:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for

    try:
        schema = json.loads(source)
    except json.JSONDecodeError as error:
        raise UsageError(f"the JSON Schema is not JSON: {error}", fix="correct it") from error
    if not isinstance(schema, dict):
        raise UsageError("the JSON Schema is not an object", fix='write {"type": ...}')
    kind = validator_for(schema, default=Draft202012Validator)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        where = ".".join(str(part) for part in error.absolute_path) or "the root"
        raise UsageError(
            f"the JSON Schema is wrong at {where}: {error.message[:200]}", fix="correct it"
        ) from error
    return kind(schema)


def _values(text: str) -> list[Any]:
    """Returns the JSON values in a text: the whole if it is one, else those that stand in it."""
    try:
        return [json.loads(text, parse_constant=_refuse)]
    except (ValueError, RecursionError):
        pass
    decoder = json.JSONDecoder(parse_constant=_refuse)
    found: list[Any] = []
    position, n_starts = 0, 0
    while n_starts < _MOST_STARTS:
        starts = [at for bracket in "{[" if (at := text.find(bracket, position)) >= 0]
        if not starts:
            break
        n_starts += 1
        try:
            value, position = decoder.raw_decode(text, min(starts))
        except (ValueError, RecursionError):
            position = min(starts) + 1
        else:
            found.append(value)
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _no_json(text: str) -> str:
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return f"the answer is not JSON: {error.msg} at character {error.pos}"
    except (ValueError, RecursionError):
        pass
    return "the answer is not JSON"
