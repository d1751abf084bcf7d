"""The gate's check of a candidate's license."""

from __future__ import annotations

from dataclasses import dataclass

from roundtable.governance.gate import CheckResult, Evidence
from roundtable.licensing.types import Finding

_SHOWN = 3


@dataclass(frozen=True)
class LicenseCheck:
    """Holds what the terms say about the use against going live.

    Prohibited fails. Where somebody has to look first, the gate is blocked until an override says
    what they found. Duties do not stand in the way; they are named.

    Args:
        reviewers: Who looks, by e-mail address.
    """

    reviewers: tuple[str, ...] = ()

    def check(self, evidence: Evidence, /) -> CheckResult:
        """Returns `pass`, `blocked` or `fail`, and why."""
        found = evidence.license
        assumed = f" (assumed: {'; '.join(found.assumed)})" if found and found.assumed else ""
        if found is None:
            why = "nobody asked what the licenses allow"
            return CheckResult(name="license", verdict="blocked", why=why)
        if found.verdict == "prohibited":
            why = f"this use is prohibited: {reasons(found)}{assumed}"
            return CheckResult(name="license", verdict="fail", why=why)
        if found.verdict == "review":
            who = f"legal ({', '.join(self.reviewers)})" if self.reviewers else "legal"
            why = f"{who} must look first, and settle it in overrides/: {reasons(found)}{assumed}"
            return CheckResult(name="license", verdict="blocked", why=why)
        if found.verdict == "conditions":
            duties = ", ".join(found.obligations)
            why = f"allowed, with these duties: {duties}{assumed}"
            return CheckResult(name="license", verdict="pass", why=why)
        return CheckResult(name="license", verdict="pass", why=f"allowed, without duties{assumed}")


def reasons(finding: Finding) -> str:
    """Returns the deciding clauses in words, the first few of many."""
    said = [one.why.rstrip(".") for one in finding.because]
    more = len(said) - _SHOWN
    text = "; ".join(said[:_SHOWN])
    return f"{text}; and {more} more" if more > 0 else text
