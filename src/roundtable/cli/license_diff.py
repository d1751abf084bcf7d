"""`license diff`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.license_moves import print_moves
from roundtable.cli.options import common, print_json

_COLORS = {"stricter": "red", "laxer": "green", "both": "yellow", "other words": "white"}


@click.command("diff")
@click.argument("old")
@click.argument("new")
@common
def diff_command(old: str, new: str, directory: Path | None, as_json: bool) -> int:
    """Say what changed from terms OLD to NEW, and which use cases would change their verdict.

    OLD and NEW are ids of the knowledge base (llama-3, llama-3.1) or files of terms. Exits 1 if a
    use case would be worse off.
    """
    from roundtable.errors import UsageError
    from roundtable.jobs.license import licenses_of
    from roundtable.jobs.license_changes import diff_terms
    from roundtable.licensing.knowledge import packaged
    from roundtable.workspace import find_root, load

    licenses = None
    try:
        root = find_root(directory or Path.cwd())
    except UsageError:
        if directory is not None:
            raise
    else:
        licenses = licenses_of(load(root))
    found = diff_terms(licenses, old, new, licenses.knowledge if licenses else packaged())
    if as_json:
        print_json(
            {
                "old": found.change.old,
                "new": found.change.new,
                "clauses": found.change.clauses,
                "usecases": [one for one in found.usecases if one.changed],
            }
        )
    else:
        click.echo(f"from {found.change.old} to {found.change.new}:")
        for one in found.change.clauses:
            effect = click.style(one.effect, fg=_COLORS[one.effect])
            click.echo(f"  {one.clause} ({effect}): {'; '.join(one.what)}")
        if not found.change.clauses:
            click.echo("  no clause differs")
        if licenses is not None:
            print_moves(
                [one for one in found.usecases if one.changed], nothing="no use case changes"
            )
    from roundtable.licensing.vocabulary import VERDICTS

    return int(
        any(
            VERDICTS.index(one.after) > max(VERDICTS.index(one.before), 1) for one in found.usecases
        )
    )
