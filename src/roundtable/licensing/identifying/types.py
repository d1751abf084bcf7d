"""What `identify` answers with."""

from __future__ import annotations

from typing import Literal

import msgspec

Answer = Literal["exact", "modified", "unknown"]
DifferenceKind = Literal["missing", "added", "changed"]
ClauseState = Literal["kept", "changed", "missing"]
DeclaredBy = Literal["tag", "expression", "notice", "metadata"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A passage in which a text differs from the license that it derives from.

    Args:
        kind: Words of the license are missing, words were added, or some became others.
        expected: What the license says there.
        found: What the text says there.
        near: The words of the text just before.
        decisive: Whether words are among them that can change what is allowed, or numbers.
    """

    kind: DifferenceKind
    expected: str
    found: str
    near: str
    decisive: bool


class DecisiveClause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause by which a license is known, and whether the text still has it.

    Args:
        clause: Its section, as the license numbers it.
        gist: What it says, in our own words.
        state: `kept`: word for word; `changed`: words of its sentence differ; `missing`.
    """

    clause: str
    gist: str
    state: ClauseState


class Resemblance(msgspec.Struct, frozen=True, kw_only=True):
    """A license that a text is like, without being it.

    Args:
        license: Its id.
        score: Share of its words that the text has in the same order, 0 to 1.
        why: What the two have in common.
    """

    license: str
    score: float
    why: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A license whose whole text stands inside a longer one.

    Args:
        license: Its id.
        first_line: Where it begins, from 1.
        last_line: Where it ends.
    """

    license: str
    first_line: int
    last_line: int


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says the license is: a claim, not a text that was read.

    Args:
        value: As it stands there.
        license: The id that it means, or None if it means none for certain.
        where: File and field.
        by: What kind of claim it is.
    """

    value: str
    license: str | None
    where: str
    by: DeclaredBy


class Identification(msgspec.Struct, frozen=True, kw_only=True):
    """Which license a file is, or what a folder's files say together.

    Args:
        path: The file or folder.
        license: With `exact` its id (SPDX's where no terms are known); with `modified` the license
            that the text derives from and no longer is; else None.
        score: Share of the license's words that the text has in the same order; 1 only if exact.
        answer: `exact`: these are the license's words; `modified`; `unknown`.
        how: On what ground, in one sentence.
        name: The license as people say it.
        also: Licenses with the very same text: it cannot tell them apart.
        differences: The passages that differ, for `modified`.
        clauses: The decisive clauses, for `modified`: what is still there and what is not.
        contains: Licenses that stand in it whole, with other words around them.
        resembles: What a modified or unknown text is like, best first.
        declared: What tags, metadata and notices claim.
        contradictions: Where claims and texts do not agree.
        warnings: What a reader must not miss.
        known_terms: Whether the knowledge base holds the license's clauses.
    """

    path: str
    license: str | None
    score: float
    answer: Answer
    how: str
    name: str = ""
    also: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    clauses: tuple[DecisiveClause, ...] = ()
    contains: tuple[Part, ...] = ()
    resembles: tuple[Resemblance, ...] = ()
    declared: tuple[Declared, ...] = ()
    contradictions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    known_terms: bool = False
