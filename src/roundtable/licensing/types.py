"""The values of the license engine: assets and their parents, clauses, a use, and its answer."""

from __future__ import annotations

from datetime import date

import msgspec

from roundtable.licensing.vocabulary import (
    Audience,
    Distribution,
    Effect,
    Kind,
    Lineage,
    Relation,
    RemedyKind,
    State,
    Tag,
    Verdict,
)


class Parent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What an asset was made from, and how."""

    id: str
    relation: Relation


class Asset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A thing with terms and a past.

    Args:
        id: Its name, such as `models/base`.
        kind: What it is.
        license: An id of the knowledge base, in any case; `internal`: ours; `unknown`.
        lineage: Whether the sources of its data are known.
        parents: What it was made from.
    """

    id: str
    kind: Kind
    license: str
    lineage: Lineage = "declared"
    parents: tuple[Parent, ...] = ()


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has to hold of a use for a clause to bind; what is left out is not asked.

    Args:
        distribution: One of these.
        audience: One of these.
        commercial: Whether the use is commercial.
        users_over: More monthly active users than this.
        domains: Any of these in common.
        company_region: One of these; where the use does not say, the clause binds with `review`.
    """

    distribution: tuple[Distribution, ...] | None = None
    audience: tuple[Audience, ...] | None = None
    commercial: bool | None = None
    users_over: int | None = None
    domains: tuple[str, ...] | None = None
    company_region: tuple[str, ...] | None = None


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One clause of a license, as the engine reads it.

    Args:
        id: Its section, as the text numbers it.
        gist: What it says, in our own words.
        reach: The states in which its asset must reach the used one (`in` in files).
        when: What has to hold of the use.
        duties: Slugs of `vocabulary.DUTIES`.
        verdict: `review` or `prohibited`; none: the clause only gives duties.
        tag: For the share-alike conflict.
        verified: How this very clause was verified, where it differs from its license's
            (`text`: read on the day of `verified_on`; `memory`: not yet).
        quote: A few words of the text by which the clause is found in it; at most 15 words.
    """

    id: str
    gist: str
    reach: tuple[State, ...] = msgspec.field(name="in")
    when: When = When()
    duties: tuple[str, ...] = ()
    verdict: Verdict | None = None
    tag: Tag | None = None
    verified: str = ""
    quote: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One license, or one provider's terms.

    Args:
        id: As the knowledge base names it; compared without case.
        name: As people say it.
        verified: `text` (read in full), `memory` (nobody has yet held it against the text) or
            `unverified` (nobody could read it).
        source: Who wrote it, when, and where the text that was read lies.
        verified_on: The day it was read.
        family: Licenses whose models count as this one's own kind.
        spdx: Its SPDX identifier, if it has one.
        url: Where its owner publishes it.
        aliases: Other names it goes by, such as a hub's tag.
        note: What a reader should know besides.
        clauses: In the text's order.
    """

    id: str
    name: str
    verified: str = "memory"
    source: str = ""
    verified_on: date | None = None
    family: tuple[str, ...] = ()
    spdx: str = ""
    url: str = ""
    aliases: tuple[str, ...] = ()
    note: str = ""
    clauses: tuple[Clause, ...] = ()


class Use(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked: this asset, used like this."""

    asset: str
    distribution: Distribution = "internal-only"
    audience: Audience = "internal"
    commercial: bool = True
    monthly_active_users: int = 0
    company_region: str | None = None
    regions: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision of counsel or the licensor about one clause, until it expires.

    Args:
        license: The license's id.
        clause: The clause's id; `lineage`/`undisclosed` and `unknown`/`unknown` are clauses too.
        effect: What replaces the clause's verdict; `waived`: none. Duties stay.
        by: Who decided.
        why: On what ground.
        expires: The last day on which it holds.
        asset: The ancestor it is for; none: every one.
    """

    license: str
    clause: str
    effect: Effect
    by: str
    why: str
    expires: date
    asset: str | None = None


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A deciding clause, whose it is, and why it reaches the used asset, in plain words.

    Args:
        license: The license's id as the knowledge base writes it.
        clause: The clause's id.
        asset: The ancestor that brings it.
        why: For a person who is no lawyer, with the path.
        path: From the ancestor to the used asset: ids, each next made from the one before. Of a
            way over more than 24 assets, the middle is left out: `…`.
    """

    license: str
    clause: str
    asset: str
    why: str
    path: tuple[str, ...] = ()


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that, made together, lead to an allowed answer.

    Args:
        text: All of them in plain words.
        changes: Each of them.
        kinds: What each changes.
        verdict: The engine's answer after them: `allowed` or `conditions`.
        obligations: The duties that then hold.
        cost: Only for the order: roughly days of work and waiting.
    """

    text: str
    changes: tuple[str, ...]
    kinds: tuple[RemedyKind, ...]
    verdict: Verdict
    obligations: tuple[str, ...]
    cost: float


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one use.

    Args:
        id: What was asked: a scenario, a candidate, an asset.
        verdict: The gravest of the binding clauses'.
        obligations: All duties of binding clauses, sorted.
        because: The deciding clauses.
        expired: Overrides that have run out and would have covered a clause that binds.
        unverified: Licenses along the lineage whose terms nobody has read against the text.
        overridden: Overrides in force that are about a clause that binds.
        use: What was asked; None where the asker keeps it.
        assumed: What nobody said of the use, so that it was assumed, and words of it that are
            likely to be misspelled; a sentence each.
        remedies: Changes that lead to an allowed answer, the cheapest first.
    """

    id: str
    verdict: Verdict
    obligations: tuple[str, ...]
    because: tuple[Because, ...]
    expired: tuple[Override, ...] = ()
    unverified: tuple[str, ...] = ()
    overridden: tuple[Override, ...] = ()
    use: Use | None = None
    assumed: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
