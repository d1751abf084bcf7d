"""Reads terms out of a file: one license, or many by their ids; checks each field."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from roundtable.errors import NotFoundError
from roundtable.licensing.documents import read_document
from roundtable.licensing.fields import Field
from roundtable.licensing.types import Clause, Terms, When
from roundtable.licensing.vocabulary import (
    AUDIENCES,
    DISTRIBUTIONS,
    DUTIES,
    STATES,
    TAGS,
    VERIFIED,
    Audience,
    Distribution,
    State,
    Tag,
    Verdict,
)

_TERMS_KEYS = (
    "id", "name", "verified", "source", "verified_on", "family", "spdx", "url", "aliases", "note",
    "clauses",
)  # fmt: skip
_CLAUSE_KEYS = ("id", "gist", "in", "when", "duties", "verdict", "tag", "verified", "quote")
_WHEN_KEYS = (
    "distribution", "audience", "commercial", "users_over", "domains", "company_region",
)  # fmt: skip
_MAX_QUOTE_WORDS = 15


def terms_in(file: Path) -> list[tuple[Terms, Field]]:
    """Returns the terms of a file, each with where it stands.

    Args:
        file: It maps ids to terms, or is one license itself; then its id is the file's name
            without the ending, unless it says `id`.

    Raises:
        InputError: something cannot be read or contradicts itself.
    """
    document = read_document(file)
    whole = Field(document, document.value)
    if not isinstance(whole.value, dict):
        raise whole.wrong(
            "a file of terms maps licenses to what they say", "begin with `LICENSE-ID:`"
        )
    if not whole.value:
        raise whole.wrong("the file holds no terms", "write at least one license into it")
    if not all(isinstance(one, dict) for one in whole.value.values()):
        # A license's own keys hold texts and lists.
        if any(key in whole.value for key in _TERMS_KEYS):
            return [(_terms(whole, file.stem), whole)]
        for key, value in whole.value.items():
            if not isinstance(value, dict):
                Field(document, value, (key,)).table(_TERMS_KEYS)
    fields = [Field(document, value, (key,)) for key, value in whole.value.items()]
    return [(_terms(field, str(field.path[0])), field) for field in fields]


def _terms(field: Field, id: str) -> Terms:
    found = field.table(_TERMS_KEYS, required=("name", "clauses"))
    clauses: dict[str, Clause] = {}
    for item in found["clauses"].items():
        clause = _clause(item)
        if clause.id in clauses:
            what = f"the clause {clause.id!r} stands twice"
            raise item.wrong(what, "give each clause its own id")
        clauses[clause.id] = clause
    texts = {key: found[key].text() for key in ("source", "spdx", "url", "note") if key in found}
    verified = found["verified"].word(VERIFIED, kind="way to verify") if "verified" in found else ""
    if verified == "unverified" and "unverified" in clauses:
        what = "the clause 'unverified' is built in where nobody could read the terms"
        raise found["clauses"].wrong(what, "call it something else")
    if "id" in found and len(field.path) and found["id"].text().casefold() != id.casefold():
        what = f"the license is called {id!r} and {found['id'].text()!r}"
        raise found["id"].wrong(what, "leave `id` out")
    return Terms(
        id=found["id"].text() if "id" in found else id,
        name=found["name"].text(),
        verified=verified or "memory",
        verified_on=found["verified_on"].day() if "verified_on" in found else None,
        family=_texts(found, "family"),
        aliases=_texts(found, "aliases"),
        clauses=tuple(clauses.values()),
        **texts,
    )


def _clause(field: Field) -> Clause:
    field, more = _whole_gist(field)
    found = field.table(_CLAUSE_KEYS, required=("id", "gist", "in"))
    reach = found["in"].filled(found["in"].words(STATES, kind="state"))
    duties = found["duties"].words(tuple(DUTIES), kind="duty") if "duties" in found else ()
    verdict = None
    if "verdict" in found:
        verdict = found["verdict"].word(("review", "prohibited"), kind="verdict")
    tag = found["tag"].word(TAGS, kind="tag") if "tag" in found else None
    if not duties and not verdict and not tag:
        what = "the clause has no duties, no verdict and no tag, so that it says nothing"
        raise field.wrong(what, "add `duties` or `verdict`, or leave the clause out")
    quote = found["quote"].text() if "quote" in found else ""
    if len(quote.split()) > _MAX_QUOTE_WORDS:
        what = f"the quote has {len(quote.split())} words"
        raise found["quote"].wrong(what, f"quote {_MAX_QUOTE_WORDS} words at most")
    return Clause(
        id=found["id"].text(),
        gist=", ".join((found["gist"].text(), *more)),
        reach=cast("tuple[State, ...]", reach),
        when=_when(found["when"]) if "when" in found else When(),
        duties=duties,
        verdict=cast("Verdict | None", verdict),
        tag=cast("Tag | None", tag),
        verified=_verified(found["verified"]) if "verified" in found else "",
        quote=quote,
    )


def _whole_gist(field: Field) -> tuple[Field, list[str]]:
    """Puts a gist together that YAML takes apart: in braces, an unquoted comma ends a value.

    What comes behind it is a key of several words without a value, which nothing else here can be.
    """
    if not isinstance(field.value, dict) or "gist" not in field.value:
        return field, []
    more = [key for key, value in field.value.items() if value is None and " " in key]
    kept = {key: value for key, value in field.value.items() if key not in more}
    return field.with_value(kept), more


def _when(field: Field) -> When:
    found = field.table(_WHEN_KEYS)
    distribution = audience = domains = company_region = None
    if asked := found.get("distribution"):
        distribution = asked.filled(asked.words(DISTRIBUTIONS, kind="distribution"))
    if asked := found.get("audience"):
        audience = asked.filled(asked.words(AUDIENCES, kind="audience"))
    if asked := found.get("domains"):
        domains = asked.filled(asked.texts())
    if asked := found.get("company_region"):
        company_region = asked.filled(asked.texts())
    return When(
        distribution=cast("tuple[Distribution, ...] | None", distribution),
        audience=cast("tuple[Audience, ...] | None", audience),
        commercial=found["commercial"].flag() if "commercial" in found else None,
        users_over=found["users_over"].whole() if "users_over" in found else None,
        domains=domains,
        company_region=company_region,
    )


def _verified(field: Field) -> str:
    return field.word(("text", "memory"), kind="way to verify")


def _texts(found: dict[str, Field], key: str) -> tuple[str, ...]:
    if key not in found:
        return ()
    texts = found[key].texts()
    seen: set[str] = set()
    for index, one in enumerate(texts):
        if one.casefold() in seen:
            item = found[key].items()[index]
            raise item.wrong(f"{one!r} stands twice in {key!r}", "keep one of the two")
        seen.add(one.casefold())
    return texts


def check_names(found: list[tuple[Terms, Field]], *, built_in: set[str], known: set[str]) -> None:
    """Refuses terms of several files that contradict each other.

    Args:
        found: The terms, each with where it stands.
        built_in: Names that no terms may take, without case.
        known: Ids that other terms have, which a `family` may name too.

    Raises:
        InputError: a name for two licenses, a family that names nothing.
    """
    names: dict[str, tuple[Terms, Field]] = {}
    for terms, field in found:
        for name in dict.fromkeys(one.casefold() for one in (terms.id, *terms.aliases)):
            if name in built_in:
                raise field.wrong(f"{name!r} is built in", "choose another id or alias")
            other, at = names.setdefault(name, (terms, field))
            if other is not terms:
                what = f"{name!r} names two licenses: {terms.id}, and {other.id} at {at.place}"
                raise field.wrong(what, "give each its own id and aliases")
    for terms, field in found:
        for index, member in enumerate(terms.family):
            if member.casefold() not in names and member.casefold() not in known:
                ids = sorted({*(one.id for one, _ in found), *known})
                raise NotFoundError("license", member, ids, where=field.below("family", index))
