"""The licenses whose texts are known: an index of their words, read once, and the texts on demand.

`texts/catalog.json` says whose text each is and where it came from, `texts/index.bin` holds which
runs of words occur in which text, `texts/texts.zip` the texts themselves. All three are written by
`tools/collect_license_texts.py`.
"""

from __future__ import annotations

import zipfile
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib import resources
from io import BytesIO
from typing import Literal, NamedTuple

import msgspec

from roundtable.licensing.identifying.imprint import Imprint, unpacked_imprint
from roundtable.licensing.identifying.runs import RUN, from_little, little, runs_of
from roundtable.licensing.identifying.template import Template
from roundtable.licensing.identifying.word_lists import OF_NOBODY
from roundtable.licensing.identifying.words import words_of

_ALL_UP_TO = 400
"""Texts of more words are indexed by every fourth of their runs, chosen by the run itself."""

_LOOKS = 5
_WORTH_A_LOOK = 0.08

EntryKind = Literal["license", "exception", "policy", "notice"]


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text of a license.

    Args:
        digest: SHA-256 of its words.
        source: Where it was taken from.
        file: Its name in the archive; `.runs`: only its imprint is kept.
        n_words: How many words it has.
    """

    digest: str
    source: str
    file: str
    n_words: int


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A license, an exception to one, a use policy, or the notice by which a license is applied.

    Args:
        id: Of the knowledge base, else of SPDX.
        name: As people say it.
        kind: What it is.
        texts: The texts that are known, the usual one first.
        also: Ids of licenses that have the same text.
        titles: How its texts call themselves.
    """

    id: str
    name: str
    kind: EntryKind = "license"
    texts: tuple[Text, ...] = ()
    also: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


class Reference(msgspec.Struct, frozen=True):
    """One text and the entry that it belongs to."""

    entry: Entry
    text: Text


class Near(NamedTuple):
    """A text that shares runs of words with the one in question.

    Args:
        reference: The text.
        share: An estimate of the share of its words, or of the other's, that both have.
    """

    reference: Reference
    share: float


class Titles:
    """Titles as words, found by how they begin."""

    def __init__(self, titles: Iterable[tuple[str, ...]]) -> None:
        self._by_start: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for title in titles:
            self._by_start[title[0]].append(title)

    def within(self, words: Sequence[str], first: int, last: int) -> tuple[str, ...]:
        """Returns a title of which a word lies in `[first, last)`; empty if there is none."""
        for start in range(max(0, first - 12), last):
            for title in self._by_start.get(words[start], ()):
                end = start + len(title)
                if end > first and tuple(words[start:end]) == title:
                    return title
        return ()


class Catalog:
    """All known texts.

    Args:
        entries: What is known.
        runs: Sorted checksums of runs of words.
        owners: For each run, the number of the text it occurs in, counted over `entries`.
        archive: The texts, as a zip file.
    """

    def __init__(
        self, entries: Sequence[Entry], runs: array[int], owners: array[int], archive: bytes
    ) -> None:
        self.entries = tuple(entries)
        self._runs = runs
        self._owners = owners
        self._archive = archive
        self.references = tuple(
            Reference(entry, text) for entry in self.entries for text in entry.texts
        )
        self._templates: dict[str, Template | Imprint] = {}
        self._foreign: dict[str, Titles] = {}

    @cached_property
    def by_digest(self) -> Mapping[str, Reference]:
        """A text's digest to the text; a license before a notice with the same words."""
        found: dict[str, Reference] = {}
        for reference in self.references:
            found.setdefault(reference.text.digest, reference)
        return found

    @cached_property
    def by_id(self) -> Mapping[str, Entry]:
        """An id in lower case, also a secondary one, to its entry; notices have no own id."""
        entries = [entry for entry in self.entries if entry.kind != "notice"]
        known = {other.lower(): entry for entry in entries for other in entry.also}
        return known | {entry.id.lower(): entry for entry in entries}

    @cached_property
    def titles(self) -> Mapping[tuple[str, ...], frozenset[str]]:
        """The words of a title to the ids of those who call themselves so."""
        found: dict[tuple[str, ...], set[str]] = {}
        for entry in self.entries:
            for title in entry.titles:
                found.setdefault(words_of(title).words, set()).update({entry.id, *entry.also})
        # "Copyright and license" is how anybody may head a text.
        return {
            words: frozenset(ids) for words, ids in found.items() if not set(words) <= OF_NOBODY
        }

    def foreign_titles(self, entry: Entry) -> Titles:
        """Returns the titles by which only others than this license go."""
        if entry.id not in self._foreign:
            own = {entry.id, *entry.also}
            self._foreign[entry.id] = Titles(
                words for words, ids in self.titles.items() if own.isdisjoint(ids)
            )
        return self._foreign[entry.id]

    def own_titles(self, entry: Entry) -> Titles:
        """Returns the titles by which only this license goes."""
        own = {entry.id, *entry.also}
        return Titles(words for words, ids in self.titles.items() if ids <= own)

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(BytesIO(self._archive))

    def template(self, reference: Reference) -> Template | Imprint:
        """Returns a text with its blanks, or the imprint of one that is not kept."""
        name = reference.text.file
        if name not in self._templates:
            data = self._zip.read(name)
            self._templates[name] = (
                unpacked_imprint(reference.entry.id, data)
                if name.endswith(".runs")
                else Template(reference.entry.id, data.decode())
            )
        return self._templates[name]

    def nearest(self, words: Sequence[str], usual: Container[str] = ()) -> list[Near]:
        """Returns the texts worth a look: those that share most runs of words, most first.

        Runs that few texts have count more for who is looked at. This decides what is compared,
        never the answer.

        Args:
            words: The words of the text in question.
            usual: Ids that are looked at even where rarer licenses share more.
        """
        telling: defaultdict[int, float] = defaultdict(float)
        shared: defaultdict[int, int] = defaultdict(int)
        for run in set(runs_of(words)):
            first = bisect_left(self._runs, run)
            last = bisect_right(self._runs, run, lo=first)
            for at in range(first, last):
                telling[self._owners[at]] += 1.0 / (last - first)
                shared[self._owners[at]] += 1
        share: dict[int, float] = {}
        for owner, n in shared.items():
            n_words = self.references[owner].text.n_words
            n *= 4 if n_words > _ALL_UP_TO else 1
            share[owner] = min(1.0, max(n / n_words, n / len(words)))
        least = max(_WORTH_A_LOOK, 0.3 * max(share.values(), default=0.0))
        worth = [owner for owner, value in share.items() if value >= least]
        looked = sorted(worth, key=lambda o: -telling[o])[:_LOOKS]
        looked += sorted(worth, key=lambda o: -share[o])[:_LOOKS]
        looked += [o for o in worth if self.references[o].entry.id in usual]
        return sorted(
            (Near(self.references[o], share[o]) for o in dict.fromkeys(looked)),
            key=lambda near: -near.share,
        )


def indexed(texts: Iterable[Sequence[int]]) -> tuple[array[int], array[int]]:
    """Returns the sorted runs of texts, each given as its runs, and whose each is, by number."""
    pairs = [
        (run, owner)
        for owner, runs in enumerate(texts)
        for run in sorted(set(runs))
        if len(runs) + RUN - 1 <= _ALL_UP_TO or run % 4 == 0
    ]
    pairs.sort()
    return array("I", [run for run, _ in pairs]), array("H", [owner for _, owner in pairs])


def packed(runs: array[int], owners: array[int]) -> bytes:
    """Returns the index as bytes, little end first."""
    return len(runs).to_bytes(4, "little") + little(runs) + little(owners)


def _unpacked(data: bytes) -> tuple[array[int], array[int]]:
    n = int.from_bytes(data[:4], "little")
    return from_little("I", data[4 : 4 + 4 * n]), from_little("H", data[4 + 4 * n : 4 + 6 * n])


@lru_cache(maxsize=1)
def packaged() -> Catalog:
    """Returns the catalog that comes with the package."""
    folder = resources.files("roundtable.licensing.identifying") / "texts"
    entries = msgspec.json.decode((folder / "catalog.json").read_bytes(), type=list[Entry])
    runs, owners = _unpacked((folder / "index.bin").read_bytes())
    return Catalog(entries, runs, owners, (folder / "texts.zip").read_bytes())
