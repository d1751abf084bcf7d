"""What Roundtable asks of a constraint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from roundtable.conformance.findings import Findings
from roundtable.conformance.spaces import misfit
from roundtable.errors import ConstraintError
from roundtable.generation.types import Grammar

_ODD = ("", " ", "\n", "{", "[]", "null", "№ “x” 谢谢", "x" * 100_000, "[" * 5_000)


class Constrains(Protocol):
    """An output space: what a decoder enforces, and how an answer is read."""

    @property
    def grammar(self) -> Grammar:
        """The space, as a decoder can enforce it."""
        ...

    def parse(self, text: str, /) -> object:
        """Reads an answer; raises ConstraintError if it does not lie in the space."""
        ...


def check_constraint(
    constraint: Constrains, *, valid: Sequence[str], invalid: Sequence[str] = ()
) -> None:
    """Checks that a constraint reads what lies in its space and refuses the rest by words.

    Args:
        constraint: An instance.
        valid: Answers that lie in the space; at least one.
        invalid: Answers that do not.

    Raises:
        NotConforming: with everything that is wrong.
    """
    findings = Findings(constraint)
    findings.need_options()
    findings.need(bool(valid), "give at least one answer that lies in the space")
    grammar = getattr(constraint, "grammar", None)
    if findings.need(isinstance(grammar, Grammar), "`grammar` must be a Grammar"):
        assert isinstance(grammar, Grammar)
        _check_grammar(grammar, findings)
        for text in valid:
            reason = misfit(grammar, text)
            findings.need(not reason, f"the grammar does not allow a valid answer: {reason}")
        if grammar.kind == "choice":
            valid = (*valid, *grammar.options)
    if findings.need(callable(getattr(constraint, "parse", None)), "it needs a method parse(text)"):
        for text in valid:
            _check_read(constraint, text, findings)
        for text in (*invalid, *_ODD):
            _check_refused(constraint, text, findings, must=text in invalid)
    findings.raise_any()


def _check_grammar(grammar: Grammar, findings: Findings) -> None:
    if grammar.kind == "choice":
        options = grammar.options
        findings.need(len(options) > 0, "a choice needs options")
        findings.need(len(set(options)) == len(options), "a choice's options must differ")
    else:
        findings.need(bool(grammar.source), f"a {grammar.kind} grammar needs a source")
        findings.need(not grammar.options, f"a {grammar.kind} grammar has no options")


def _check_read(constraint: Constrains, text: str, findings: Findings) -> None:
    shown = repr(text[:80])
    try:
        first, second = constraint.parse(text), constraint.parse(text)
    except Exception as error:  # the author's code may raise anything: it is told
        findings.need(False, f"on {shown}, which is valid, parse raises {error}")
        return
    findings.need(first == second, f"on {shown} parse gives another value each time")
    try:
        msgspec.json.encode(first)
    except TypeError:
        findings.need(False, f"on {shown} parse gives a value without a JSON form")


def _check_refused(constraint: Constrains, text: str, findings: Findings, *, must: bool) -> None:
    shown = repr(text[:80])
    try:
        constraint.parse(text)
    except ConstraintError as error:
        findings.need(bool(error.what), f"on {shown} the ConstraintError says nothing")
    except Exception as error:  # as above
        name = type(error).__name__
        findings.need(False, f"on {shown} parse raises {name}; only ConstraintError may come")
    else:
        findings.need(not must, f"on {shown}, which is invalid, parse raises nothing")
