"""`license`: a static table of its commands, each imported when it is called."""

from __future__ import annotations

import importlib

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("license_check", "Answer whether a use is allowed, and why."),
    "overrides": ("license_overrides", "List what counsel and licensors decided."),
    "identify": ("license_identify", "Say which license a file or a folder is under."),
}
"""Command to its module below `roundtable.cli`, and its one line of help."""


class LicenseGroup(click.Group):
    """The commands of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the commands in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"roundtable.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group("license", cls=LicenseGroup)
def license_command() -> None:
    """Say what may be done with an asset, and why: triage, not legal advice."""
