"""`guard apply`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("apply")
@click.argument("guard", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The same: one JSON row a line.")
def apply_command(guard: Path, file: Path, as_json: bool) -> None:
    """Decide with GUARD, row by row, which answers of FILE go out.

    FILE holds rows {id, question, context, answer}; one JSON row {id, score, decision} each comes
    out as soon as it is decided.
    """
    import msgspec

    from roundtable.jobs.guard import apply_guard

    for row in apply_guard(guard, file):
        click.echo(msgspec.json.encode(row).decode())
