"""Regular expressions that are matched in time linear in the text.

Python's `re` tries one way after another and cannot be interrupted: `(a+)+b` on thirty `a` takes
minutes. An expression without look-around and back references needs no such search: all ways are
followed at once, a character at a time.

Source: Thompson 1968, "Regular Expression Search Algorithm"; the syntax tree is that of `re`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

_parser = import_module("re._parser")
_MOST_STATES = 20_000

_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda character: character.isalnum() or character == "_",
}


class Unsupported(Exception):
    """An expression holds something that cannot be followed so; its text names it."""


def syntax_tree(pattern: str) -> tuple[Sequence[Any], bool]:
    """Returns the expression's tree, as `re` parses it, and whether it ignores case.

    Raises:
        re.error: it is no expression.
    """
    tree = _parser.parse(pattern, re.DOTALL)
    return tree, bool(tree.state.flags & re.IGNORECASE)


class Pattern:
    """An expression as states and the steps between them.

    Args:
        pattern: The expression.

    Raises:
        re.error: it is no expression.
        Unsupported: it looks around, refers back, or is too large.
    """

    def __init__(self, pattern: str) -> None:
        tree, self._ignores_case = syntax_tree(pattern)
        # A state has free steps to others, or one step that takes a character.
        self._free: list[list[int]] = []
        self._step: list[tuple[Any, int] | None] = []
        self._needs: list[str] = []
        self._first = self._state()
        self._last = self._sequence(tree, self._first)

    def matches(self, text: str) -> bool:
        """Returns whether the expression matches the whole text."""
        active = self._closed({self._first}, at_start=True, at_end=not text)
        for position, character in enumerate(text, start=1):
            reached = {
                step[1]
                for state in active
                if (step := self._step[state]) is not None and self._takes(step[0], character)
            }
            if not reached:
                return False
            active = self._closed(reached, at_start=False, at_end=position == len(text))
        return self._last in active

    def _state(self, needs: str = "") -> int:
        if len(self._free) >= _MOST_STATES:
            raise Unsupported("repeats that are too large")
        self._free.append([])
        self._step.append(None)
        self._needs.append(needs)
        return len(self._free) - 1

    def _closed(self, states: set[int], *, at_start: bool, at_end: bool) -> set[int]:
        """Returns the states and all that can be reached from them without a character."""
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            need = self._needs[state]
            if (
                state in reached
                or (need == "start" and not at_start)
                or (need == "end" and not at_end)
            ):
                continue
            reached.add(state)
            waiting.extend(self._free[state])
        return reached

    def _sequence(self, nodes: Sequence[Any], start: int) -> int:
        for node in nodes:
            start = self._node(str(node[0]), node[1], start)
        return start

    def _node(self, kind: str, value: Any, start: int) -> int:
        """Adds a node after a state and returns the state in which it ends."""
        if kind in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            end = self._state()
            self._step[start] = ((kind, value), end)
            return end
        if kind == "SUBPATTERN":
            _, added, removed, nodes = value
            if added or removed:
                raise Unsupported("flags of a group")
            return self._sequence(nodes, start)
        if kind == "BRANCH":
            end = self._state()
            for nodes in value[1]:
                way = self._after(start)
                self._free[self._sequence(nodes, way)].append(end)
            return end
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, nodes = value
            return self._repeat(least, most, nodes, start=start)
        if kind == "AT":
            if str(value) not in ("AT_BEGINNING", "AT_BEGINNING_STRING", "AT_END", "AT_END_STRING"):
                raise Unsupported("a boundary of words")
            need = self._state("start" if "BEGINNING" in str(value) else "end")
            self._free[start].append(need)
            return self._after(need)
        names = {"GROUPREF": "a reference back", "ASSERT": "a look ahead or behind"}
        names["ASSERT_NOT"] = names["ASSERT"]
        raise Unsupported(names.get(kind, kind.lower().replace("_", " ")))

    def _after(self, state: int) -> int:
        following = self._state()
        self._free[state].append(following)
        return following

    def _repeat(self, least: int, most: Any, nodes: Sequence[Any], *, start: int) -> int:
        for _ in range(least):
            start = self._sequence(nodes, self._after(start))
        end = self._state()
        if str(most) == "MAXREPEAT":
            again = self._after(start)
            self._free[again].append(end)
            self._free[self._sequence(nodes, self._after(again))].append(again)
            return end
        for _ in range(most - least):
            self._free[start].append(end)
            start = self._sequence(nodes, self._after(start))
        self._free[start].append(end)
        return end

    def _takes(self, node: tuple[str, Any], character: str) -> bool:
        if not self._ignores_case:
            return _takes(*node, character)
        # A letter whose other case is two letters (`ß`) has none here, as in `re`.
        forms = {character, character.lower(), character.upper()}
        return any(_takes(*node, form) for form in forms if len(form) == 1)


def _takes(kind: str, value: Any, character: str) -> bool:
    if kind == "ANY":
        return True
    if kind == "LITERAL":
        return bool(ord(character) == value)
    if kind == "NOT_LITERAL":
        return bool(ord(character) != value)
    negated = str(value[0][0]) == "NEGATE"
    return negated != any(_is_in(str(part[0]), part[1], character) for part in value)


def _is_in(kind: str, value: Any, character: str) -> bool:
    if kind == "LITERAL":
        return bool(ord(character) == value)
    if kind == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    if kind == "CATEGORY":
        name = str(value)
        positive = name.replace("_NOT_", "_")
        return _CATEGORIES[positive](character) != (positive != name)
    return False
