"""Reading an answer as a text that matches an expression."""

import pytest

from roundtable.conformance import check_constraint
from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.constraints.regex import Regex


def test_an_answer_must_match_from_end_to_end() -> None:
    date = Regex(r"\d{4}-\d{2}-\d{2}")
    assert date.parse(" 2026-11-24\n") == "2026-11-24"
    with pytest.raises(ConstraintError, match="does not match"):
        date.parse("on 2026-11-24")


def test_an_answer_that_is_endless_is_refused() -> None:
    with pytest.raises(ConstraintError, match="too long"):
        Regex("a*").parse("a" * 100_001)


@pytest.mark.parametrize(("pattern", "why"), [("(", "is wrong"), (r"(?<!a)b", "look ahead")])
def test_an_expression_that_cannot_be_held_is_refused_when_it_is_declared(
    pattern: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        Regex(pattern)


def test_it_conforms() -> None:
    check_constraint(Regex("(yes|no)!?"), valid=["yes", "no!"], invalid=["maybe", "yes no"])
