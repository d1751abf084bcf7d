"""How answers that change are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from roundtable.cli.findings import TRIAGE

if TYPE_CHECKING:
    from roundtable.jobs.license_changes import Moved


def print_moves(moves: Sequence[Moved], *, nothing: str) -> None:
    """Prints each candidate's answer before and after, and why.

    Args:
        moves: In order.
        nothing: What is said where there are none.
    """
    for one in moves:
        click.echo(f"{one.id}: {one.before} -> {click.style(one.after, bold=True)}")
        if one.before != one.after:
            for because in one.finding.because:
                click.echo(f"  because {because.why}")
        for said, duties in (
            ("then also", one.obligations_added),
            ("no longer", one.obligations_dropped),
        ):
            if duties:
                click.echo(f"  {said}: {', '.join(duties)}")
    if not moves:
        click.echo(nothing)
    click.echo(TRIAGE)
