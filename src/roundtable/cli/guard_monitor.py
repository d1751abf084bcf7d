"""`guard monitor`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.options import print_json


@click.command("monitor")
@click.argument("guard", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def monitor_command(guard: Path, file: Path, as_json: bool) -> int:
    """Hold labeled answers from production against GUARD's promise, as often as you like.

    FILE holds rows {id, question, context, answer, hallucinated} in the order of their labels.
    Exits 1 if they show that the promise no longer holds.
    """
    from roundtable.jobs.guard import monitor_guard

    found = monitor_guard(guard, file)
    if as_json:
        print_json(found)
        return int(found.broken)
    if found.broken:
        click.echo(f"The promise no longer holds: shown by answer {(found.at or 0) + 1}.")
    else:
        click.echo("Nothing shows that the promise is broken.")
    low, high = found.interval
    click.echo(
        f"{found.n_unsupported} of {found.n} answers given were not supported"
        f" ({low:.3f} to {high:.3f}); evidence against the promise {found.evidence:.3g},"
        f" raised from {found.needed:.3g} on."
    )
    return int(found.broken)
