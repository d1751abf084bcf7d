"""An output space that only a decoder can hold to."""

import pytest

from roundtable.errors import UsageError
from roundtable.generation.constraints.grammar import GrammarText


def test_an_answer_is_taken_as_it_stands() -> None:
    constraint = GrammarText('root ::= "a"*')
    assert constraint.grammar.source == 'root ::= "a"*'
    assert constraint.parse(" aaa") == " aaa"


def test_a_text_that_is_no_grammar_is_refused_with_its_line() -> None:
    with pytest.raises(UsageError, match="line 2: there is no rule `digit`"):
        GrammarText("root ::= number\nnumber ::= digit+")
