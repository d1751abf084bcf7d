"""Options that every command takes, and the two ways a result is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from roundtable.workspace import Workspace, find_root, load

F = TypeVar("F", bound=Callable[..., Any])


def common(command: F) -> F:
    """Adds `--workspace` and `--json`."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(
        command
    )
    return click.option(
        "--workspace",
        "directory",
        type=click.Path(file_okay=False, path_type=Path),
        help="The workspace's folder (default: the nearest parent with roundtable.toml).",
    )(command)


def opened(directory: Path | None) -> Workspace:
    """Loads the workspace.

    Raises:
        InputError: there is none, or its files are wrong.
    """
    return load(find_root(directory or Path.cwd()))


def print_json(value: object) -> None:
    """Prints one JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=1).decode())
