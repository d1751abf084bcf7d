"""What changed between two versions of terms, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from roundtable.licensing.types import Clause, Terms

Effect = Literal["stricter", "laxer", "both", "other words"]
_VERDICTS = (None, "review", "prohibited")


class ClauseChange(msgspec.Struct, frozen=True, kw_only=True):
    """A clause that one version has, or that both have with another meaning.

    Args:
        clause: Its id.
        old: What it said; None if it is new.
        new: What it says; None if it is gone.
        effect: What that does to who uses the model.
        what: Each difference, in words.
    """

    clause: str
    old: Clause | None
    new: Clause | None
    effect: Effect
    what: tuple[str, ...]


class TermsChange(msgspec.Struct, frozen=True, kw_only=True):
    """All that changed from one version of terms to another; clauses alike are left out."""

    old: str
    new: str
    clauses: tuple[ClauseChange, ...]


def diff(old: Terms, new: Terms) -> TermsChange:
    """Returns the clauses that differ in what the engine reads of them, or in their words.

    Clauses are held against each other by their ids; one that only moved to another section, with
    all else alike, is not a change.

    Args:
        old: The version that was.
        new: The version that is.
    """
    before = {one.id: one for one in old.clauses}
    after = {one.id: one for one in new.clauses}
    changes = [
        change
        for id in dict.fromkeys((*before, *after))
        if (change := _change(id, before.get(id), after.get(id)))
    ]
    moved = {
        (one.clause, other.clause)
        for one in changes
        for other in changes
        if one.old and other.new and not one.new and not other.old and _alike(one.old, other.new)
    }
    gone = {id for pair in moved for id in pair}
    kept = tuple(one for one in changes if one.clause not in gone)
    return TermsChange(old=old.id, new=new.id, clauses=kept)


def _alike(one: Clause, other: Clause) -> bool:
    plain = {"id": "", "gist": "", "quote": "", "verified": ""}
    return msgspec.structs.replace(one, **plain) == msgspec.structs.replace(other, **plain)


def _change(id: str, old: Clause | None, new: Clause | None) -> ClauseChange | None:
    if old is None and new is not None:
        return ClauseChange(
            clause=id, old=None, new=new, effect="stricter", what=(f"new: {new.gist}",)
        )
    if old is not None and new is None:
        return ClauseChange(
            clause=id, old=old, new=None, effect="laxer", what=(f"gone: {old.gist}",)
        )
    assert old is not None
    assert new is not None
    if _alike(old, new):
        if old.gist == new.gist:
            return None
        what = (f"other words: {new.gist}",)
        return ClauseChange(clause=id, old=old, new=new, effect="other words", what=what)
    signs, what = zip(*_differences(old, new), strict=True)
    stricter, laxer = any(one > 0 for one in signs), any(one < 0 for one in signs)
    effect: Effect = "both" if stricter == laxer else "stricter" if stricter else "laxer"
    return ClauseChange(clause=id, old=old, new=new, effect=effect, what=what)


def _differences(old: Clause, new: Clause) -> Iterator[tuple[int, str]]:
    """Yields each difference: 1 if it binds more, -1 if less, 0 if that cannot be said."""
    if old.verdict != new.verdict:
        sign = 1 if _VERDICTS.index(new.verdict) > _VERDICTS.index(old.verdict) else -1
        yield sign, f"verdict {old.verdict or 'none'} becomes {new.verdict or 'none'}"
    yield from _sets("reaches", old.reach, new.reach)
    yield from _sets("asks for", old.duties, new.duties)
    if old.tag != new.tag:
        yield (
            (1 if old.tag is None else -1 if new.tag is None else 0),
            (f"tag {old.tag or 'none'} becomes {new.tag or 'none'}"),
        )
    for name in ("distribution", "audience", "domains", "company_region"):
        a, b = getattr(old.when, name), getattr(new.when, name)
        if a == b:
            continue
        if a is None or b is None:
            # A condition more binds less often.
            yield (-1 if a is None else 1), f"{name}: {_listed(a)} becomes {_listed(b)}"
        else:
            yield from _sets(f"binds for {name}", a, b)
    if old.when.users_over != new.when.users_over:
        low, high = old.when.users_over or 0, new.when.users_over or 0
        yield (-1 if high > low else 1), f"more users than {low:,} becomes more than {high:,}"
    if old.when.commercial != new.when.commercial:
        sign = -1 if old.when.commercial is None else 1 if new.when.commercial is None else 0
        yield (
            sign,
            f"commercial: {_listed(old.when.commercial)} becomes " + _listed(new.when.commercial),
        )


def _sets(what: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    more, less = [one for one in new if one not in old], [one for one in old if one not in new]
    if more:
        yield 1, f"{what} also {', '.join(more)}"
    if less:
        yield -1, f"{what} no longer {', '.join(less)}"


def _listed(value: object) -> str:
    if value is None:
        return "any"
    return ", ".join(value) if isinstance(value, tuple) else str(value).lower()
