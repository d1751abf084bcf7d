"""Which license a text is: the same words, a known text with other words in it, or unknown.

The digest of the words comes first. Where it is unknown, the text is held word by word against the
licenses that share its most telling runs of words. Only a text in which nothing but harmless things
differ is `exact`. How alike two texts are picks what is compared, and never decides: every answer
but `unknown` rests on what stands in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from roundtable.licensing.identifying.alignment import Row
from roundtable.licensing.identifying.catalog import Catalog, Entry, Near, Reference, packaged
from roundtable.licensing.identifying.comparison import Comparison, is_decisive, shortened
from roundtable.licensing.identifying.decisive import clauses_of
from roundtable.licensing.identifying.known_terms import has_terms
from roundtable.licensing.identifying.parts import Found, whole_licenses
from roundtable.licensing.identifying.types import (
    Declared,
    Difference,
    Identification,
    Part,
    Resemblance,
)
from roundtable.licensing.identifying.word_lists import USUAL
from roundtable.licensing.identifying.words import Words, digest_of, words_of

_DERIVES_IF_COVERED = 0.45
_DERIVES_IF_EXPLAINED = 0.5
_FEWEST_WORDS = 25
_WORTH_NAMING = 0.1
_NEARLY_ALL = 0.9
_MOSTLY_OTHER = 0.7
_NEAR_TIE = 1.25
_VERSIONS_APART = 1.6
_HEAD = 60
_STRANGE = 3
_MOST_WORDS = 60_000


def identify_text(text: str, path: str = "", *, catalog: Catalog | None = None) -> Identification:
    """Returns which license a text is.

    Args:
        text: The text, markup and all.
        path: What to call it in the answer.
        catalog: The known texts; those of the package if left out.
    """
    catalog = catalog or packaged()
    words = words_of(text)
    if not words.words:
        return unknown(path, "there are no words in it")
    if len(words.words) > _MOST_WORDS:
        return unknown(path, f"{len(words.words)} words are more than any license has")
    known = catalog.by_digest.get(digest_of(words.words))
    if known is not None and known.entry.kind != "notice":
        return _exact(path, known, "every word is that of the published text, in order")
    return _compared(words, path, catalog)


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


def _compared(words: Words, path: str, catalog: Catalog) -> Identification:
    near = catalog.nearest(words.words, USUAL)
    comparisons = _comparisons(words, near, catalog)
    same = [one for one in comparisons if not one.harmful]
    notices = [one for one in same if one.reference.entry.kind == "notice"]
    whole = [one for one in same if one.reference.entry.kind != "notice" and not one.foreign_title]
    if whole:
        best = min(whole, key=lambda one: (one.n_harmless, not _usual(one)))
        how = "every word is that of the published text, in order, but for " + "; ".join(
            best.harmless
        )
        return _exact(path, best.reference, how)
    if notices:
        best = min(notices, key=lambda one: one.n_harmless)
        return _notice(path, best.reference.entry)
    texts = [one for one in comparisons if one.reference.entry.kind != "notice"]
    parts: list[Found] = []
    if _may_contain(texts):
        parts = whole_licenses(words, [one.reference for one in near], catalog, _is_usual)
    n_whole = sum(part.last - part.first for part in parts)
    likely = [one for one in texts if _derives(one)]
    if parts and n_whole >= max((one.n_matched for one in likely), default=0):
        return _containing(words, path, parts)
    return _derived(words, path, texts, catalog, parts)


def _comparisons(words: Words, near: Sequence[Near], catalog: Catalog) -> list[Comparison]:
    """Compares the text with those near it; once one is the same, only with those as near."""
    found: list[Comparison] = []
    row = Row(words.words)
    least = 0.0
    for reference, share in near:
        template = catalog.template(reference)
        if share < least:
            continue
        titles = catalog.foreign_titles(reference.entry)
        one = Comparison(reference, template, words, titles, row)
        found.append(one)
        if not one.harmful and not one.foreign_title:
            least = max(least, 0.97 * share)
    return found


def _may_contain(texts: Sequence[Comparison]) -> bool:
    """Says whether whole licenses may stand among other words of the text."""
    if any(not one.harmful for one in texts):
        return False
    if any(one.inside for one in texts):
        return True
    return max((one.explained for one in texts), default=0.0) < _NEARLY_ALL


def _containing(words: Words, path: str, parts: Sequence[Found]) -> Identification:
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
    only = parts[0].entry if len(ids) == 1 and n_other <= _MOSTLY_OTHER * n_words else None
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
        contains=_parts(words, parts),
        resembles=tuple(
            Resemblance(license=id, score=1.0, why="its whole text stands in it") for id in ids
        ),
        warnings=tuple(warnings),
        known_terms=only is not None and has_terms(only.id),
    )


def _parts(words: Words, parts: Sequence[Found]) -> tuple[Part, ...]:
    return tuple(
        Part(
            license=part.entry.id,
            first_line=words.line(part.first),
            last_line=words.line(part.last - 1),
        )
        for part in parts
    )


def _derived(
    words: Words,
    path: str,
    comparisons: Sequence[Comparison],
    catalog: Catalog,
    parts: Sequence[Found],
) -> Identification:
    likely = [one for one in comparisons if _derives(one)]
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
    is_mostly = first.explained >= 1 - _MOSTLY_OTHER
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
        contains=_parts(words, parts),
        resembles=tuple(_resemblance(one) for one in (first, *others[:4])),
        warnings=warnings,
        known_terms=is_mostly and has_terms(first.reference.entry.id),
    )


def _derives(one: Comparison) -> bool:
    """Says whether a text holds so much of a license that it was made from it."""
    if one.n_matched < min(_FEWEST_WORDS, one.template.n_required * 0.6):
        return False
    if one.covered >= _DERIVES_IF_COVERED:
        return True
    return one.explained >= _DERIVES_IF_EXPLAINED and one.covered >= _WORTH_NAMING


def _is_usual(id: str) -> bool:
    return id in USUAL or has_terms(id)


def _usual(one: Comparison) -> bool:
    return _is_usual(one.reference.entry.id)


def _distance(one: Comparison) -> float:
    """Words that differ; what few people use counts as a little further away.

    Words of the text that the license does not have count most: they come from somewhere else,
    while words of the license that are missing may only be cut off.
    """
    words = _STRANGE * one.n_strange + one.n_missing + 0.01 * one.n_harmless
    return words if _usual(one) else 1.1 * words + 3


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


def _exact(path: str, reference: Reference, how: str) -> Identification:
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


def _notice(path: str, entry: Entry) -> Identification:
    declared = Declared(
        value=entry.name, license=entry.id, where="its standard notice", by="notice"
    )
    return unknown(path, f"a notice that {entry.id} applies, not its text", declared=(declared,))
