"""Docstrings, signatures and rows of tables, as Markdown."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any


def prose(thing: object) -> tuple[str, dict[str, str]]:
    """Returns a docstring's text without its Args, and the Args by name."""
    doc = inspect.getdoc(thing) or ""
    before, _, rest = doc.partition("\nArgs:\n")
    block = re.match(r"(?:(?: .*)?\n?)*", rest)
    after = rest[block.end() :] if block else ""
    told: dict[str, str] = {}
    name = ""
    for line in (block.group() if block else "").splitlines():
        entry = re.match(r"^    (\w+): ?(.*)$", line)
        if entry:
            name = entry[1]
            told[name] = entry[2].strip()
        elif name and line.strip():
            told[name] += " " + line.strip()
    return _listed(f"{before.strip()}\n\n{after.strip()}".strip()), told


def _listed(text: str) -> str:
    """Writes what a docstring returns and raises as Markdown does."""

    def section(match: re.Match[str]) -> str:
        entries = re.sub(r"\n {8,}", " ", match[2]).strip().splitlines()
        return f"{match[1]}:\n\n" + "\n".join(f"- {entry.strip()}" for entry in entries)

    return re.sub(r"^(Returns|Yields|Raises):\n((?: {4}.*\n?)+)", section, text, flags=re.MULTILINE)


class _Bare(str):
    """An annotation that is shown as it is written."""

    __repr__ = str.__str__


def signature(thing: Any) -> str:
    """Returns a callable's arguments and what it returns, as its author wrote them."""
    found = inspect.signature(thing)
    bare = [
        one.replace(annotation=_Bare(one.annotation)) if isinstance(one.annotation, str) else one
        for one in found.parameters.values()
    ]
    result = found.return_annotation
    returns = _Bare(result) if isinstance(result, str) else result
    shown = str(found.replace(parameters=bare, return_annotation=returns))
    return re.sub(r"\b(?:roundtable|collections)(?:\.[a-z_]+)+\.", "", shown)


def cell(text: str) -> str:
    """Returns text that fits in one cell of a table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Returns a table; nothing if it has no rows."""
    lines = ["| " + " | ".join(cell(c) for c in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines]) + "\n"
