"""Whether a text is a grammar in GBNF, before a decoder gets it.

The decoder's own parser writes to the process's standard error and says little; this one names the
line. It reads rules, literals, classes, tokens, groups and repeats, and refuses rules that are
missing or that begin with themselves.

Source: llama.cpp, grammars/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<literal>"(?:[^"\\\n]|\\.)*")
    |(?P<set>\[\^?(?:[^\]\\\n]|\\.)+\]|\.|!?<[^>\n]+>)
    |(?P<define>::=)
    |(?P<repeat>[*+?]|\{[0-9]+(?:,[0-9]*)?\})
    |(?P<name>[a-zA-Z0-9-]+)
    |(?P<sign>[|()])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r'\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[tnr\\"\[\]])')
_MOST_DEPTH = 100

Kind = Literal["newline", "literal", "set", "define", "repeat", "name", "sign", "end"]


class _Token(msgspec.Struct, frozen=True):
    kind: Kind
    text: str
    line: int


class _Ends(msgspec.Struct):
    """What a part of a rule can be: whether it can be empty, and the rules it can begin with."""

    can_be_empty: bool
    begins_with: set[str]


class _Wrong(Exception):
    """The grammar is none; the text says why and where."""


def fault_of(source: str) -> str:
    """Returns what is wrong with a grammar, with its line; empty if nothing is."""
    try:
        rules, used = _Reader(source).rules()
    except _Wrong as wrong:
        return str(wrong)
    if "root" not in rules:
        return "there is no rule `root`"
    for name, line in used:
        if name not in rules:
            return f"line {line}: there is no rule `{name}`"
    return _self_beginning(rules)


class _Reader:
    """Reads the rules of a grammar, one token ahead."""

    def __init__(self, source: str) -> None:
        self._tokens = [*_tokens(source)]
        self._at = 0
        self._depth = 0
        self._used: list[tuple[str, int]] = []

    def rules(self) -> tuple[dict[str, _Ends], list[tuple[str, int]]]:
        """Returns each rule by its name, and where which names are used."""
        rules: dict[str, _Ends] = {}
        self._skip_newlines()
        while self._next.kind != "end":
            name = self._take("name", "a rule's name")
            self._take("define", "`::=` after a rule's name")
            self._skip_newlines()
            rules[name] = self._alternatives()
            if self._next.kind not in ("newline", "end"):
                self._fail(f"{self._next.text!r} is not expected here")
            self._skip_newlines()
        return rules, self._used

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _fail(self, why: str) -> None:
        raise _Wrong(f"line {self._next.line}: {why}")

    def _take(self, kind: Kind, wanted: str) -> str:
        if self._next.kind != kind:
            self._fail(f"{wanted} is expected here")
        self._at += 1
        return self._tokens[self._at - 1].text

    def _skip_newlines(self) -> None:
        while self._next.kind == "newline":
            self._at += 1

    def _alternatives(self) -> _Ends:
        all_ways = self._sequence()
        while self._next.text == "|":
            self._at += 1
            self._skip_newlines()
            way = self._sequence()
            all_ways.can_be_empty |= way.can_be_empty
            all_ways.begins_with |= way.begins_with
        return all_ways

    def _sequence(self) -> _Ends:
        whole = _Ends(True, set())
        while (item := self._item()) is not None:
            if self._next.kind == "repeat":
                repeat = self._take("repeat", "")
                item.can_be_empty |= repeat[0] in "*?" or repeat.startswith("{0")
            if whole.can_be_empty:
                whole.begins_with |= item.begins_with
                whole.can_be_empty = item.can_be_empty
            if self._depth:
                self._skip_newlines()
        if self._next.kind == "repeat":
            self._fail(f"{self._next.text!r} has nothing before it to repeat")
        return whole

    def _item(self) -> _Ends | None:
        token = self._next
        if token.kind in ("literal", "set"):
            self._at += 1
            if "\\" in _ESCAPE.sub("", token.text):
                raise _Wrong(f"line {token.line}: {token.text} holds an unknown escape")
            return _Ends(token.text == '""', set())
        if token.kind == "name":
            self._at += 1
            self._used.append((token.text, token.line))
            return _Ends(False, {token.text})
        if token.text != "(":
            return None
        if self._depth >= _MOST_DEPTH:
            self._fail("the groups are nested too deep")
        self._at += 1
        self._depth += 1
        self._skip_newlines()
        group = self._alternatives()
        self._depth -= 1
        if self._next.text != ")":
            raise _Wrong(f"line {token.line}: this group is not closed")
        self._at += 1
        return group


def _tokens(source: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise _Wrong(f"line {line}: {source[at : at + 20]!r} cannot be read")
        at = found.end()
        kind = found.lastgroup
        if kind != "space":
            yield _Token(kind, found.group(), line)  # type: ignore[arg-type]  # a Kind
        line += found.group().count("\n")
    yield _Token("end", "the end", line)


def _self_beginning(rules: dict[str, _Ends]) -> str:
    """Returns the complaint about a rule that can begin with itself, which no decoder follows."""
    reached = {name: set(rule.begins_with) for name, rule in rules.items()}
    for _ in rules:
        for names in reached.values():
            names |= {further for name in names for further in reached[name]}
    wrong = next((name for name, names in reached.items() if name in names), None)
    return f"the rule `{wrong}` can begin with itself" if wrong else ""
