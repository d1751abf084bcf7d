"""Findings about licenses, as a person reads them: the verdict, why, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click
import msgspec

from roundtable.licensing.duties import checklist
from roundtable.licensing.overrides import days_in_words
from roundtable.licensing.types import Finding, Override
from roundtable.licensing.vocabulary import Verdict

_SAID: dict[Verdict, tuple[str, str]] = {
    "allowed": ("allowed", "green"),
    "conditions": ("allowed, with duties", "green"),
    "review": ("review: somebody has to look first", "yellow"),
    "prohibited": ("prohibited", "red"),
}
TRIAGE = "This is triage, not legal advice."


def document(finding: Finding) -> dict[str, object]:
    """Returns what `license check --json` prints of a finding."""
    told: dict[str, object] = msgspec.to_builtins(finding)
    return told if finding.use is not None else {k: v for k, v in told.items() if k != "use"}


def print_findings(findings: Sequence[Finding], *, today: date) -> None:
    """Prints each finding as a paragraph.

    Args:
        findings: In order.
        today: The day from which days left are counted.
    """
    for one in findings:
        said, color = _SAID[one.verdict]
        click.echo(f"{one.id}: {click.style(said, fg=color, bold=True)}")
        for because in one.because:
            click.echo(f"  because {because.why}")
        for duty in checklist(one.obligations):
            click.echo(f"  [ ] {duty.role}: {duty.text} ({duty.slug})")
        for remedy in one.remedies:
            click.echo(f"  remedy: {remedy.text} Then: {_SAID[remedy.verdict][0]}")
        for override in one.overridden:
            left = (override.expires - today).days
            click.echo(f"  {in_words(override)}; {days_in_words(left)}")
        for override in one.expired:
            click.echo(f"  expired on {override.expires}: {in_words(override)}")
        for assumed in one.assumed:
            click.echo(f"  assumed: {assumed}")
        if one.unverified:
            click.echo(f"  not yet held against the text: {', '.join(one.unverified)}")
        click.echo()
    if not findings:
        click.echo("Nothing here has a license to ask about: no use case and no recipe.")
    click.echo(TRIAGE)


def in_words(override: Override) -> str:
    """Returns what was decided, by whom and on what ground."""
    whose = f" for {override.asset}" if override.asset else ""
    return (
        f"{override.license} {override.clause}{whose} is {override.effect} by {override.by}:"
        f" {override.why}"
    )
