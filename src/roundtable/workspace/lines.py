"""On which line a key stands: a scan made only when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import yaml

Path = tuple[str | int, ...]
_TABLE = re.compile(r"\s*\[([^\[\]]+)\]\s*(#.*)?$")
_ARRAY = re.compile(r"\s*\[\[([^\[\]]+)\]\]\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=""")


def toml_lines(text: str) -> dict[Path, int]:
    """Returns the line of each table and key of a TOML text; keys of inline tables are not told."""
    found: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    quoted = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quoted:
            quoted = "" if line.count(quoted) % 2 else quoted
            continue
        if array := _ARRAY.match(line):
            name = _resolved(_keys(array.group(1)), counts)
            counts[name] = counts.get(name, -1) + 1
            found.setdefault(name, number)
            table = (*name, counts[name])
            found[table] = number
        elif header := _TABLE.match(line):
            table = _resolved(_keys(header.group(1)), counts)
            found[table] = number
        elif key := _KEY.match(line):
            found.setdefault((*table, *_keys(key.group(1))), number)
            for mark in ('"""', "'''"):
                if line.count(mark) % 2:
                    quoted = mark
    return found


def yaml_lines(text: str, first_line: int) -> dict[Path, int]:
    """Returns the line of each key and item of a YAML text that begins on `first_line`."""
    found: dict[Path, int] = {(): first_line}

    def visit(node: yaml.Node | None, path: Path) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                found[inner] = first_line + key.start_mark.line
                visit(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                found[(*path, index)] = first_line + item.start_mark.line

    visit(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return found


def line_of(path: Sequence[str | int], lines: Mapping[Path, int]) -> int | None:
    """Returns the line of a path, or of what it lies in."""
    for length in range(len(path), -1, -1):
        here = tuple(path[:length])
        if here in lines:
            return lines[here]
        # A table that is only opened by its parts: `[plugins.metrics]` opens `plugins`.
        if inside := [line for one, line in lines.items() if one[:length] == here]:
            return min(inside)
    return None


def _keys(text: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _resolved(name: Path, counts: Mapping[Path, int]) -> Path:
    """Puts the number of the latest element behind each array of tables that a header lies in."""
    path: Path = ()
    for index, key in enumerate(name):
        path = (*path, key)
        if path in counts and index < len(name) - 1:
            path = (*path, counts[path])
    return path
