"""Output spaces as GBNF."""

import pytest

from roundtable.errors import RequestError
from roundtable.generation.connectors.embedded_grammar import gbnf_of
from roundtable.generation.constraints.gbnf import fault_of
from roundtable.generation.types import Grammar


def of(pattern: str) -> str:
    return gbnf_of(Grammar(kind="regex", source=pattern))


def test_a_choice_is_its_options_as_literals() -> None:
    grammar = Grammar(kind="choice", options=('say "hi"', "a\\b\n"))
    assert gbnf_of(grammar, lead=" ") == 'root ::= " say \\"hi\\"" | " a\\\\b\\n"'


@pytest.mark.parametrize(
    ("pattern", "gbnf"),
    [
        ("yes|no", 'root ::= ("y" "e" "s" | "n" "o")'),
        (r"^\d{4}-\d+$", 'root ::= ([0-9]){4,4} "-" ([0-9])+'),
        ("[^a-c]?x*", 'root ::= ([^a-c])? ("x")*'),
        (r"[\]^-]{2,}", r"root ::= ([\x5D\x5E\x2D]){2,}"),
        ("(?i)a1", 'root ::= [aA] "1"'),
        (r".\W", r"root ::= [^\n] [^a-zA-Z0-9_]"),
        ("", 'root ::= ""'),
    ],
)
def test_an_expression_becomes_a_grammar(pattern: str, gbnf: str) -> None:
    assert of(pattern) == gbnf
    assert fault_of(gbnf) == ""


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)b", r"a\bb", "a{2000}", r"[^\D1]"])
def test_what_a_grammar_cannot_express_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(RequestError, match="the regular expression"):
        of(pattern)


def test_a_grammar_that_is_none_never_reaches_the_decoder() -> None:
    with pytest.raises(RequestError, match="line 1: this group is not closed"):
        gbnf_of(Grammar(kind="gbnf", source="root ::= ("))
