"""What Roundtable asks of a checker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from roundtable.conformance.findings import Findings
from roundtable.generation.guard.types import Claim, Span, Verdict

_CONTEXT = "The museum opens at nine. On Sundays it closes at five."
_ODD = (
    Claim(id="plain", context=_CONTEXT, answer="It opens at nine. Dogs may enter for free."),
    Claim(id="empty-answer", context=_CONTEXT, answer=""),
    Claim(id="empty-context", context="", answer="It opens at nine."),
    Claim(id="marks", context="?!", answer="..."),
    Claim(id="letters", context="№ “x” 谢谢。再见。", answer="谢谢。\n\u0000 再见"),
    Claim(id="long", context="word " * 3000, answer="no space " * 20 + "x" * 5000),
)
_PROMISE_NOTHING = ("empty-answer", "empty-context")


class Checks(Protocol):
    """Says how likely answers are not supported by their contexts."""

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        """Returns one verdict a claim, in order."""
        ...


def check_checker(checker: Checks, *, claims: Sequence[Claim] = ()) -> None:
    """Checks that a checker gives one verdict a claim, in range, in place, and always the same.

    Args:
        checker: An instance.
        claims: Further claims to try it on; odd ones are tried in any case.

    Raises:
        NotConforming: with everything that is wrong.
    """
    findings = Findings(checker)
    findings.need_options()
    if findings.need(callable(getattr(checker, "check", None)), "it needs a method check(claims)"):
        _check_verdicts(checker, [*_ODD, *claims], findings)
    findings.raise_any()


def _check_verdicts(checker: Checks, claims: list[Claim], findings: Findings) -> None:
    try:
        findings.need(checker.check([]) == [], "no claims must give no verdicts")
        verdicts = checker.check(claims)
        alone = [one for claim in claims for one in checker.check([claim])]
    except Exception as error:  # the author's code may raise anything: it is told
        name = type(error).__name__
        findings.need(False, f"check raises {name}: {error}")
        return
    same = len(verdicts) == len(claims)
    if not findings.need(same, f"{len(claims)} claims give {len(verdicts)} verdicts"):
        return
    findings.need(alone == verdicts, "a verdict depends on the claims that are checked with it")
    for claim, verdict in zip(claims, verdicts, strict=True):
        _check_verdict(claim, verdict, findings)


def _check_verdict(claim: Claim, verdict: Verdict, findings: Findings) -> None:
    where = f"on the claim {claim.id!r}"
    findings.need(verdict.id == claim.id, f"{where} the verdict is of {verdict.id!r}")
    scores = [verdict.score, *(one.score for one in verdict.sentences)]
    findings.need(
        all(0.0 <= score <= 1.0 for score in scores), f"{where} a score lies outside [0, 1]"
    )
    at = 0
    for one in verdict.sentences:
        inside = at <= one.start < one.end <= len(claim.answer)
        if not findings.need(inside, f"{where} sentences overlap, or lie outside the answer"):
            break
        at = one.end
        findings.need(
            all(_lies_in(span, claim.context) for span in one.support),
            f"{where} support lies outside the context",
        )
    if claim.id in _PROMISE_NOTHING:
        findings.need(
            verdict.score >= 0.5, f"{where} the score is below 0.5, though nothing supports it"
        )


def _lies_in(span: Span, text: str) -> bool:
    return 0 <= span.start < span.end <= len(text)
