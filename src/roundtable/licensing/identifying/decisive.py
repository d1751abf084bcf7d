"""The clauses by which a license decides something, and whether a changed text still has them.

A clause is found by a few of its own words: those of the packaged terms (`quote`), and those of
`decisive.toml`, which also covers licenses whose terms quote nothing yet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

import msgspec

from roundtable.licensing.identifying.comparison import Comparison, find_words
from roundtable.licensing.identifying.known_terms import quotes_of
from roundtable.licensing.identifying.types import ClauseState, DecisiveClause
from roundtable.licensing.identifying.words import sentences, words_of


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A clause, and words of it that stand in its license once.

    Args:
        gist: What it says, in our own words.
        words: A few words of it, as the license writes them.
    """

    gist: str
    words: str


@lru_cache(maxsize=1)
def packaged_probes() -> Mapping[str, Mapping[str, Probe]]:
    """Returns license to clause to probe, as packaged."""
    file = resources.files("roundtable.licensing.identifying") / "decisive.toml"
    return msgspec.convert(tomllib.loads(file.read_text("utf-8")), dict[str, dict[str, Probe]])


@lru_cache(maxsize=64)
def probes_of(id: str) -> Mapping[str, Probe]:
    """Returns a license's decisive clauses and the words by which each is found."""
    probes = dict(packaged_probes().get(id, {}))
    for clause, gist, quote in quotes_of(id):
        probes.setdefault(clause, Probe(gist=gist, words=quote))
    return probes


def _place(comparison: Comparison, wanted: Sequence[str]) -> tuple[int, int] | None:
    """Returns where the words stand in the license, also around what may be left out there."""
    words = comparison.template.words.words
    at = find_words(words, wanted)
    if at >= 0:
        return at, at + len(wanted)
    kept = [i for i, optional in enumerate(comparison.template.optional) if not optional]
    at = find_words([words[i] for i in kept], wanted)
    return (kept[at], kept[at + len(wanted) - 1] + 1) if at >= 0 else None


def clauses_of(comparison: Comparison) -> tuple[DecisiveClause, ...]:
    """Returns the state of each decisive clause of the license that a text derives from."""
    reference = comparison.template.words
    stretches = sentences(reference)
    found = []
    for clause, probe in probes_of(comparison.reference.entry.id).items():
        wanted = words_of(probe.words).words
        place = _place(comparison, wanted)
        if place is None:
            continue
        at, end = place
        first, last = next(((a, b) for a, b in stretches if a <= at < b), place)
        last = max(last, end)
        gone, differs = comparison.touched(first, last)
        quote_gone, _ = comparison.touched(at, end)
        state: ClauseState = "kept"
        if differs:
            state = (
                "missing" if quote_gone >= end - at or gone >= 0.8 * (last - first) else "changed"
            )
        found.append(DecisiveClause(clause=clause, gist=probe.gist, state=state))
    return tuple(found)
