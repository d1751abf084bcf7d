"""Metrics over answers that are JSON objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec

from roundtable.errors import PluginError
from roundtable.evaluation.metrics.reading import folded, said
from roundtable.evaluation.types import Case, Score


@dataclass(frozen=True)
class JsonValid:
    """Share of answers that are JSON, and fit a schema if one is given.

    Valid is not correct: an answer of the right form may hold nothing but wrong values.

    Args:
        schema: A JSON Schema (draft 2020-12), or empty for any JSON.
    """

    schema: Mapping[str, Any] = field(default_factory=dict, hash=False)
    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not self.schema:
            return
        from jsonschema import Draft202012Validator, SchemaError

        try:
            Draft202012Validator.check_schema(self.schema)
        except SchemaError as error:
            raise PluginError(
                f"json_valid's schema is not a JSON Schema: {error.message}",
                fix="correct the schema in the use case",
            ) from error

    def score(self, case: Case, /) -> Score:
        """Scores True for JSON that fits; the note says why one does not."""
        try:
            value = msgspec.json.decode(case.answer.text)
        except (msgspec.DecodeError, RecursionError) as error:
            return Score(value=False, note=f"not JSON: {error}")
        if not self.schema:
            return Score(value=True)
        from jsonschema import Draft202012Validator

        wrong = next(Draft202012Validator(self.schema).iter_errors(value), None)
        return Score(value=wrong is None, note=wrong.message[:200] if wrong else "")


@dataclass(frozen=True)
class FieldAccuracy:
    """Share of a row's fields that are right, averaged over rows; each field's own share as part.

    The target is an object: field to null, an accepted value, or a list of accepted spellings. Case
    and white space do not count. Where null is expected, right is null, an empty text, or no such
    field.

    Args:
        fields: The fields that count; empty for all of the target's.
    """

    fields: tuple[str, ...] = ()
    version: ClassVar[str] = "1"

    def score(self, case: Case, /) -> Score:
        """Scores the share of right fields in [0, 1]; the note names the wrong ones."""
        target = case.target
        if not isinstance(target, Mapping):
            return Score(value=None, note="the row's target is not an object")
        names = self.fields or tuple(target)
        if not names:
            return Score(value=None, note="the row's target has no fields")
        given = _object(case)
        if given is None:
            return Score(value=0.0, note="not an object", parts=dict.fromkeys(names, 0.0))
        parts = {name: float(_is_right(given.get(name), target.get(name))) for name in names}
        wrong = [name for name, right in parts.items() if not right]
        note = f"wrong: {', '.join(wrong)}" if wrong else ""
        return Score(value=sum(parts.values()) / len(parts), note=note, parts=parts)


def _object(case: Case) -> Mapping[str, object] | None:
    value = case.answer.value
    if not isinstance(value, Mapping):
        try:
            value = msgspec.json.decode(said(case))
        except (msgspec.DecodeError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _is_right(given: object, expected: object) -> bool:
    if expected is None or expected == []:
        return given is None or (isinstance(given, str) and not given.strip())
    if given is None:
        return False
    spellings = expected if isinstance(expected, list | tuple) else [expected]
    return folded(given) in {folded(spelling) for spelling in spellings}
