"""The clauses by which a license decides something, and whether a changed text still has them.

A clause is found by a few of its own words: those of the packaged terms (`quote`), and those of
`decisive.toml`, which also covers licenses whose terms quote nothing yet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import msgspec

from roundtable.licensing.identifying.comparison import Comparison, find_words, sentences
from roundtable.licensing.identifying.types import ClauseState, DecisiveClause
from roundtable.licensing.identifying.words import words_of


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


@lru_cache(maxsize=1)
def _term_files() -> Mapping[str, str]:
    folder = resources.files("roundtable.licensing") / "terms"
    return {
        one.name[:-5].lower(): one.name for one in folder.iterdir() if one.name.endswith(".toml")
    }


def has_terms(id: str) -> bool:
    """Says whether the packaged knowledge base holds the license's clauses."""
    return id.lower() in _term_files()


@lru_cache(maxsize=64)
def probes_of(id: str) -> Mapping[str, Probe]:
    """Returns a license's decisive clauses and the words by which each is found."""
    probes = dict(packaged_probes().get(id, {}))
    name = _term_files().get(id.lower())
    if name:
        file = resources.files("roundtable.licensing") / "terms" / name
        for clause in tomllib.loads(file.read_text("utf-8")).get("clauses", ()):
            if clause.get("quote"):
                probes.setdefault(clause["id"], Probe(gist=clause["gist"], words=clause["quote"]))
    return probes


def clauses_of(comparison: Comparison) -> tuple[DecisiveClause, ...]:
    """Returns the state of each decisive clause of the license that a text derives from."""
    reference = comparison.template.words
    stretches = sentences(reference)
    found = []
    for clause, probe in probes_of(comparison.reference.entry.id).items():
        wanted = words_of(probe.words).words
        at = find_words(reference.words, wanted)
        if at < 0:
            continue
        first, last = next(((a, b) for a, b in stretches if a <= at < b), (at, at + len(wanted)))
        last = max(last, at + len(wanted))
        gone, differs = comparison.touched(first, last)
        quote_gone, _ = comparison.touched(at, at + len(wanted))
        state: ClauseState = "kept"
        if differs:
            state = (
                "missing"
                if quote_gone >= len(wanted) or gone >= 0.8 * (last - first)
                else "changed"
            )
        found.append(DecisiveClause(clause=clause, gist=probe.gist, state=state))
    return tuple(found)
