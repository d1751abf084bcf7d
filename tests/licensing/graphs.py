"""Graphs written short: `"child < parent relation"`, licenses beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from roundtable.licensing.checking import check
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import KnowledgeBase, read_terms
from roundtable.licensing.reach import Reach
from roundtable.licensing.types import (
    Asset,
    Clause,
    Finding,
    Override,
    Parent,
    Terms,
    Use,
    When,
)
from roundtable.licensing.vocabulary import STATES

TODAY = date(2026, 11, 24)
GIVEN = read_terms(Path(__file__).with_name("data") / "terms.yaml")


def asset(id: str, license: str = "internal", *parents: str, lineage: str = "declared") -> Asset:
    """Makes an asset; a parent is written `relation id`."""
    made = [parent.split(" ", 1) for parent in parents]
    return Asset(
        id=id,
        kind="model",
        license=license,
        lineage=lineage,  # type: ignore[arg-type]
        parents=tuple(Parent(id=p, relation=r) for r, p in made),  # type: ignore[arg-type]
    )


def states(graph: Graph, used: str, license: str, knowledge: KnowledgeBase = GIVEN) -> set[str]:
    """Returns the states in which the assets of a license reach the used one."""
    reach = Reach.of(graph, knowledge)
    bits = [
        found
        for number, found in reach.states(graph.position(used))
        if reach.origins[number].terms.id == license
    ]
    return {state for n, state in enumerate(STATES) if any(one >> n & 1 for one in bits)}


def ask(
    *assets: Asset,
    knowledge: KnowledgeBase = GIVEN,
    overrides: tuple[Override, ...] = (),
    as_of: date = TODAY,
    **use: Any,
) -> Finding:
    """Asks about the last asset, or about `asset`."""
    asked = Use(**{"asset": assets[-1].id, **use})
    graph = Graph(assets)
    return check(graph, asked, knowledge=knowledge, overrides=overrides, as_of=as_of)


def triples(finding: Finding) -> set[tuple[str, str, str]]:
    """Returns who decided: license, clause, asset."""
    return {(one.license, one.clause, one.asset) for one in finding.because}


def ruling(
    license: str, clause: str, effect: str, asset: str | None = None, **more: Any
) -> Override:
    """Makes an override that holds on `TODAY`."""
    said = {"by": "ada@example.com", "why": "a letter", "expires": date(2027, 1, 31), **more}
    return Override(license=license, clause=clause, effect=effect, asset=asset, **said)  # type: ignore[arg-type]


def clause(id: str, *reach: str, **more: Any) -> Clause:
    """Makes a clause."""
    when = When(**more.pop("when", {}))
    return Clause(id=id, gist=f"what {id} says", reach=reach, when=when, **more)  # type: ignore[arg-type]


def terms(id: str, *clauses: Clause, **more: Any) -> Terms:
    """Makes terms that were read."""
    return Terms(**{"id": id, "name": id.title(), "verified": "text", "clauses": clauses, **more})
