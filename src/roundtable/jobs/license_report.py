"""Findings about licenses to the section of a run's report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from roundtable.licensing import Finding, Use
from roundtable.licensing.duties import checklist
from roundtable.licensing.overrides import days_in_words
from roundtable.licensing.types import Override
from roundtable.reports.license_view import (
    DutyView,
    LicensesView,
    LicenseView,
    OverrideView,
    ReasonView,
    RemedyView,
)

SAYS = {
    "allowed": "allowed",
    "conditions": "allowed, with duties",
    "review": "somebody has to look first",
    "prohibited": "prohibited",
}


def licenses_view(
    findings: Mapping[str, Finding],
    *,
    judged: str,
    run: Iterable[str],
    reviewers: tuple[str, ...],
    as_of: date,
) -> LicensesView | None:
    """Returns what the report says of licenses; None if nobody asked.

    Args:
        findings: By candidate.
        judged: The candidate that the gate judged: it comes first.
        run: The candidates that were run.
        reviewers: Who looks where somebody has to.
        as_of: The day of the answers.
    """
    done = set(run)
    order = sorted(findings, key=lambda id: id != judged)
    found = tuple(
        _answer(id, findings[id], is_judged=id == judged, was_run=id in done, as_of=as_of)
        for id in order
    )
    if not found:
        return None
    first = findings[order[0]]
    return LicensesView(
        as_of=as_of.isoformat(),
        # All candidates of a use case are asked about the same use.
        question=_question(first.use) if first.use is not None else "nothing more was said",
        assumed=tuple(one.rstrip(".") for one in first.assumed),
        reviewers=reviewers,
        answers=found,
    )


def _answer(
    id: str, finding: Finding, *, is_judged: bool, was_run: bool, as_of: date
) -> LicenseView:
    return LicenseView(
        candidate=id,
        verdict=finding.verdict,
        says=SAYS[finding.verdict],
        is_judged=is_judged,
        was_run=was_run,
        reasons=tuple(
            ReasonView(name=f"{one.license}, {one.clause}", why=one.why.rstrip("."), path=one.path)
            for one in finding.because
        ),
        duties=tuple(
            DutyView(role=one.role, text=one.text, slug=one.slug)
            for one in checklist(finding.obligations)
        ),
        overrides=tuple(_override(one, as_of) for one in finding.overridden),
        expired=tuple(_override(one, as_of) for one in finding.expired),
        unverified=finding.unverified,
        remedies=tuple(
            RemedyView(text=one.text, verdict=one.verdict, says=SAYS[one.verdict])
            for one in finding.remedies
        ),
    )


def _override(one: Override, as_of: date) -> OverrideView:
    whose = f" for {one.asset}" if one.asset else ""
    return OverrideView(
        name=f"{one.license}, {one.clause}{whose}",
        effect=one.effect,
        by=one.by,
        why=one.why.rstrip("."),
        left=f"until {one.expires}, {days_in_words((one.expires - as_of).days)}",
    )


def _question(use: Use) -> str:
    """Returns how it is to be used, in a sentence's words."""
    how = {
        "internal-only": "used inside the house",
        "hosted-service": "people reach it over a network",
        "outputs": "what it writes is handed on",
        "weights": "it is itself handed on",
    }[use.distribution]
    who = "by customers" if use.audience == "product" else "by the house's own people"
    parts = [how, f"read {who}", "commercial" if use.commercial else "not commercial"]
    parts.append(f"{use.monthly_active_users:,} users a month")
    parts.append(f"company in {use.company_region or 'a region that nobody named'}")
    if use.regions:
        parts.append(f"users in {', '.join(use.regions)}")
    if use.domains:
        parts.append(f"fields of use: {', '.join(use.domains)}")
    return ", ".join(parts)
