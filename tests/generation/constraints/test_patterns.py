"""Expressions matched in linear time say the same as `re`."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roundtable.generation.constraints.patterns import Pattern, Unsupported

ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\W", r"[^\d_]", r"[\w-]", r"\s", "é", "()"]
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(
            inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0,2}?"])
        ).map(lambda two: f"({two[0]}){two[1]}"),
    ),
    max_leaves=8,
)
TEXTS = st.text(st.sampled_from("ab1_ é\n-"), max_size=8)


@given(EXPRESSIONS, TEXTS)
@example("(a|ab)(c|bcd)?(d*)", "abcd")
@example("^a$", "a")
@example("a^b", "ab")
@example("", "")
@example("(?i)Straße[a-c]", "STRAßEB")
def test_an_expression_matches_what_re_matches(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern, text, re.DOTALL) is not None
    assert Pattern(pattern).matches(text) == expected


def test_an_expression_that_makes_re_hang_is_answered_at_once() -> None:
    started = time.perf_counter()
    assert not Pattern(r"(a+)+b").matches("a" * 5_000)
    assert not Pattern(r"(\w+\s?)*;").matches("word " * 1_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(a)\1", "a reference back"),
        ("(?=a)a", "a look ahead"),
        (r"\ba", "a boundary of words"),
        ("(?i:a)b", "flags of a group"),
        ("(a{1000}){1000}", "too large"),
    ],
)
def test_what_needs_more_than_linear_time_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(Unsupported, match=why):
        Pattern(pattern)
