"""Telling whether a text is a grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.generation.constraints.gbnf import fault_of

GOOD = [
    'root ::= "a"',
    "# a comment\nroot ::= item+ # another\n\nitem ::= [a-z] | [^\\n\\]] | .\n",
    'root ::= (\n  "yes" |\n  "no"\n)\n',
    'root ::= "a" |\n  "b"',
    'root ::= ("a"? [0-9]{2,4}){3} "\\"" "\\x41" word{1,}\nword ::= "" | "b" word',
    "root ::= <[42]> !<think>",
    'root ::=\n  "a"',
]


@pytest.mark.parametrize("source", GOOD)
def test_a_grammar_is_found_to_be_one(source: str) -> None:
    assert fault_of(source) == ""


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("", "there is no rule `root`"),
        ('answer ::= "a"', "there is no rule `root`"),
        ('root ::= ("a"', "line 1: this group is not closed"),
        ('root ::= "a")', "line 1: ')' is not expected here"),
        ('root ::= "a', "line 1: '\"a' cannot be read"),
        ('root = "a"', "line 1: '= \"a\"' cannot be read"),
        ("root ::= * ", "line 1: '*' has nothing before it to repeat"),
        ('root ::= "a"\n"b"', "line 2: a rule's name is expected here"),
        ('root "a"', "line 1: `::=` after a rule's name is expected here"),
        ('root ::= "\\q"', 'line 1: "\\q" holds an unknown escape'),
        ('root ::= "a"\n\nb ::= c', "line 3: there is no rule `c`"),
        ('root ::= root "a" | "b"', "the rule `root` can begin with itself"),
        ('root ::= a\na ::= "x"? b\nb ::= a', "the rule `a` can begin with itself"),
        ("root ::= " + "(" * 200, "line 1: the groups are nested too deep"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(source: str, fault: str) -> None:
    assert fault_of(source) == fault


@given(st.text(st.sampled_from('root:=()[]{}|"\\<>*+?,.#\n 1'), max_size=40))
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(fault_of(text), str)
