"""What a run's report says of licenses, so that legal can read it alone."""

from __future__ import annotations

import msgspec


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """A clause that decides.

    Args:
        name: The license and the clause.
        why: In plain words, with the way it takes.
        path: Ids from the asset that brings it to the candidate.
    """

    name: str
    why: str
    path: tuple[str, ...]


class DutyView(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do, and who does it."""

    role: str
    text: str
    slug: str


class OverrideView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision of counsel or a licensor, and how long it still holds."""

    name: str
    effect: str
    by: str
    why: str
    left: str


class RemedyView(msgspec.Struct, frozen=True, kw_only=True):
    """A change that leads to another answer, and that answer: its name, and in words."""

    text: str
    verdict: str
    says: str


class LicenseView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one candidate.

    Args:
        candidate: Its id.
        verdict: `allowed`, `conditions`, `review` or `prohibited`.
        says: The verdict in a few words.
        is_judged: Whether the gate judged this candidate.
        was_run: Whether it was run.
        reasons: The clauses that decide.
        duties: What is to be done, by who does it.
        overrides: Those in force that are about a clause that binds.
        expired: Those that were, and have run out.
        unverified: Licenses whose terms were not yet held against their text.
        remedies: The smallest changes that lead to a better answer.
    """

    candidate: str
    verdict: str
    says: str
    is_judged: bool
    was_run: bool
    reasons: tuple[ReasonView, ...] = ()
    duties: tuple[DutyView, ...] = ()
    overrides: tuple[OverrideView, ...] = ()
    expired: tuple[OverrideView, ...] = ()
    unverified: tuple[str, ...] = ()
    remedies: tuple[RemedyView, ...] = ()


class LicensesView(msgspec.Struct, frozen=True, kw_only=True):
    """The answers for all candidates: the one that the gate judged, then the others.

    Args:
        as_of: The day of the answers.
        question: What was asked: how it is to be used.
        assumed: What nobody said of that, a sentence each.
        reviewers: Who looks where somebody has to.
        answers: At least one.
    """

    as_of: str
    question: str
    assumed: tuple[str, ...]
    reviewers: tuple[str, ...]
    answers: tuple[LicenseView, ...]
