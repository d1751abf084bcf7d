"""Starts a workspace that runs at once, offline."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from roundtable.errors import Place, UsageError
from roundtable.workspace.schemas import write_schemas


def init(directory: Path) -> list[Path]:
    """Writes a small workspace into an empty or new folder and returns its files.

    Args:
        directory: The folder.

    Raises:
        UsageError: the folder holds something, or cannot be written.
    """
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise UsageError(
                "the folder is not empty",
                where=Place(str(directory)),
                fix="name a new or an empty folder",
            )
        written = _copied(files("roundtable.workspace") / "template", directory)
        return written + write_schemas(directory)
    except OSError as error:
        raise UsageError(
            f"the folder cannot be written: {error.strerror}",
            where=Place(str(directory)),
            fix="name a folder that you may write to",
        ) from error


def _copied(source: Traversable, target: Path) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for one in sorted(source.iterdir(), key=lambda one: one.name):
        # A wheel's build may leave dot files out, so the template's has another name.
        name = ".gitignore" if one.name == "gitignore" else one.name
        if one.is_dir():
            written += _copied(one, target / name)
        else:
            (target / name).write_bytes(one.read_bytes())
            written.append(target / name)
    return written
