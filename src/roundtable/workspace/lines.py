"""On which line each key and item stands: a scan made only when something is wrong.

`tomllib` tells no lines, so its text is walked once more: only texts that it has accepted, so what
the scan does not understand it may step over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

import yaml

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)+")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_TEXT = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")|'
    + r"'''.*?'{3,5}(?!')|"
    + r""""(?:\\.|[^"\\\n])*"|'[^'\n]*'""",
    re.DOTALL,
)
_BARE = re.compile(r"\d{4}-\d\d-\d\d[ Tt][0-9:.Zz+-]+|[^\s,\]}#]+")


def toml_lines(text: str) -> dict[Path, int]:
    """Returns the line, from 1, of each table, key and item of a TOML text."""
    scan = _TomlScan(text)
    scan.document()
    return scan.found


class _TomlScan:
    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {(): 1}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self._skip_blank():
            line = self._line()
            if self._take("[["):
                name = self._in_last_items(self._key())
                self._counts[name] = self._counts.get(name, -1) + 1
                self._note(name, line)
                table = (*name, self._counts[name])
                self._note(table, line)
                self._skip_blank()
                self._take("]]")
            elif self._take("["):
                table = self._in_last_items(self._key())
                self._note(table, line)
                self.found[table] = line
                self._skip_blank()
                self._take("]")
            else:
                self._pair(table)

    def _pair(self, table: Path) -> None:
        start, line = self._at, self._line()
        path = (*table, *self._key())
        self._skip_blank()
        if self._take("="):
            self._note(path, line)
            self._skip_blank()
            self._value(path)
        if self._at == start:
            self._at += 1

    def _value(self, path: Path) -> None:
        if self._take("["):
            index = 0
            while self._skip_blank() and not self._take("]"):
                self._note((*path, index), self._line())
                self._value((*path, index))
                index += 1
        elif self._take("{"):
            while self._skip_blank() and not self._take("}"):
                self._pair(path)
        elif match := (_TEXT.match(self._text, self._at) or _BARE.match(self._text, self._at)):
            self._at = match.end()
        else:
            self._at += 1

    def _key(self) -> Path:
        parts: list[str] = []
        self._skip_blank()
        while match := _PART.match(self._text, self._at):
            part = match.group()
            parts.append(part[1:-1] if part[0] in "\"'" else part)
            self._at = match.end()
            if not (dot := _DOT.match(self._text, self._at)):
                break
            self._at = dot.end()
        return tuple(parts)

    def _note(self, path: Path, line: int) -> None:
        # A table may be opened by its parts alone: `[plugins.metrics]` opens `plugins`.
        for length in range(1, len(path) + 1):
            self.found.setdefault(path[:length], line)

    def _in_last_items(self, name: Path) -> Path:
        """Puts the number of the latest item behind each array of tables that a header lies in."""
        path: Path = ()
        for index, key in enumerate(name):
            path = (*path, key)
            if path in self._counts and index < len(name) - 1:
                path = (*path, self._counts[path])
        return path

    def _skip_blank(self) -> bool:
        if match := _BLANK.match(self._text, self._at):
            self._at = match.end()
        return self._at < len(self._text)

    def _take(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _line(self) -> int:
        return bisect_right(self._ends, self._at - 1) + 1


def yaml_lines(text: str, first_line: int) -> dict[Path, int]:
    """Returns the line of each key and item of a YAML text that begins on `first_line`.

    Args:
        text: YAML without aliases.
        first_line: From 1.
    """
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
                visit(item, (*path, index))

    visit(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return found


def line_of(path: Sequence[str | int], lines: Mapping[Path, int]) -> int | None:
    """Returns the line of a path, or of the nearest thing that it lies in."""
    for length in range(len(path), -1, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return None
