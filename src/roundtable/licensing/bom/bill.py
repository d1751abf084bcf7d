"""What a use case is made of, as values that both formats are written from."""

from __future__ import annotations

import msgspec

from roundtable.licensing.types import Asset, Parent
from roundtable.licensing.vocabulary import Kind, Lineage, Verdict


class BillFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that belongs to a component.

    Args:
        name: As people find it: relative to the workspace, or its name in a package.
        sha256: Of its bytes, in hexadecimal digits.
        size_bytes: How long it is.
    """

    name: str
    sha256: str
    size_bytes: int


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One part: an asset of the license engine, and what else is known of it.

    Args:
        id: Its name in the graph, such as `models/base`.
        kind: What it is.
        license: An id of the knowledge base, `internal` or `unknown`.
        lineage: Whether the sources of its data are known.
        parents: What it was made from; each is a component of the same bill.
        name: As people call it; empty: its id.
        version: A digest of its content, or the version that its maker gave it.
        stated: The license as its maker writes it, where that is an SPDX expression or a name.
        description: What it is, in a sentence.
        files: Its files with their hashes.
        url: Where it can be had.
        purl: Its package URL.
        service: The id of the service that answers for it, where it is not here.
        facts: What else is known, as name and value.
    """

    id: str
    kind: Kind
    license: str = "unknown"
    lineage: Lineage = "declared"
    parents: tuple[Parent, ...] = ()
    name: str = ""
    version: str = ""
    stated: str = ""
    description: str = ""
    files: tuple[BillFile, ...] = ()
    url: str = ""
    purl: str = ""
    service: str = ""
    facts: tuple[tuple[str, str], ...] = ()


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An API that answers for a model which is not here.

    Args:
        id: Its name in the bill.
        provider: Who runs it.
        url: Where it answers.
        authenticated: Whether it asks for a key.
    """

    id: str
    provider: str
    url: str = ""
    authenticated: bool = False


class License(msgspec.Struct, frozen=True, kw_only=True):
    """A license that components stand under.

    Args:
        id: As the knowledge base writes it.
        name: As people call it.
        spdx: Its SPDX identifier; empty if it has none.
        url: Where its owner publishes it.
        verified: How its clauses were verified.
        policies: What it restricts, and what it asks to be passed on: section and gist.
    """

    id: str
    name: str
    spdx: str = ""
    url: str = ""
    verified: str = ""
    policies: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the license engine says of one component in this use.

    Args:
        component: Its id.
        verdict: The gravest of the binding clauses'.
        obligations: The duties, sorted.
        because: The deciding clauses, in words.
    """

    component: str
    verdict: Verdict
    obligations: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of materials.

    Args:
        root: The id of the component that the bill is about.
        components: All parts, the root among them.
        services: APIs that answer for models.
        licenses: Those that the components name.
        answers: The license engine's, where it was asked.
        task: What the models are used for, such as `choice`.
        audience: Who sees what they say.
    """

    root: str
    components: tuple[Component, ...]
    services: tuple[Endpoint, ...] = ()
    licenses: tuple[License, ...] = ()
    answers: tuple[Answer, ...] = ()
    task: str = ""
    audience: str = ""


def ordered(bill: Bill) -> Bill:
    """Returns the bill with its parts in order and each of its edges once."""
    return msgspec.structs.replace(
        bill,
        components=tuple(
            msgspec.structs.replace(one, parents=_edges(one))
            for one in sorted(bill.components, key=lambda each: each.id)
        ),
        services=tuple(sorted(bill.services, key=lambda each: each.id)),
        licenses=tuple(sorted(bill.licenses, key=lambda each: each.id)),
        answers=tuple(sorted(bill.answers, key=lambda each: each.component)),
    )


def _edges(one: Component) -> tuple[Parent, ...]:
    return tuple(sorted(set(one.parents), key=lambda each: (each.id, each.relation)))


def assets_of(bill: Bill) -> tuple[Asset, ...]:
    """Returns the bill's components as the license engine sees them, sorted by id."""
    return tuple(
        Asset(
            id=one.id,
            kind=one.kind,
            license=one.license,
            lineage=one.lineage,
            parents=one.parents,
        )
        for one in ordered(bill).components
    )
