"""Output spaces as GBNF, the grammar that llama.cpp's decoder is held to.

Source: llama.cpp, grammars/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from roundtable.errors import RequestError
from roundtable.generation.constraints.gbnf import fault_of
from roundtable.generation.constraints.patterns import syntax_tree
from roundtable.generation.types import Grammar

# The decoder unrolls a repeat into rules, and refuses large ones.
_MOST_REPEATS = 1000
# A class means the characters of ASCII that are in it: all that it allows then matches.
_CLASSES = {
    "CATEGORY_DIGIT": "0-9",
    "CATEGORY_WORD": "a-zA-Z0-9_",
    "CATEGORY_SPACE": " \\t\\n\\r",
}
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}


def gbnf_of(grammar: Grammar, *, lead: str = "") -> str:
    """Returns a choice, an expression or a grammar as GBNF.

    Args:
        grammar: Of any kind but `json-schema`, which the decoder reads itself.
        lead: White space that comes before an option of a choice.

    Raises:
        RequestError: the grammar is none, or the expression holds what none can express.
    """
    if grammar.kind == "choice":
        options = " | ".join(_literal(lead + option) for option in grammar.options)
        return f"root ::= {options}"
    if grammar.kind == "regex":
        return f"root ::= {_of_expression(grammar.source)}"
    if fault := fault_of(grammar.source):
        raise _refused(f"the grammar is wrong: {fault}", fix="correct the grammar")
    return grammar.source


def _of_expression(pattern: str) -> str:
    try:
        tree, ignores_case = syntax_tree(pattern)
    except re.error as error:
        raise _refused(
            f"the regular expression is wrong: {error}", fix="correct the pattern"
        ) from error
    nodes = list(tree)
    # Matched whole, an expression needs no anchors at its ends.
    if nodes and str(nodes[0][1]).startswith("AT_BEGINNING"):
        del nodes[0]
    if nodes and str(nodes[-1][1]).startswith("AT_END"):
        del nodes[-1]
    return _sequence(nodes, ignores_case) or '""'


def _sequence(nodes: Sequence[Any], ignores_case: bool) -> str:
    return " ".join(_node(str(node[0]), node[1], ignores_case) for node in nodes)


def _node(kind: str, value: Any, ignores_case: bool) -> str:
    if kind == "LITERAL":
        character = chr(value)
        if ignores_case and character.lower() != character.upper():
            return f"[{_in_class(character.lower())}{_in_class(character.upper())}]"
        return _literal(character)
    if kind == "NOT_LITERAL":
        return _class([("LITERAL", value)], negated=True, ignores_case=ignores_case)
    if kind == "ANY":
        # A line break would match too, but a small model would then never end its line.
        return "[^\\n]"
    if kind == "IN":
        negated = str(value[0][0]) == "NEGATE"
        parts = [(str(part[0]), part[1]) for part in value[negated:]]
        return _class(parts, negated=negated, ignores_case=ignores_case)
    if kind == "SUBPATTERN" and not value[1] and not value[2]:
        return f"({_sequence(value[3], ignores_case) or _literal('')})"
    if kind == "BRANCH":
        ways = (_sequence(nodes, ignores_case) or '""' for nodes in value[1])
        return f"({' | '.join(ways)})"
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, nodes = value
        return f"({_sequence(nodes, ignores_case)}){_times(least, most)}"
    names = {
        "GROUPREF": "a reference back",
        "ASSERT": "a look ahead",
        "ASSERT_NOT": "a look ahead",
        "AT": "an anchor within it",
        "SUBPATTERN": "flags of a group",
    }
    raise _unsupported(names.get(kind, kind.lower().replace("_", " ")))


def _times(least: int, most: Any) -> str:
    unbounded = str(most) == "MAXREPEAT"
    if max(least, 0 if unbounded else most) > _MOST_REPEATS:
        raise _unsupported(f"a repeat of more than {_MOST_REPEATS} times")
    if unbounded:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return "?" if (least, most) == (0, 1) else f"{{{least},{most}}}"


def _class(parts: Sequence[tuple[str, Any]], *, negated: bool, ignores_case: bool) -> str:
    inside: list[str] = []
    outside: list[str] = []
    for kind, value in parts:
        if kind == "CATEGORY":
            name = str(value)
            if "_NOT_" in name:
                outside.append(f"[^{_CLASSES[name.replace('_NOT_', '_')]}]")
            else:
                inside.append(_CLASSES[name])
            continue
        first, last = value if kind == "RANGE" else (value, value)
        inside.append(_range(chr(first), chr(last)))
        if ignores_case:
            inside += [
                _range(form(chr(first)), form(chr(last)))
                for form in (str.lower, str.upper)
                if chr(first).isalpha() and chr(last).isalpha()
            ]
    if outside and negated:
        raise _unsupported("a class that excludes an excluding class")
    sets = ([f"[{'^' * negated}{''.join(inside)}]"] if inside else []) + outside
    return sets[0] if len(sets) == 1 else f"({' | '.join(sets)})"


def _range(first: str, last: str) -> str:
    return _in_class(first) if first == last else f"{_in_class(first)}-{_in_class(last)}"


def _in_class(character: str) -> str:
    if character in "]^-[":
        return f"\\x{ord(character):02X}"
    return _ESCAPES.get(character, character)


def _literal(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def _unsupported(what: str) -> RequestError:
    return _refused(
        f"the regular expression holds {what}, which the decoder cannot enforce",
        fix="write it with characters, classes, groups, alternatives and repeats",
    )


def _refused(what: str, *, fix: str) -> RequestError:
    return RequestError(what, provider="embedded", fix=fix)
