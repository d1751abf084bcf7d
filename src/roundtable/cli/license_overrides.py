"""`license overrides`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from roundtable.cli.options import common, opened, print_json


@click.command("overrides")
@common
def overrides_command(directory: Path | None, as_json: bool) -> None:
    """List what counsel and licensors decided, those that expire first in front."""
    from roundtable.cli.findings import in_words
    from roundtable.jobs.license import licenses_of
    from roundtable.licensing.overrides import days_in_words

    found = licenses_of(opened(directory)).rulings
    if as_json:
        rows = [
            {
                **msgspec.to_builtins(one.override),
                "scope": list(one.scope),
                "file": one.file,
                "days_left": one.days_left,
                "in_force": one.in_force,
            }
            for one in found
        ]
        print_json({"overrides": rows})
        return
    for one in found:
        scope = f" (use cases: {', '.join(one.scope)})" if one.scope else ""
        click.echo(f"{one.file}: {days_in_words(one.days_left)}")
        click.echo(f"  {in_words(one.override)}{scope}")
    if not found:
        click.echo("no overrides: nobody decided otherwise than the terms say")
