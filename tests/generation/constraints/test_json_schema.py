"""Reading an answer as JSON that fits a schema."""

import json

import pytest

from roundtable.conformance import check_constraint
from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.constraints.json_schema import JsonSchema

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": ["string", "null"]},
        "guests": {"type": "array", "items": {"type": "object", "required": ["name"]}},
    },
    "required": ["city"],
}


@pytest.mark.parametrize(
    "said",
    [
        '{"city": "Rome"}',
        ' \n{"city": "Rome"}\n',
        '```json\n{"city": "Rome"}\n```',
        'Sure! Here it is:\n{"city": "Rome"}\nAnything else?',
        'First [1], then {"city": "Rome"}',
        'Not {this} but {"city": "Rome"}',
    ],
)
def test_the_json_is_found_wherever_it_stands(said: str) -> None:
    assert JsonSchema(SCHEMA).parse(said) == {"city": "Rome"}


def test_a_fault_is_told_with_its_field() -> None:
    with pytest.raises(ConstraintError, match=r"^guests\.1: 'name' is a required property"):
        JsonSchema(SCHEMA).parse('{"city": null, "guests": [{"name": "A"}, {}]}')
    with pytest.raises(ConstraintError, match=r"^the whole answer: 'city' is a required property"):
        JsonSchema(SCHEMA).parse('{"guests": []}')


@pytest.mark.parametrize(
    "said", ["", "Rome", '{"city": "Rome"', "{'city': 'Rome'}", "[" * 9_999, '{"city": NaN}']
)
def test_what_is_no_json_is_refused_as_such(said: str) -> None:
    with pytest.raises(ConstraintError, match="the answer is not JSON"):
        JsonSchema(SCHEMA).parse(said)


def test_json_that_is_nested_without_end_is_refused() -> None:
    for depth in (900, 960, 980, 990, 995, 999, 5_000):
        with pytest.raises(ConstraintError):
            JsonSchema(SCHEMA).parse("[" * depth + "]" * depth)


def test_a_schema_is_the_same_as_a_mapping_and_as_text_and_keeps_its_order() -> None:
    schema = {"type": "object", "properties": {"b": {}, "a": {}}}
    assert JsonSchema(schema) == JsonSchema(json.dumps(schema))
    assert JsonSchema(schema).grammar.source.index('"b"') < JsonSchema(schema).grammar.source.index(
        '"a"'
    )


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("{", "is not JSON"),
        ("[]", "is not an object"),
        ({"properties": {"a": {"type": "strin"}}}, "is wrong at properties.a.type"),
    ],
)
def test_a_schema_that_is_none_is_refused(schema: str | dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        JsonSchema(schema)


def test_it_conforms() -> None:
    check_constraint(JsonSchema(SCHEMA), valid=['{"city": null}'], invalid=['{"city": 1}', "{}"])
