"""Reads a YAML, TOML or JSON file into plain values, and tells on which line each part stands.

YAML is read from its events, without recursion: anchors and aliases work (an alias is the very same
value), a few of them cannot make any size, nesting has a limit, a key may not stand twice. What
a number or date would be in YAML stays text (`Plain`) until somebody asks for a number or a date,
so that a clause `4.10` is not the number 4.1. `no`, `yes` and `~` are what YAML takes them for.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any, NamedTuple

import yaml

from roundtable.errors import InputError, Place
from roundtable.workspace.lines import line_of, toml_lines

Path = tuple[str | int, ...]

FORMATS = {".yaml": "YAML", ".yml": "YAML", ".toml": "TOML", ".json": "JSON"}
MAX_DEPTH = 40
# What aliases may multiply a file to, in values: a graph that 500 scenarios share is fine, a bomb
# is not.
_MAX_VALUES = 10_000_000
_MAX_TIMES = 1000


class Plain(str):
    """A number or date that YAML holds without quotes: its text as it is written."""

    __slots__ = ()


class Document:
    """A file's content, and where each part of it stands.

    Args:
        file: As people should see it.
        format: `YAML`, `TOML` or `JSON`.
        text: What the file holds.
        value: The same as values.
    """

    def __init__(self, file: str, format: str, text: str, value: object) -> None:
        self.file = file
        self.value = value
        self._format = format
        self._text = text
        self._line: Callable[[Path], int | None] | None = None

    def place(self, path: Path = ()) -> Place:
        """Returns the place of the value that keys and indices lead to."""
        if self._line is None:
            # Lines are looked for only when something is wrong.
            self._line = _finder(self._text, self.file, self._format)
        return Place(self.file, self._line(path), field_of(path))


def field_of(path: Path) -> str:
    """Writes a path as people do.

    >>> field_of((3, "assets", 1, "id"))
    '[3].assets[1].id'
    """
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def read_document(path: FilePath) -> Document:
    """Reads a file by its ending.

    Raises:
        InputError: it is not there, not readable, or not what its ending says.
    """
    file = str(path)
    if path.suffix.lower() not in FORMATS:
        raise InputError(
            f"the ending {path.suffix!r} says nothing of how the file is written",
            where=Place(file),
            fix=f"call it something that ends in {', '.join(FORMATS)}",
        )
    format = FORMATS[path.suffix.lower()]
    text = _text_of(path)
    if not text.strip():
        raise InputError("the file is empty", where=Place(file, 1), fix="write something into it")
    return Document(file, format, text, _VALUES[format](text, file))


def _text_of(path: FilePath) -> str:
    file = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror}",
            where=Place(file),
            fix="name a file that is there and that you may read",
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            "this line is not UTF-8", where=Place(file, line), fix="save the file as UTF-8"
        ) from error


def _toml_value(text: str, file: str) -> object:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _too_deep(file, 1) from error
    except ValueError as error:
        at = re.search(r" ?\(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = int(at.group(1)) if at and at.group(1) else text.rstrip("\n").count("\n") + 1
        why = str(error)[: at.start()] if at else str(error)
        raise _not(file, line, "TOML", why) from error


def _json_value(text: str, file: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise _not(file, error.lineno, "JSON", error.msg) from error
    except RecursionError as error:
        raise _too_deep(file, 1) from error
    except ValueError as error:
        raise _not(file, None, "JSON", str(error)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return table


def _yaml_value(text: str, file: str) -> object:
    return _compose(text, file, lines=False).value


_VALUES: dict[str, Callable[[str, str], object]] = {
    "YAML": _yaml_value,
    "TOML": _toml_value,
    "JSON": _json_value,
}


def _not(file: str, line: int | None, format: str, why: str) -> InputError:
    return InputError(
        f"this is not {format}: {why}",
        where=Place(file, line),
        fix="mend this line; a bracket or quote may be open from before",
    )


def _too_deep(file: str, line: int) -> InputError:
    return InputError(
        "this is nested too deeply", where=Place(file, line), fix="write it with fewer brackets"
    )


# -- YAML ---------------------------------------------------------------------------------------

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.SafeLoader("")
_TAG = "tag:yaml.org,2002:"


class _Node(NamedTuple):
    value: Any
    # How many values it holds, an alias counted each time.
    size: int
    line: int
    # Nodes by key or index, where lines are asked for.
    inside: Any


class _Open:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "inside", "key", "line", "merged", "size", "value")

    def __init__(self, value: Any, anchor: str | None, line: int, *, lines: bool) -> None:
        self.value = value
        self.anchor = anchor
        self.line = line
        self.size = 1
        self.key: Any = None
        self.merged: list[_Node] = []
        self.inside: dict[str | int, _Node] | None = {} if lines else None


def _compose(text: str, file: str, *, lines: bool) -> _Node:
    try:
        return _Composer(file, lines=lines).compose(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        if line is None and isinstance(position := getattr(error, "position", None), int):
            line = text.count("\n", 0, position) + 1
        why = getattr(error, "problem", None) or "a sign that may not stand in it"
        raise _not(file, line, "YAML", str(why)) from error


class _Composer:
    def __init__(self, file: str, *, lines: bool) -> None:
        self._file = file
        self._lines = lines
        self._open: list[_Open] = []
        self._anchors: dict[str, _Node | None] = {}
        self._n_own = 0
        self._root: _Node | None = None

    def compose(self, events: Any) -> _Node:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
                raise self._wrong(event, "a second document begins here", "keep one, without `---`")
        if self._root is None:
            raise InputError(
                "the file is empty", where=Place(self._file, 1), fix="write something into it"
            )
        if self._root.size > max(_MAX_VALUES, _MAX_TIMES * self._n_own):
            raise InputError(
                f"aliases make {self._root.size:,} values out of {self._n_own:,}",
                where=Place(self._file),
                fix="write out what the aliases (`*name`) stand for, or split the file",
            )
        return self._root

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._n_own += 1
        if event.tag not in (None, "!", _TAG + "str"):
            raise self._wrong(event, f"the tag {event.tag!r} is not known here", "leave it out")
        value: Any = event.value
        kind = "str"
        if event.implicit[0]:
            kind = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)).removeprefix(_TAG)
        if kind == "bool":
            value = value.lower() in ("yes", "true", "on")
        elif kind == "null":
            value = None
        elif kind == "merge" and self._is_key():
            value = _MERGE
        elif kind in ("int", "float", "timestamp"):
            value = Plain(value)
        node = _Node(value, 1, line, None)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._add(node, event)

    def _start(self, event: Any) -> None:
        self._n_own += 1
        if len(self._open) >= MAX_DEPTH:
            raise _too_deep(self._file, event.start_mark.line + 1)
        if event.tag not in (None, "!"):
            raise self._wrong(event, f"the tag {event.tag!r} is not known here", "leave it out")
        if self._is_key():
            raise self._wrong(event, "a key must be a text", "write `key: value`")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        if event.anchor:
            # An alias to it inside itself would be without end.
            self._anchors[event.anchor] = None
        self._open.append(_Open(value, event.anchor, event.start_mark.line + 1, lines=self._lines))

    def _end(self) -> None:
        done = self._open.pop()
        for node in done.merged:
            # What stands in the mapping itself comes before what is merged into it.
            for key, value in node.value.items():
                done.value.setdefault(key, value)
            if done.inside is not None:
                for key, inner in node.inside.items():
                    done.inside.setdefault(key, inner)
        node = _Node(done.value, done.size, done.line, done.inside)
        if done.anchor:
            self._anchors[done.anchor] = node
        self._add(node, None)

    def _alias(self, event: Any) -> None:
        node = self._anchors.get(event.anchor)
        if node is None:
            known = event.anchor in self._anchors
            what = "contains itself" if known else "is not known here"
            fix = "put the anchor (`&name`) before it, on a value that it does not lie in"
            raise self._wrong(event, f"what the alias `*{event.anchor}` stands for {what}", fix)
        self._add(node, event)

    def _is_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].value, dict)
            and (self._open[-1].key is None)
        )

    def _add(self, node: _Node, event: Any) -> None:
        if not self._open:
            self._root = node
            return
        here = self._open[-1]
        here.size += node.size
        if isinstance(here.value, list):
            here.value.append(node.value)
            if here.inside is not None:
                here.inside[len(here.value) - 1] = node
        elif here.key is None:
            self._key(here, node, event)
        elif here.key is _MERGE:
            self._merge(here, node)
        else:
            here.value[here.key] = node.value
            if here.inside is not None:
                here.inside[here.key] = node
            here.key = None

    def _key(self, here: _Open, node: _Node, event: Any) -> None:
        if node.value is not _MERGE:
            if not isinstance(node.value, str):
                raise self._wrong(event, "a key must be a text", "put it in quotes")
            if node.value in here.value:
                what = f"the key {node.value!r} stands here a second time"
                raise self._wrong(event, what, "keep one of the two")
        here.key = node.value

    def _merge(self, here: _Open, node: _Node) -> None:
        several = node.value if isinstance(node.value, list) else [node.value]
        if not all(isinstance(one, dict) for one in several):
            where = Place(self._file, node.line)
            fix = "write `<<: *name`, where `&name` stands on a mapping"
            raise InputError("only mappings can be merged (`<<`)", where=where, fix=fix)
        if isinstance(node.value, dict):
            here.merged.append(node)
        else:
            for index, one in enumerate(several):
                inner = node.inside[index] if node.inside is not None else None
                here.merged.append(inner or _Node(one, 0, node.line, None))
        here.key = None

    def _wrong(self, event: Any, what: str, fix: str) -> InputError:
        return InputError(what, where=Place(self._file, event.start_mark.line + 1), fix=fix)


class _Merge:
    """What stands for the key `<<`."""


_MERGE: Any = _Merge()


# -- lines --------------------------------------------------------------------------------------


def _finder(text: str, file: str, format: str) -> Callable[[Path], int | None]:
    if format == "TOML":
        lines = toml_lines(text)
        return lambda path: line_of(path, lines)
    try:
        # JSON is read as the YAML that it nearly always is.
        root = _compose(text, file, lines=True)
    except InputError:
        return lambda path: None
    return lambda path: _line_in(root, path)


def _line_in(root: _Node, path: Path) -> int:
    here = root
    for part in path:
        if not isinstance(here.inside, dict) or part not in here.inside:
            break
        here = here.inside[part]
    return here.line
