"""Which license a changed text was made from: what is nearest, and what its own phrases say."""

from __future__ import annotations

from collections.abc import Sequence

from roundtable.licensing.identifying.answers import MOSTLY_OTHER, parts_of, unknown
from roundtable.licensing.identifying.catalog import Catalog
from roundtable.licensing.identifying.comparison import Comparison
from roundtable.licensing.identifying.decisive import clauses_of
from roundtable.licensing.identifying.known_terms import has_terms, is_usual
from roundtable.licensing.identifying.parts import Found
from roundtable.licensing.identifying.types import Identification, Resemblance
from roundtable.licensing.identifying.words import Words

_DERIVES_IF_COVERED = 0.45
_DERIVES_IF_EXPLAINED = 0.5
_FEWEST_WORDS = 25
_FEWEST_OF_A_PIECE = 40
_WORTH_NAMING = 0.1
_NEAR_TIE = 1.25
_VERSIONS_APART = 1.6
_HEAD = 60
_STRANGE = 3


def derived(
    words: Words,
    path: str,
    comparisons: Sequence[Comparison],
    catalog: Catalog,
    parts: Sequence[Found],
) -> Identification:
    """Returns which license a text was made from, with what differs, or that it is unknown.

    Args:
        words: The text.
        path: What to call it.
        comparisons: It beside the licenses that come into question.
        catalog: The known texts.
        parts: Licenses that stand whole in it.
    """
    likely = [one for one in comparisons if derives(one)]
    # Of one license's texts only the closest is of interest.
    ranked: dict[str, Comparison] = {}
    for one in sorted(likely, key=_distance):
        ranked.setdefault(one.reference.entry.id, one)
    best = list(ranked.values())
    if not best:
        return unknown(
            path, _why_unknown(comparisons), resembles=_resembling(comparisons, words, catalog)
        )
    first = _by_title(best) or _by_release(best, words, catalog) or best[0]
    others = [one for one in best if one is not first]
    is_mostly = first.explained >= 1 - MOSTLY_OTHER
    warnings = _warnings(first, others)
    if not first.template.is_text:
        warnings += ("its text is not in this package: what is missing is counted, not shown",)
    clauses = clauses_of(first)
    warnings += tuple(
        f"the clause {one.clause} is {one.state}: {one.gist}"
        for one in clauses
        if one.state != "kept"
    )
    return Identification(
        path=path,
        license=first.reference.entry.id if is_mostly else None,
        score=round(first.score, 3),
        answer="modified",
        how=_how_modified(first, is_mostly=is_mostly),
        name=first.reference.entry.name if is_mostly else "",
        also=first.reference.entry.also if is_mostly else (),
        differences=first.differences(),
        clauses=clauses,
        contains=parts_of(words, parts),
        resembles=tuple(_resemblance(one) for one in (first, *others[:4])),
        warnings=warnings,
        known_terms=is_mostly and has_terms(first.reference.entry.id),
    )


def derives(one: Comparison) -> bool:
    """Says whether a text holds so much of a license that it was made from it."""
    if one.n_matched < min(_FEWEST_WORDS, one.template.n_required * 0.6):
        return False
    if one.covered >= _DERIVES_IF_COVERED:
        return True
    return (
        one.explained >= _DERIVES_IF_EXPLAINED
        and one.covered >= _WORTH_NAMING
        and one.n_matched >= _FEWEST_OF_A_PIECE
    )


def _distance(one: Comparison) -> float:
    """Words that differ; what few people use counts as a little further away.

    Words of the text that the license does not have count most: they come from somewhere else,
    while words of the license that are missing may only be cut off.
    """
    words = _STRANGE * one.n_strange + one.n_missing + 0.01 * one.n_harmless
    return words if is_usual(one.reference.entry.id) else 1.1 * words + 3


def _by_title(best: Sequence[Comparison]) -> Comparison | None:
    """Returns the license that the text's title names, where the words are another one's."""
    title = best[0].foreign_title
    if best[0].harmful or not title:
        return None
    return next(
        (one for one in best[1:] if not one.foreign_title and one.score >= 0.6),
        None,
    )


def _by_release(best: Sequence[Comparison], words: Words, catalog: Catalog) -> Comparison | None:
    """Returns the license whose title or release line stands at the head, of those nearly as near.

    Versions of one license differ in few words; where a text could derive from several, the phrases
    that only one of them has decide.
    """
    near = [one for one in best if _distance(one) <= _distance(best[0]) * _VERSIONS_APART]
    head = words.words[:_HEAD]
    named = [
        one for one in near if catalog.own_titles(one.reference.entry).within(head, 0, len(head))
    ]
    return named[0] if named and near[0] not in named else None


def _warnings(first: Comparison, others: Sequence[Comparison]) -> tuple[str, ...]:
    warnings = []
    id = first.reference.entry.id
    if any(one.decisive for one in first.differences()):
        warnings.append(
            f"this is not {id}: words that can change what is allowed differ; have it read"
        )
    for one in others:
        if one.foreign_title and not one.harmful:
            warnings.append(
                f"the words are those of {one.reference.entry.id}, under the title"
                f" {' '.join(one.foreign_title)!r}: title and text contradict each other"
            )
    if first.foreign_title:
        warnings.append(f"its title, {' '.join(first.foreign_title)!r}, is another license's")
    taken = first.explained_words()
    for one in others:
        more = sum(1 for a, b in zip(one.explained_words(), taken, strict=True) if a and not b)
        if more >= max(_FEWEST_WORDS, 0.15 * len(taken)) and one.covered >= 0.15:
            warnings.append(
                f"{more} of its words are of {one.reference.entry.id}: two licenses in one text"
            )
    near = [o for o in others if _distance(o) <= _distance(first) * _NEAR_TIE and o.harmful]
    if near:
        names = ", ".join(one.reference.entry.id for one in near)
        warnings.append(f"it could as well derive from {names}")
    return tuple(dict.fromkeys(warnings))


def _how_modified(one: Comparison, *, is_mostly: bool) -> str:
    id = one.reference.entry.id
    n = len(one.differences())
    if not n:
        return f"the words of {id} under the title of another license"
    if not is_mostly:
        return f"among other words it holds most of {id}, changed"
    places = "1 place" if n == 1 else f"{n} places"
    return f"made from {id}, from which it differs in {places}: {one.n_harmful} words"


def _why_unknown(comparisons: Sequence[Comparison]) -> str:
    if any(one.n_matched for one in comparisons):
        return "no known license has enough of these words"
    return "it has no passage in common with a known license"


def _resembling(
    comparisons: Sequence[Comparison], words: Words, catalog: Catalog
) -> tuple[Resemblance, ...]:
    seen: dict[str, Resemblance] = {}
    for one in sorted(comparisons, key=lambda c: -c.score):
        if one.score >= _WORTH_NAMING:
            seen.setdefault(one.reference.entry.id, _resemblance(one))
    head = words.words[:120]
    for title, ids in catalog.titles.items():
        n = len(title)
        if n >= 3 and any(head[i : i + n] == title for i in range(len(head) - n + 1)):
            for id in sorted(ids):
                why = f"its title is that of {id}, and nothing else was found"
                seen.setdefault(id, Resemblance(license=id, score=0.0, why=why))
    return tuple(list(seen.values())[:5])


def _resemblance(one: Comparison) -> Resemblance:
    why = (
        f"{one.n_matched} of {len(one.template.words.words)} words in order, {one.n_harmful} differ"
    )
    return Resemblance(license=one.reference.entry.id, score=round(one.score, 3), why=why)
