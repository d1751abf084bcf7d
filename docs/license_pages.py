"""Writes docs/licenses: a page for each license and provider's terms, and one that lists them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date

from writing import cell, table

from roundtable.licensing.checking import check
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import packaged
from roundtable.licensing.terms_schema import terms_schema
from roundtable.licensing.types import Asset, Clause, Parent, Terms, Use
from roundtable.licensing.vocabulary import DUTIES, STATES, Distribution, Relation, Verdict

VERIFIED = {
    "text": "Its text was read in full on {day}.",
    "memory": "**It was not yet held against its text**: the clauses come from earlier reading.",
    "unverified": "**Nobody could read its text here**: a product, or anything handed out, goes to "
    "review.",
}
SHORT = {"text": "read", "memory": "from memory", "unverified": "unread"}
WAYS: dict[str, tuple[Relation, ...]] = {
    "it, as it is": ("includes",),
    "fine-tuned, adapted, quantized or derived from it": ("fine-tuned-from",),
    "merged from it and a model of another kind": ("merged-from",),
    "its outputs": ("generated-by",),
    "a model of its own kind that learned from its outputs": ("generated-by", "trained-on"),
    "another model that learned from its outputs": ("generated-by", "trained-on"),
    "a model trained on it": ("trained-on",),
    "an answer that shows passages of it": ("retrieves-from",),
}
STATE_OF = dict(zip(WAYS, (*STATES[:3], "output", *STATES[6:], "trained", "shown"), strict=True))
"""The state in which it reaches what is used."""
USES: tuple[Distribution, ...] = ("internal-only", "hosted-service", "outputs", "weights")
HEADS = ("inside the company", "a product over a network", "outputs handed on", "handed out itself")
WORDS: dict[Verdict, str] = {
    "allowed": "allowed",
    "conditions": "with duties",
    "review": "**review**",
    "prohibited": "**prohibited**",
}
DAY = date(2026, 11, 24)


def license_pages(written: str) -> dict[str, str]:
    """Returns path to text, for each page about licenses.

    Args:
        written: What says that a page is generated.
    """
    known = [one for one in packaged().licenses.values() if one.source != "built in"]
    known.sort(key=lambda one: one.id.casefold())
    pages = {f"docs/licenses/{one.id}.md": _page(one, written) for one in known}
    return pages | {"docs/licenses/README.md": _index(known, written)}


def _page(terms: Terms, written: str) -> str:
    lines = [f"# {terms.name}", "", written, f"Its id is `{terms.id}`. {_level(terms)}", ""]
    facts = [("source", terms.source), ("SPDX", f"`{terms.spdx}`" if terms.spdx else "")]
    facts += [("published at", f"<{terms.url}>" if terms.url else "")]
    facts += [("also called", ", ".join(f"`{one}`" for one in terms.aliases))]
    facts += [("models of its own kind stand under", ", ".join(f"`{f}`" for f in terms.family))]
    lines += [table(("", ""), [(name, text) for name, text in facts if text])]
    if terms.note:
        lines += [terms.note, ""]
    lines += ["## Clauses", "", _clauses(terms)]
    lines += ["## What it means for a use", "", _meaning(terms)]
    lines += ["This is triage, not legal advice. How a clause travels: [licenses](../licenses.md)."]
    return "\n".join(lines) + "\n"


def _level(terms: Terms) -> str:
    if terms.source == "none needed":
        return "It is no license of others: there is no text to read."
    return VERIFIED[terms.verified].format(day=terms.verified_on)


def _clauses(terms: Terms) -> str:
    if not terms.clauses:
        return "It asks for nothing, as far as the engine reads it.\n"
    head = ("section", "what it says", "reaches", "when", "asks for", "found by")
    return table(head, [_row(terms, one) for one in terms.clauses])


def _row(terms: Terms, clause: Clause) -> tuple[str, ...]:
    asks = [f"**{clause.verdict}**"] if clause.verdict else []
    asks += [f"`{duty}`" for duty in clause.duties]
    found = f"“{cell(clause.quote)}”" if clause.quote else ""
    differs = clause.verified and clause.verified != terms.verified
    says = clause.gist + (f" *({SHORT[clause.verified]})*" if differs else "")
    return (f"`{clause.id}`", says, ", ".join(clause.reach), _when(clause), ", ".join(asks), found)


def _when(clause: Clause) -> str:
    when, said = clause.when, []
    if when.distribution:
        said.append(" or ".join(when.distribution))
    if when.audience:
        said.append(f"audience {' or '.join(when.audience)}")
    if when.commercial is not None:
        said.append("commercial" if when.commercial else "not commercial")
    if when.users_over is not None:
        said.append(f"over {when.users_over:,} monthly users")
    if when.company_region:
        said.append(f"company in {' or '.join(when.company_region)}")
    if when.domains:
        said.append(f"fields: {', '.join(when.domains)}")
    return "; ".join(said) or "always"


def _meaning(terms: Terms) -> str:
    reached = {state for one in terms.clauses for state in one.reach} | {"work", "modified"}
    unread = terms.verified == "unverified"
    ways = [way for way, state in STATE_OF.items() if state in reached or unread]
    rows = [(way, *(WORDS[verdict(terms.id, way, use)] for use in USES)) for way in ways]
    return (
        "A commercial use by a company in the US, below every threshold of users, in no field that "
        "a policy names. Inside the company its audience is internal, elsewhere the product's.\n\n"
        + table(("what is used", *HEADS), rows)
        + "\n"
        + "\n".join(f"- {line}" for line in _scenarios(terms))
        + "\n"
    )


def _scenarios(terms: Terms) -> Iterator[str]:
    plain = {verdict(terms.id, "it, as it is", use) for use in USES}
    grave = next((one for one in ("prohibited", "review") if one in plain), "")
    duties = sorted({duty for one in terms.clauses for duty in one.duties if not one.verdict})
    told = ", ".join(f"`{duty}`" for duty in duties) or "none"
    bound = [
        f"`{one.id}`"
        for one in terms.clauses
        if one.when.domains or {"pass-on-use-restrictions", "acceptable-use-policy"} & {*one.duties}
    ]
    limits = [
        f"`{one.id}` ({_when(one)})"
        for one in terms.clauses
        if one.when.users_over is not None or one.when.company_region
    ]
    restricted = "Not quite: the restrictions of (b) go along"
    yield (
        "**(a) Use it freely, as under Apache-2.0 or MIT?** "
        + {
            "prohibited": "No: some uses are prohibited.",
            "review": "No: some uses need counsel first.",
            "": f"{restricted if bound else 'Yes'}. Duties, each where it applies: {told}.",
        }[grave]
    )
    if limits:
        yield f"**Who may not?** {'; '.join(limits)}."
    yield "**(b) Responsible-AI clauses?** " + (f"Yes: {', '.join(bound)}." if bound else "None.")
    worst = verdict(terms.id, "another model that learned from its outputs", "weights")
    inside = verdict(terms.id, "another model that learned from its outputs", "internal-only")
    yield (
        "**(c) May its outputs improve another model?** "
        + {
            "allowed": "Nothing here forbids it.",
            "conditions": "Yes, and then duties follow that model.",
            "review": "Counsel has to look first.",
            "prohibited": "No."
            if inside == "prohibited"
            else "Not if that model is handed out; inside, "
            + ("counsel has to look first." if inside == "review" else "nothing forbids it."),
        }[worst]
    )
    yield (
        "**(d) If nobody discloses what it was made from?** These terms do not answer that: "
        "`lineage: undisclosed` adds a review before any product, whatever the license."
    )


@functools.cache
def verdict(license: str, way: str, distribution: Distribution) -> Verdict:
    """Returns what the engine answers for a thing made in one way under one license."""
    kin = Asset(id="kin", kind="model", license=license)
    other = Asset(id="other", kind="model", license="internal")
    base = kin if "its own kind" in way else other
    assets = [Asset(id="it", kind="model", license=license), kin, other]
    made, relations = "it", WAYS[way]
    for number, relation in enumerate(relations):
        parents = [Parent(id=made, relation=relation)]
        if relation == "trained-on":
            parents.append(Parent(id=base.id, relation="fine-tuned-from"))
        if relation == "merged-from":
            parents.append(Parent(id="other", relation="merged-from"))
        made = f"made-{number}"
        assets.append(Asset(id=made, kind="model", license="internal", parents=tuple(parents)))
    inside = distribution == "internal-only"
    use = Use(
        asset=made,
        distribution=distribution,
        audience="internal" if inside else "product",
        company_region="US",
    )
    return check(Graph(assets), use, knowledge=packaged(), as_of=DAY).verdict


def _index(known: list[Terms], written: str) -> str:
    rows = [
        (
            f"[{one.name}]({one.id}.md)",
            f"`{one.id}`",
            SHORT[one.verified] + (f", {one.verified_on}" if one.verified == "text" else ""),
            WORDS[verdict(one.id, "it, as it is", "hosted-service")],
            WORDS[verdict(one.id, "another model that learned from its outputs", "weights")],
        )
        for one in known
    ]
    n = sum(len(one.clauses) for one in known)
    fields = sorted({field for one in known for c in one.clauses for field in c.when.domains or ()})
    duties = [(f"`{slug}`", text) for slug, text in DUTIES.items()]
    return (
        f"# Licenses and terms\n\n{written}\n"
        f"{len(known)} licenses and providers' terms, {n} clauses: what the engine knows. `read` "
        "means that the whole text was read on that day and each clause held against it; `from "
        "memory` that this is still to be done; `unread` that the text could not be had, which "
        "leads to review before a product. Texts change: the day says which one was meant.\n\n"
        + table(
            ("license", "id", "verified", "in a product over a network", "outputs train another"),
            rows,
        )
        + "\nThe last two columns: a commercial use of the thing itself over a network, and a "
        "model of another kind that learned from its outputs and is handed out.\n\n"
        "## Your own terms\n\n"
        "A contract, or a license that is missing here, is a file of the same form. `roundtable "
        "schema terms` prints its JSON Schema; `roundtable license check FILE --terms TERMS` "
        "answers with it.\n\n"
        "<!-- file: acme-contract.toml -->\n```toml\n"
        'name = "Contract with Acme, 3 March 2026"\n'
        'verified = "text"\nverified_on = 2026-03-03\nsource = "signed copy at legal"\n\n'
        '[[clauses]]\nid = "7.2"\ngist = "used in our own products only"\n'
        'in = ["work", "modified", "mixed"]\nwhen = { distribution = ["weights"] }\n'
        'verdict = "prohibited"\ntag = "restricts"\n```\n\n'
        + table(("key", "type", "meaning"), list(_keys()))
        + "\n## Duties\n\n"
        + table(("duty", "do this"), duties)
        + "\n## Fields of use\n\nThe words that clauses know; a use names those that fit in "
        f"`domains`: {', '.join(f'`{one}`' for one in fields)}.\n"
    )


def _keys() -> Iterator[tuple[str, ...]]:
    schema = terms_schema()
    for prefix, described in (
        ("", schema),
        ("clauses[].", schema["$defs"]["Clause"]),
        ("clauses[].when.", schema["$defs"]["When"]),
    ):
        for name, one in described["properties"].items():
            yield (f"`{prefix}{name}`", _type(one), one["description"])


def _type(one: dict[str, object]) -> str:
    if isinstance(one.get("enum"), list):
        return " or ".join(f"`{value}`" for value in one["enum"])  # type: ignore[attr-defined]
    if one.get("type") == "array":
        return "list"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return names.get(str(one.get("type")), "table") if one.get("format") != "date" else "date"
