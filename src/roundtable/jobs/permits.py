"""Which candidates may be run at all, and what the gate is told of their licenses."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from roundtable.governance import Check, Evidence, GateResult, decide
from roundtable.governance.license import LicenseCheck, reasons
from roundtable.jobs.license import licenses_of
from roundtable.licensing import Finding
from roundtable.workspace import UseCase, Workspace


class Permits(msgspec.Struct, frozen=True, kw_only=True):
    """What the licenses of a use case's candidates allow, asked before anything is spent.

    Args:
        usecase: The use case's id.
        findings: By candidate, in the use case's order.
        asked: Whether the gate always asks: the use case says how it is used, or is for customers.
        reviewers: Who looks where somebody has to.
    """

    usecase: str
    findings: dict[str, Finding]
    asked: bool
    reviewers: tuple[str, ...]

    @property
    def refused(self) -> tuple[str, ...]:
        """The candidates that are not run, since their use is prohibited."""
        return tuple(id for id, one in self.findings.items() if one.verdict == "prohibited")

    def checks(self, candidate: str) -> tuple[Check, ...]:
        """Returns the gate's check of licenses: always where it asks, else if one is in the way.

        Args:
            candidate: The one that is held against the gate.
        """
        in_the_way = self.findings[candidate].verdict in ("review", "prohibited")
        if not self.asked and not in_the_way:
            return ()
        return (LicenseCheck(reviewers=self.reviewers),)

    def refusal(self, candidate: str) -> GateResult:
        """Returns the gate's verdict on a candidate that was not run for its licenses."""
        evidence = Evidence(
            usecase=self.usecase,
            candidate=candidate,
            metrics={},
            n_samples=0,
            license=self.findings[candidate],
        )
        return decide((), evidence, checks=(LicenseCheck(reviewers=self.reviewers),))


def permits_of(workspace: Workspace, usecase: UseCase, candidates: Iterable[str]) -> Permits:
    """Returns what the licenses allow today, under today's terms, policies and overrides.

    Args:
        workspace: Loaded and valid.
        usecase: The use case.
        candidates: Ids of those that are to be run.

    Raises:
        InputError: the workspace names licenses that no terms know, or the like.
    """
    return Permits(
        usecase=usecase.id,
        findings=licenses_of(workspace).of_usecase(usecase, candidates),
        asked=usecase.use is not None or usecase.audience == "product",
        reviewers=workspace.settings.people.get("legal", ()),
    )


def not_run(id: str, finding: Finding) -> str:
    """Returns in words why a candidate was not run."""
    return f"{id} was not run, for its use is prohibited: {reasons(finding)}"
