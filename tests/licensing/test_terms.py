"""The packaged terms: what was given stands in them, what was added is told, how each was read."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from roundtable.licensing.knowledge import packaged, read_terms
from roundtable.licensing.scenarios import answer, read_scenarios
from roundtable.licensing.terms_schema import terms_schema
from roundtable.licensing.types import Clause, Terms
from roundtable.licensing.vocabulary import VERDICTS

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).with_name("data")
FOLDER = ROOT / "src/roundtable/licensing/terms"
DECISION = ROOT / "docs/decisions/0009-packaged-terms-follow-the-texts.md"
GIVEN = read_terms(DATA / "terms.yaml")
FILES = sorted(FOLDER.glob("*.toml"))
TERMS = [packaged().get(path.name.removesuffix(".toml")) for path in FILES]
CORRECTED: dict[tuple[str, str], str] = {}
"""(license, clause) of the given terms that the text contradicts, and why: so far none."""
NO_TEXT = {"internal", "all-rights-reserved"}
"""What is no license, so that there is no text to read."""


def said(clause: Clause) -> object:
    return clause.reach, clause.when, clause.duties, clause.verdict, clause.tag


def ids(one: Terms) -> str:
    return one.id


def test_every_given_clause_is_packaged_as_it_was_given() -> None:
    for license, given in GIVEN.licenses.items():
        ours = {one.id: one for one in packaged().get(license).clauses}
        assert packaged().get(license).family == given.family
        for clause in given.clauses:
            if (license, clause.id) not in CORRECTED:
                assert said(ours[clause.id]) == said(clause), (license, clause.id)


def test_every_clause_added_to_a_given_license_is_told_in_the_decision() -> None:
    added = {
        (license, clause.id)
        for license, given in GIVEN.licenses.items()
        for clause in packaged().get(license).clauses
        if clause.id not in {one.id for one in given.clauses}
    }
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (.{15,}) \|$", DECISION.read_text(), re.M)
    told = [(license, clause) for license, clause, _ in rows]
    assert len(told) == len(set(told))
    assert set(told) == added | set(CORRECTED)


def test_the_packaged_terms_are_never_laxer_than_the_given_ones() -> None:
    file, today = DATA / "scenarios_open.yaml", date(2026, 11, 24)
    ours = answer(read_scenarios(file, packaged()), packaged(), today=today)
    theirs = answer(read_scenarios(file, GIVEN), GIVEN, today=today)
    assert len(ours) == len(theirs) > 30
    for one, other in zip(ours, theirs, strict=True):
        assert VERDICTS.index(one.verdict) >= VERDICTS.index(other.verdict), one.id
        assert set(one.obligations) >= set(other.obligations), one.id


def test_there_are_terms_of_at_least_45_licenses_and_services() -> None:
    assert len(FILES) >= 70
    assert {one.id for one in TERMS} == {path.name.removesuffix(".toml") for path in FILES}


@pytest.mark.parametrize("terms", TERMS, ids=ids)
def test_terms_say_where_they_come_from_and_how_they_were_read(terms: Terms) -> None:
    assert terms.source
    read = terms.verified == "text" or any(one.verified == "text" for one in terms.clauses)
    assert read == (terms.verified_on is not None)
    if terms.verified_on:
        assert date(2026, 1, 1) <= terms.verified_on <= date(2026, 11, 24)
    if terms.verified == "unverified":
        assert terms.note or terms.clauses
        assert all(one.verified == "memory" for one in terms.clauses)


@pytest.mark.parametrize("terms", TERMS, ids=ids)
def test_a_clause_that_was_read_is_found_by_a_quotation_and_no_other_is_quoted(
    terms: Terms,
) -> None:
    for clause in terms.clauses:
        read = (clause.verified or terms.verified) == "text" and terms.id not in NO_TEXT
        assert bool(clause.quote) == read, clause.id
        assert len(clause.quote.split()) <= 15
        assert clause.gist != clause.quote


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".toml"))
def test_a_file_of_terms_fits_the_published_schema(path: Path) -> None:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    # TOML has dates, JSON has texts.
    document = json.loads(json.dumps(written, default=str))
    jsonschema.validate(document, terms_schema(), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("key", "value"),
    [("duties", ["pay"]), ("verdict", "allowed"), ("in", []), ("verified", "seen"), ("until", 1)],
)
def test_the_schema_refuses_what_the_reader_refuses(key: str, value: object) -> None:
    clause = {"id": "1", "gist": "g", "in": ["work"], "verdict": "review", key: value}
    document = {"name": "A license", "clauses": [clause]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, terms_schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_of_terms_describes_every_key() -> None:
    schema = terms_schema()
    for described in (schema, *schema["$defs"].values()):
        assert all(one["description"] for one in described["properties"].values())
