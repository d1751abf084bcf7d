"""The texts that come with the package: whole, indexed, and each with its source."""

from collections import Counter

from roundtable.licensing.identifying.catalog import indexed, packaged
from roundtable.licensing.identifying.imprint import Imprint
from roundtable.licensing.identifying.runs import runs_of
from roundtable.licensing.identifying.words import digest_of


def test_every_digest_is_that_of_its_text() -> None:
    catalog = packaged()
    wrong = []
    for reference in catalog.references:
        template = catalog.template(reference)
        if template.is_text and digest_of(template.words.words) != reference.text.digest:
            wrong.append(reference.text.file)
    assert wrong == []


def test_the_index_is_that_of_the_texts() -> None:
    catalog = packaged()
    every = []
    for reference in catalog.references:
        template = catalog.template(reference)
        if isinstance(template, Imprint):
            every.append(template.runs)
        else:
            every.append(runs_of(template.words.words))
    runs, owners = indexed(every)
    assert (runs, owners) == (catalog._runs, catalog._owners)


def test_every_text_names_its_source_and_no_id_is_there_twice() -> None:
    catalog = packaged()
    assert all(text.source for entry in catalog.entries for text in entry.texts)
    ids = Counter(
        id.lower()
        for entry in catalog.entries
        if entry.kind != "notice"
        for id in (entry.id, *entry.also)
    )
    assert [id for id, n in ids.items() if n > 1] == []


def test_no_two_licenses_share_a_digest() -> None:
    catalog = packaged()
    owners: dict[str, set[str]] = {}
    for reference in catalog.references:
        if reference.entry.kind != "notice":
            owners.setdefault(reference.text.digest, set()).add(reference.entry.id)
    assert {ids for ids in map(frozenset, owners.values()) if len(ids) > 1} == set()
