"""The suite for constraints."""

import json
from dataclasses import dataclass

import pytest

from roundtable.conformance import NotConforming, check_constraint
from roundtable.errors import ConstraintError
from roundtable.generation.types import Grammar


@dataclass(frozen=True)
class Fruit:
    """One of some fruits."""

    names: tuple[str, ...] = ("apple", "pear")

    @property
    def grammar(self) -> Grammar:
        return Grammar(kind="choice", options=self.names)

    def parse(self, text: str) -> str:
        if text.strip() not in self.names:
            raise ConstraintError("it is not a fruit")
        return text.strip()


@dataclass(frozen=True)
class Loose:
    """Parses JSON as it comes, and lets foreign errors out."""

    @property
    def grammar(self) -> Grammar:
        return Grammar(kind="json-schema", source='{"type": "object"}')

    def parse(self, text: str) -> object:
        return json.loads(text)


def test_a_constraint_that_reads_and_refuses_conforms() -> None:
    check_constraint(Fruit(), valid=["pear", " apple\n"], invalid=["plum", ""])


def test_a_constraint_that_lets_other_errors_out_does_not() -> None:
    with pytest.raises(NotConforming) as caught:
        check_constraint(Loose(), valid=['{"a": 1}', "[1]"], invalid=["null"])
    told = str(caught.value)
    assert "parse raises JSONDecodeError; only ConstraintError may come" in told
    assert "'null', which is invalid, parse raises nothing" in told
    assert "[1] is not of type 'object'" in told
