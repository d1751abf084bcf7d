import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import UsageError
from roundtable.generation.connectors.spaces import space_of, unwrapped
from roundtable.generation.types import Grammar


def schema_of(grammar: Grammar) -> object:
    return json.loads(bytes(space_of(grammar).schema))


def json_schema(schema: object) -> Grammar:
    return Grammar(kind="json-schema", source=json.dumps(schema))


def test_a_choice_is_an_object_with_one_enumerated_field() -> None:
    assert schema_of(Grammar(kind="choice", options=("a", 'b"'))) == {
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": ["a", 'b"']}},
        "required": ["answer"],
        "additionalProperties": False,
    }


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, unique=True))
def test_every_option_comes_back_bare(options: list[str]) -> None:
    grammar = Grammar(kind="choice", options=tuple(options))
    for option in options:
        assert unwrapped(json.dumps({"answer": option}), grammar) == option


def test_an_object_stays_as_it_is() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    space = space_of(json_schema(schema))
    assert not space.wrapped
    assert json.loads(bytes(space.schema)) == {**schema, "additionalProperties": False}


def test_what_is_no_object_is_wrapped_and_its_definitions_stay_at_the_root() -> None:
    schema = {"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "integer"}}}
    grammar = json_schema(schema)
    assert space_of(grammar).wrapped
    wrapped = schema_of(grammar)
    assert isinstance(wrapped, dict)
    assert wrapped["$defs"] == {"n": {"type": "integer"}}
    assert wrapped["properties"] == {"answer": {"type": "array", "items": {"$ref": "#/$defs/n"}}}
    assert unwrapped('{"answer": [1, 2]}', grammar) == "[1, 2]"
    # A JSON Schema's answer is JSON, so a string keeps its quotes.
    assert unwrapped('{"answer":"x"}', json_schema({"type": "string"})) == '"x"'


def test_objects_are_closed_at_every_depth_but_free_ones_stay_free() -> None:
    inner = {"type": ["object", "null"], "properties": {"b": {"type": "string"}}}
    free = {"type": "object"}
    schema = {"type": "object", "properties": {"a": {"anyOf": [inner]}, "f": free}}
    assert schema_of(json_schema(schema)) == {
        "type": "object",
        "properties": {"a": {"anyOf": [{**inner, "additionalProperties": False}]}, "f": free},
        "additionalProperties": False,
    }


def test_schemas_that_are_joined_stay_open() -> None:
    part = {"type": "object", "properties": {"a": {"type": "string"}}}
    schema = {"type": "object", "allOf": [part, part]}
    assert schema_of(json_schema(schema)) == schema


@pytest.mark.parametrize("text", ["plain", "[1]", '{"other": 1}', '{"answer": 3}', ""])
def test_text_of_another_form_comes_back_unchanged(text: str) -> None:
    assert unwrapped(text, Grammar(kind="choice", options=("a",))) == text


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "object", "properties": {}, "additionalProperties": False}, True),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, False),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, False),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            False,
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": {"type": "object"}}},
                "required": ["a"],
                "additionalProperties": False,
            },
            False,
        ),
        ({"type": "array", "items": {"type": "integer"}}, True),
        ({"enum": [{"type": "object"}]}, True),
    ],
)
def test_a_schema_is_strict_only_if_every_object_names_all_it_has(
    schema: object, strict: bool
) -> None:
    assert space_of(json_schema(schema)).strict is strict


@pytest.mark.parametrize("source", ["{", "[]", "3"])
def test_a_schema_that_is_none_is_a_usage_error(source: str) -> None:
    with pytest.raises(UsageError, match="JSON Schema"):
        space_of(Grammar(kind="json-schema", source=source))
