"""A small sound workspace whose files a test can spoil."""

from pathlib import Path

import pytest

from roundtable.errors import Problem, WorkspaceError
from roundtable.workspace import init, load


def shop(root: Path) -> Path:
    """Writes the workspace that `init` writes, and returns its folder."""
    init(root)
    return root


def edit(root: Path, file: str, old: str, new: str) -> int:
    """Replaces the first `old` in a file and returns its line."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems(root: Path) -> tuple[Problem, ...]:
    """Loads a broken workspace and returns what is wrong with it."""
    with pytest.raises(WorkspaceError) as caught:
        load(root)
    return caught.value.problems


def contents(root: Path) -> dict[str, bytes]:
    """Returns what stands in each file of a folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
