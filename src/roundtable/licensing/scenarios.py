"""Reads files of scenarios: assets, a use, overrides; all are checked before any is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import msgspec

from roundtable.errors import InputError, NotFoundError, Place, WorkspaceError, problems_of
from roundtable.licensing.checking import check
from roundtable.licensing.documents import Path as Keys
from roundtable.licensing.documents import read_document
from roundtable.licensing.fields import Field
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import KnowledgeBase
from roundtable.licensing.reach import Reach
from roundtable.licensing.remedies import with_remedies
from roundtable.licensing.types import Asset, Finding, Override, Parent, Use
from roundtable.licensing.vocabulary import (
    AUDIENCES,
    DISTRIBUTIONS,
    EFFECTS,
    KINDS,
    LINEAGES,
    RELATIONS,
)

_KEYS = ("id", "question", "assets", "use", "overrides", "as_of", "expect")
_ASSET_KEYS = ("id", "kind", "license", "lineage", "parents")
_USE_KEYS = (
    "asset", "distribution", "audience", "commercial", "monthly_active_users", "company_region",
    "regions", "domains",
)  # fmt: skip
_OVERRIDE_KEYS = ("license", "clause", "asset", "effect", "by", "why", "expires")


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A question in full.

    Args:
        id: Its name.
        graph: Its assets.
        use: What is asked.
        overrides: Decisions of counsel or a licensor.
        as_of: The day of the answer; none: today.
    """

    id: str
    graph: Graph
    use: Use
    overrides: tuple[Override, ...] = ()
    as_of: date | None = None


def answer(
    scenarios: Sequence[Scenario], knowledge: KnowledgeBase, *, today: date
) -> list[Finding]:
    """Returns a finding for each scenario, in order, with its remedies."""
    return [_answered(one, knowledge, one.as_of or today) for one in scenarios]


def _answered(one: Scenario, knowledge: KnowledgeBase, as_of: date) -> Finding:
    def ask(graph: Graph, use: Use, more: Sequence[Override]) -> Finding:
        overrides = (*one.overrides, *more)
        return check(graph, use, knowledge=knowledge, overrides=overrides, as_of=as_of, id=one.id)

    return with_remedies(ask(one.graph, one.use, ()), one.graph, one.use, ask, as_of=as_of)


def read_scenarios(path: Path, knowledge: KnowledgeBase) -> list[Scenario]:
    """Reads a file of scenarios, and holds all of it against the terms.

    A file is a list of scenarios; a table whose only key holds that list (TOML has no other way);
    or one scenario.

    Raises:
        InputError: something is wrong, with its file, line and field.
    """
    document = read_document(path)
    return scenarios_of(Field(document, document.value), knowledge)


def scenarios_of(whole: Field, knowledge: KnowledgeBase) -> list[Scenario]:
    """Returns the scenarios of a document that has been read; see `read_scenarios`."""
    reading = _Reading(knowledge)
    found: dict[str, Scenario] = {}
    errors: list[InputError] = []
    for field in _listed(whole):
        try:
            one = reading.scenario(field)
            if one.id in found:
                what = f"two scenarios are called {one.id!r}"
                raise field.inner("id").wrong(what, "give each scenario its own id")
            found[one.id] = one
        except InputError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise WorkspaceError(problem for error in errors for problem in problems_of(error))
    if not found:
        raise whole.wrong("the file holds no scenario", "write at least one into it")
    return list(found.values())


def _listed(whole: Field) -> list[Field]:
    if isinstance(whole.value, dict):
        if len(whole.value) == 1:
            key, value = next(iter(whole.value.items()))
            if isinstance(value, list) and key not in _KEYS:
                return whole.inner(key).items()
        return [whole]
    return whole.items()


class _Reading:
    """Reads scenarios of one file; what aliases share is read once."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        # By identity: the document keeps the values alive while they are read.
        self._graphs: dict[int, Graph] = {}
        self._assets: dict[int, Asset] = {}

    def scenario(self, field: Field) -> Scenario:
        found = field.table(_KEYS, required=("id", "assets", "use"))
        name = found["id"].text()
        graph = self._graph(found["assets"])
        use = _use(found["use"])
        graph.position(use.asset, where=found["use"].below("asset"))
        # Every license has to be known before anything is answered.
        Reach.of(graph, self._knowledge)
        overrides = found["overrides"].items() if "overrides" in found else []
        as_of = found.get("as_of")
        return Scenario(
            id=name,
            graph=graph,
            use=use,
            overrides=tuple(self._override(one) for one in overrides),
            as_of=None if as_of is None or as_of.value is None else as_of.day(),
        )

    def _graph(self, field: Field) -> Graph:
        key = id(field.value)
        if key not in self._graphs:

            def place(path: Keys) -> Place:
                return field.below(*path[1:])

            assets = [self._asset(item) for item in field.items()]
            if not assets:
                raise field.wrong("there are no assets", "write at least the one that is used")
            self._graphs[key] = Graph(assets, place=place)
        return self._graphs[key]

    def _asset(self, field: Field) -> Asset:
        key = id(field.value)
        if key not in self._assets:
            self._assets[key] = _asset(field)
        return self._assets[key]

    def _override(self, field: Field) -> Override:
        required = [key for key in _OVERRIDE_KEYS if key != "asset"]
        found = field.table(_OVERRIDE_KEYS, required=required)
        texts = {key: found[key].text() for key in ("license", "clause", "by", "why")}
        asset = found.get("asset")
        effect = found["effect"].word(EFFECTS, kind="effect")
        one = Override(
            **texts,
            effect=cast(Any, effect),
            expires=found["expires"].day(),
            asset=None if asset is None or asset.value is None else asset.text(),
        )
        at = found["license"]
        try:
            self._knowledge.clauses(one.license)
            at = found["clause"]
            self._knowledge.clause(one.license, one.clause)
        except NotFoundError as error:
            error.where = at.place
            raise
        return one


def _asset(field: Field) -> Asset:
    found = field.table(_ASSET_KEYS, required=("id", "kind", "license"))
    parents = found["parents"].items() if "parents" in found else []
    lineage = "declared"
    if "lineage" in found:
        lineage = found["lineage"].word(LINEAGES, kind="lineage")
    return Asset(
        id=found["id"].text(),
        kind=cast(Any, found["kind"].word(KINDS, kind="kind")),
        license=found["license"].text(),
        lineage=cast(Any, lineage),
        parents=tuple(_parent(one) for one in parents),
    )


def _parent(field: Field) -> Parent:
    found = field.table(("id", "relation"), required=("id", "relation"))
    relation = found["relation"].word(RELATIONS, kind="relation")
    return Parent(id=found["id"].text(), relation=cast(Any, relation))


def _use(field: Field) -> Use:
    found = field.table(_USE_KEYS, required=("asset",))
    said: dict[str, Any] = {"asset": found["asset"].text()}
    if "distribution" in found:
        said["distribution"] = found["distribution"].word(DISTRIBUTIONS, kind="distribution")
    if "audience" in found:
        said["audience"] = found["audience"].word(AUDIENCES, kind="audience")
    if "commercial" in found:
        said["commercial"] = found["commercial"].flag()
    if "monthly_active_users" in found:
        said["monthly_active_users"] = found["monthly_active_users"].whole()
    if "company_region" in found and found["company_region"].value is not None:
        said["company_region"] = found["company_region"].text()
    for key in ("regions", "domains"):
        if key in found:
            said[key] = found[key].texts()
    return Use(**said)
