"""`guard`: a group whose commands are imported when they are called."""

from __future__ import annotations

import importlib

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("guard_score", "Say how likely each answer is not supported by its context."),
}
"""Command to its module below `roundtable.cli`, and its one line of help."""


class GuardGroup(click.Group):
    """Its commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the commands in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"roundtable.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group("guard", cls=GuardGroup)
def guard_command() -> None:
    """Bound how often an answer that goes out is not supported by its context."""
