"""The answers that rest on a whole text, and the one that says nothing."""

from __future__ import annotations

from collections.abc import Sequence

from roundtable.licensing.identifying.catalog import Entry, Reference
from roundtable.licensing.identifying.comparison import is_decisive, shortened
from roundtable.licensing.identifying.known_terms import has_terms
from roundtable.licensing.identifying.parts import Found
from roundtable.licensing.identifying.types import (
    Declared,
    Difference,
    Identification,
    Part,
    Resemblance,
)
from roundtable.licensing.identifying.words import Words

MOSTLY_OTHER = 0.7
"""A text of which more than this share are other words is not named after the license in it."""


def unknown(
    path: str,
    how: str,
    *,
    resembles: tuple[Resemblance, ...] = (),
    declared: tuple[Declared, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Identification:
    """Returns the answer that says nothing but why nothing can be said."""
    return Identification(
        path=path,
        license=None,
        score=0.0,
        answer="unknown",
        how=how,
        resembles=resembles,
        declared=declared,
        warnings=warnings,
    )


def exact(path: str, reference: Reference, how: str) -> Identification:
    """Returns the answer for the very words of a license."""
    entry = reference.entry
    warnings = []
    if entry.also:
        warnings.append(
            f"the text of {', '.join(entry.also)} is the same: it cannot tell them apart"
        )
    if entry.kind == "exception":
        warnings.append("this is an exception to a license, not a license")
    if entry.kind == "policy":
        warnings.append("this is a use policy, which belongs to a license, not a license")
    known = has_terms(entry.id)
    if not known:
        warnings.append("the knowledge base has no terms for it: `license check` cannot weigh it")
    return Identification(
        path=path,
        license=entry.id,
        score=1.0,
        answer="exact",
        how=how,
        name=entry.name,
        also=entry.also,
        warnings=tuple(warnings),
        known_terms=known,
    )


def notice(path: str, entry: Entry, *, is_whole: bool = True) -> Identification:
    """Returns the answer for the words by which a license is applied."""
    declared = Declared(
        value=entry.name, license=entry.id, where="its standard notice", by="notice"
    )
    what = "a notice" if is_whole else "most of the notice"
    return unknown(path, f"{what} that {entry.id} applies, not its text", declared=(declared,))


def containing(words: Words, path: str, parts: Sequence[Found]) -> Identification:
    """Returns the answer for a text in which whole licenses stand among other words."""
    between: list[tuple[int, int]] = []
    at = 0
    for part in parts:
        between.append((at, part.first))
        at = part.last
    between.append((at, len(words.words)))
    others = [(first, last) for first, last in between if last > first]
    n_other = sum(last - first for first, last in others)
    ids = list(dict.fromkeys(part.entry.id for part in parts))
    n_words = len(words.words)
    # A README that ends with a license is not that license.
    only = parts[0].entry if len(ids) == 1 and n_other <= MOSTLY_OTHER * n_words else None
    differences = tuple(
        Difference(
            kind="added",
            expected="",
            found=shortened(words.passage(first, last)),
            near=words.passage(max(0, first - 8), first),
            decisive=is_decisive(words.words[first:last]),
        )
        for first, last in others
    )
    warnings = []
    if len(ids) > 1:
        warnings.append("several licenses stand in it: the text must say which one covers what")
    if any(one.decisive for one in differences):
        what = only.id if only else "any of them alone"
        warnings.append(
            f"this is not {what}: the words around can change what is allowed; have it read"
        )
    return Identification(
        path=path,
        license=only.id if only else None,
        score=round(min(0.999, 1 - n_other / n_words), 3),
        answer="modified",
        how=f"the whole text of {' and '.join(ids)} stands in it, with {n_other} other words",
        name=only.name if only else "",
        also=only.also if only else (),
        differences=differences,
        contains=parts_of(words, parts),
        resembles=tuple(
            Resemblance(license=id, score=1.0, why="its whole text stands in it") for id in ids
        ),
        warnings=tuple(warnings),
        known_terms=only is not None and has_terms(only.id),
    )


def parts_of(words: Words, parts: Sequence[Found]) -> tuple[Part, ...]:
    """Returns where licenses stand whole in a text, by its lines."""
    return tuple(
        Part(
            license=part.entry.id,
            first_line=words.line(part.first),
            last_line=words.line(part.last - 1),
        )
        for part in parts
    )
