"""Which license a text is: the same words, a known text with other words in it, or unknown.

The digest of the words comes first. Where it is unknown, the text is held word by word against the
licenses that share its most telling runs of words. Only a text in which nothing but harmless things
differ is `exact`. How alike two texts are picks what is compared, and never decides: every answer
but `unknown` rests on what stands in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from roundtable.licensing.identifying.alignment import Row
from roundtable.licensing.identifying.answers import containing, exact, notice, unknown
from roundtable.licensing.identifying.catalog import Catalog, Near, packaged
from roundtable.licensing.identifying.comparison import Comparison
from roundtable.licensing.identifying.derivation import derived, derives
from roundtable.licensing.identifying.known_terms import is_usual
from roundtable.licensing.identifying.parts import Found, whole_licenses
from roundtable.licensing.identifying.types import Identification
from roundtable.licensing.identifying.word_lists import USUAL
from roundtable.licensing.identifying.words import Words, digest_of, words_of

_EVERY_WORD = "every word is that of the published text, in order"
_NEARLY_ALL = 0.9
_MOST_OF_IT = 0.75
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
        return exact(path, known, _EVERY_WORD)
    return _compared(words, path, catalog)


def _compared(words: Words, path: str, catalog: Catalog) -> Identification:
    near = catalog.nearest(words.words, USUAL)
    comparisons = _comparisons(words, near, catalog)
    same = _same(comparisons)
    if same is not None:
        if same.reference.entry.kind == "notice":
            return notice(path, same.reference.entry)
        how = f"{_EVERY_WORD}, but for {'; '.join(same.harmless)}"
        return exact(path, same.reference, how)
    texts = [one for one in comparisons if one.reference.entry.kind != "notice"]
    if applied := _most_of_a_notice(comparisons, texts):
        return notice(path, applied.reference.entry, is_whole=False)
    parts: list[Found] = []
    if _may_contain(texts):
        parts = whole_licenses(words, [one.reference for one in near], catalog, is_usual)
    if with_what_belongs := _with_what_belongs(words, path, parts, catalog):
        return with_what_belongs
    n_whole = sum(part.last - part.first for part in parts)
    if parts and n_whole >= max((one.n_matched for one in texts if derives(one)), default=0):
        return containing(words, path, parts)
    return derived(words, path, texts, catalog, parts)


def _same(comparisons: Sequence[Comparison]) -> Comparison | None:
    """Returns the comparison with a text that says the same, a license before a notice."""
    same = [one for one in comparisons if not one.harmful and not one.foreign_title]
    return min(
        same,
        key=lambda one: (
            one.reference.entry.kind == "notice",
            one.n_harmless,
            not is_usual(one.reference.entry.id),
        ),
        default=None,
    )


def _most_of_a_notice(
    comparisons: Sequence[Comparison], texts: Sequence[Comparison]
) -> Comparison | None:
    """Returns a notice that explains as much of the text as any license does, or None.

    Some licenses hold the notice of another, or end with their own: who only has those words, has
    the notice.
    """
    notices = [
        one
        for one in comparisons
        if one.reference.entry.kind == "notice" and one.covered >= _MOST_OF_IT
    ]
    best = max(notices, key=lambda one: one.n_matched, default=None)
    most = max((one.n_matched for one in texts), default=0)
    return best if best is not None and best.n_matched >= _MOST_OF_IT * most else None


def _with_what_belongs(
    words: Words, path: str, parts: Sequence[Found], catalog: Catalog
) -> Identification | None:
    """Returns the answer for one license with nothing but its own around it, or None.

    That is its use policy, the notice by which it is applied, or an exception to it, word for word.
    """
    licenses = [part for part in parts if part.entry.kind == "license"]
    if len(licenses) != 1:
        return None
    part = licenses[0]
    told: list[str] = []
    exception = ""
    id = part.entry.id
    for first, last in ((0, part.first), (part.last, len(words.words))):
        if first == last:
            continue
        rest = words.slice(first, last)
        same = _same(_comparisons(rest, catalog.nearest(rest.words), catalog))
        entry = same.reference.entry if same else None
        if entry is None:
            return None
        if entry.kind == "policy" and entry.id.startswith(f"{part.entry.id}."):
            told.append("its use policy")
        elif entry.kind == "notice" and entry.id in (part.entry.id, *part.entry.also):
            told.append(f"the notice by which {entry.id} is applied")
            id = entry.id
        elif entry.kind == "exception" and not exception:
            told.append(f"the {entry.name}")
            exception = f" WITH {entry.id}"
        else:
            return None
    if not told:
        return None
    reference = next(one for one in catalog.references if one.entry is part.entry)
    found = exact(path, reference, f"{_EVERY_WORD}; with it stands {' and '.join(told)}")
    also = tuple(one for one in (part.entry.id, *part.entry.also) if one != id)
    if id != part.entry.id:
        # The notice says which of the ids it is that share the text.
        found = msgspec.structs.replace(found, license=id, also=(), warnings=())
    if exception:
        found = msgspec.structs.replace(
            found,
            license=f"{id}{exception}",
            also=tuple(f"{one}{exception}" for one in also),
            known_terms=False,
            warnings=(*found.warnings, "the exception changes what the license asks"),
        )
    return found


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
