"""The constraints that are built in."""

import pytest

from roundtable.generation.constraints import CONSTRAINTS
from roundtable.plugins import find


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("choice", "Choice"),
        ("json-schema", "JsonSchema"),
        ("regex", "Regex"),
        ("grammar", "GrammarText"),
    ],
)
def test_every_name_finds_its_class(name: str, class_name: str) -> None:
    assert find("constraints", name, builtin=CONSTRAINTS).__name__ == class_name
    assert len(CONSTRAINTS) == 4
