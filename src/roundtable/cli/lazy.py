"""A group of commands told by a static table, so that listing them imports nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import click

Table = Mapping[str, tuple[str, str]]
"""Command to its module below `roundtable.cli`, and its one line of help."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not when they are listed.

    Args:
        table: Its commands; one's function is called like it, with `_command` after it.
    """

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the commands in the table's order."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command."""
        if cmd_name not in self._table:
            return None
        module = importlib.import_module(f"roundtable.cli.{self._table[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._table.items()])


def group(name: str, table: Table) -> Callable[[Callable[..., Any]], LazyGroup]:
    """Returns what makes a function such a group."""

    def made(function: Callable[..., Any]) -> LazyGroup:
        return click.group(name, cls=LazyGroup, table=table)(function)

    return made
