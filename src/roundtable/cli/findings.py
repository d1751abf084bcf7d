"""Findings about licenses, as a person reads them: the verdict, why, what to do."""

from __future__ import annotations

from collections.abc import Sequence

import click

from roundtable.licensing.types import Finding
from roundtable.licensing.vocabulary import DUTIES, Verdict

_SAID: dict[Verdict, tuple[str, str]] = {
    "allowed": ("allowed", "green"),
    "conditions": ("allowed, with duties", "green"),
    "review": ("review: somebody has to look first", "yellow"),
    "prohibited": ("prohibited", "red"),
}
TRIAGE = "This is triage, not legal advice."


def print_findings(findings: Sequence[Finding]) -> None:
    """Prints each finding as a paragraph."""
    for one in findings:
        said, color = _SAID[one.verdict]
        click.echo(f"{one.id}: {click.style(said, fg=color, bold=True)}")
        for because in one.because:
            click.echo(f"  because {because.why}")
        for duty in one.obligations:
            click.echo(f"  [ ] {DUTIES[duty]} ({duty})")
        for override in one.expired:
            click.echo(
                f"  expired on {override.expires}: {override.by} on {override.license}"
                f" {override.clause} ({override.effect}): {override.why}"
            )
        if one.unverified:
            click.echo(f"  not yet held against the text: {', '.join(one.unverified)}")
        click.echo()
    click.echo(TRIAGE)
