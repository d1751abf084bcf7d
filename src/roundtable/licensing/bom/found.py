"""What a reader finds in a document, and how that becomes assets: nothing invented, nothing laxer.

Where a document names no license, the asset's is `unknown`; where it does not tell a past, the past
is `undisclosed`; where it says only that one thing needs another, the relation is the one that
carries the most clauses on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from roundtable.errors import InputError, Place
from roundtable.licensing.bom.properties import DERIVED, LEARNED
from roundtable.licensing.types import Asset, Parent
from roundtable.licensing.vocabulary import KINDS, RELATIONS, Kind, Lineage, Relation

How = Literal["needs", "holds", "descends", "learns"]
"""As formats say it: it needs it, it holds it, it descends from it, it learned from it."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*([/#][A-Za-z0-9][A-Za-z0-9._-]*)*")
_FOLDERS = {
    "model": "models",
    "adapter": "adapters",
    "dataset": "datasets",
    "corpus": "corpora",
    "prompt": "prompts",
    "software": "software",
    "system": "systems",
}
_MODELS, _DATA = ("model", "adapter"), ("dataset", "corpus")
_MEANT: dict[How, tuple[str, ...]] = {
    "needs": RELATIONS,
    "holds": ("includes",),
    "descends": DERIVED,
    "learns": LEARNED,
}
"""What an exact relation may be where a format's own field says this."""


class Found(msgspec.Struct, kw_only=True):
    """A thing that a document describes.

    Args:
        ref: Its name within the document.
        kind: What it is.
        name: As people call it.
        place: Where in the document it stands.
        id: Its id in the graph, if the document gives one.
        license: As the knowledge base writes it.
        lineage: What the document says of its past; none: nothing.
    """

    ref: str
    kind: Kind
    name: str
    place: str
    id: str = ""
    license: str = "unknown"
    lineage: Lineage | None = None


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """That one thing was made from another.

    Args:
        child: Its ref.
        parent: The other's ref.
        how: What the format's own field says.
        relation: The exact relation, if the document says it in Roundtable's words.
        place: Where in the document it stands.
    """

    child: str
    parent: str
    how: How = "needs"
    relation: Relation | None = None
    place: str = ""


class Findings(msgspec.Struct, kw_only=True):
    """All that a document says.

    Args:
        file: Its path, for messages.
        things: By ref.
        edges: In the document's order.
        passed: Refs of what is no asset: files, services, agents; edges to them are left out.
    """

    file: str
    things: dict[str, Found] = {}
    edges: list[Edge] = []
    passed: set[str] = set()

    def add(self, one: Found) -> None:
        """Adds a thing.

        Raises:
            InputError: another has the same ref.
        """
        if one.ref in self.things:
            raise self.wrong(
                f"{one.ref!r} stands twice", one.place, "give each component a reference of its own"
            )
        self.things[one.ref] = one

    def wrong(self, what: str, place: str, fix: str) -> InputError:
        """Returns an error with its place in this document."""
        return InputError(what, where=Place(self.file, None, place), fix=fix)


def kind_of(text: str) -> Kind | None:
    """Returns the kind that this names, if it names one."""
    return next((one for one in KINDS if one == text), None)


def relation_of(text: str) -> Relation | None:
    """Returns the relation that this names, if it names one."""
    return next((one for one in RELATIONS if one == text), None)


def assets_from(found: Findings) -> tuple[Asset, ...]:
    """Returns what was found as assets, sorted by id.

    Raises:
        InputError: a reference leads nowhere, or something is made of itself.
    """
    parents: dict[str, dict[str, set[Relation]]] = {ref: {} for ref in found.things}
    exact: dict[tuple[str, str], set[Relation]] = {}
    for one in found.edges:
        if one.relation is not None:
            exact.setdefault((one.child, one.parent), set()).add(one.relation)
    for edge in found.edges:
        if edge.child in found.passed or edge.parent in found.passed:
            continue
        for ref in (edge.child, edge.parent):
            if ref not in found.things:
                raise found.wrong(
                    f"{ref!r} is named, but nothing in the document has that reference",
                    edge.place,
                    "ask the supplier for a document that describes it, or take the reference out",
                )
        if edge.relation is None:
            said = exact.get((edge.child, edge.parent), set())
            # A word of ours that contradicts the format's field does not take its place.
            if not said.isdisjoint(_MEANT[edge.how]):
                continue
        relation = edge.relation or _likely(
            found.things[edge.child].kind, found.things[edge.parent].kind, edge.how
        )
        parents[edge.child].setdefault(edge.parent, set()).add(relation)
    _refuse_cycles(found, parents)
    ids = _ids(found.things.values())
    return tuple(
        sorted(
            (
                Asset(
                    id=ids[ref],
                    kind=one.kind,
                    license=one.license,
                    lineage=one.lineage or _lineage(one, parents[ref].values()),
                    parents=tuple(
                        Parent(id=id, relation=relation)
                        for id, relation in sorted(
                            (ids[parent], each)
                            for parent, relations in parents[ref].items()
                            for each in relations
                        )
                    ),
                )
                for ref, one in found.things.items()
            ),
            key=lambda asset: asset.id,
        )
    )


def _likely(child: Kind, parent: Kind, how: How) -> Relation:
    """Returns the relation that a coarser word of a format stands for.

    Of a model that needs or descends from a model, fine-tuning is taken: it carries on all that
    the parent learned, which `derived-from` would drop.
    """
    if how == "holds":
        return "includes"
    if child in _MODELS:
        if parent in _MODELS:
            return "distilled-from" if how == "learns" else "fine-tuned-from"
        if parent in _DATA:
            return "trained-on"
    elif child in _DATA:
        if parent in _MODELS:
            return "generated-by"
        if parent in _DATA:
            return "derived-from"
    return "derived-from" if how == "descends" else "includes"


def _lineage(one: Found, relations: Iterable[set[Relation]]) -> Lineage:
    """Returns whether a past was told: for models and data, only where it names an origin."""
    if one.kind not in (*_MODELS, *_DATA):
        return "declared"
    told = {each for some in relations for each in some} - {"evaluated-on", "includes"}
    return "declared" if told else "undisclosed"


def _refuse_cycles(found: Findings, parents: dict[str, dict[str, set[Relation]]]) -> None:
    done: set[str] = set()
    for start in parents:
        path: list[str] = []
        on_path: set[str] = set()
        left: list[tuple[str, bool]] = [(start, False)]
        while left:
            ref, leaving = left.pop()
            if leaving:
                on_path.discard(path.pop())
                done.add(ref)
            elif ref in on_path:
                circle = [*path[path.index(ref) :], ref]
                shown = [*circle[:6], "...", *circle[-3:]] if len(circle) > 10 else circle
                raise found.wrong(
                    f"{ref!r} is made of itself: {' > '.join(shown)}",
                    found.things[ref].place,
                    "ask the supplier which of these depends on which, and take one reference out",
                )
            elif ref not in done:
                path.append(ref)
                on_path.add(ref)
                left.append((ref, True))
                left += [(parent, False) for parent in sorted(parents[ref], reverse=True)]


def _ids(things: Iterable[Found]) -> dict[str, str]:
    """Returns an id for each: its own where it has a sound one, else one from its name."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    ordered = sorted(things, key=lambda one: (not _ID.fullmatch(one.id), one.ref))
    for one in ordered:
        sound = bool(_ID.fullmatch(one.id)) and one.id not in taken
        wanted = one.id if sound else f"{_FOLDERS[one.kind]}/{_slug(one.name) or 'unnamed'}"
        id, number = wanted, 2
        while id in taken:
            id, number = f"{wanted}-{number}", number + 1
        taken.add(id)
        ids[one.ref] = id
    return ids


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:80].strip("-")
