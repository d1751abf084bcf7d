"""The smallest changes that lead to an answer one can work with, each asked of the engine again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from roundtable.licensing.graph import Graph
from roundtable.licensing.policy import CONSENTS, POLICY
from roundtable.licensing.types import Asset, Finding, Override, Parent, Remedy, Use
from roundtable.licensing.vocabulary import (
    DISTRIBUTIONS,
    Distribution,
    Relation,
    RemedyKind,
    Verdict,
)

Ask = Callable[[Graph, Use, Sequence[Override]], Finding]
"""Answers for other assets, another use, and overrides added to those there are."""

_GOOD: tuple[Verdict, ...] = ("allowed", "conditions")
_BASES: frozenset[Relation] = frozenset(
    ("fine-tuned-from", "adapter-of", "merged-from", "quantized-from")
)
_MODELS = ("model", "adapter")
_CLEARED = "a model under Apache-2.0 whose training data are known"
_CLEARED_ID = "models/cleared"
# What a change costs, roughly in days of work and of waiting: only the order counts.
_COSTS: dict[RemedyKind, float] = {
    "counsel": 3.0,
    "use": 4.0,
    "data": 5.0,
    "base": 6.0,
    "owner": 8.0,
    "own-model": 12.0,
}
_MOST_CHANGES = 3
_MOST_QUESTIONS, _FEWEST_QUESTIONS = 400, 12
# Assets looked at in all: a deep lineage is asked about less often.
_MOST_ASSETS = 400_000
_MOST_REMEDIES = 8
_YEAR = timedelta(days=365)


class _State(NamedTuple):
    assets: dict[str, Asset]
    use: Use
    overrides: tuple[Override, ...]
    changes: tuple[str, ...]
    kinds: tuple[RemedyKind, ...]
    cost: float


def remedies(
    graph: Graph,
    use: Use,
    ask: Ask,
    *,
    as_of: date,
    quality: Mapping[str, float] | None = None,
) -> tuple[Remedy, ...]:
    """Returns changes that make a use allowed, the cheapest first; none if it is.

    Tried are: handing out less, serving fewer people, other fields of use; leaving data out or
    replacing it; another base, of the workspace's models or any with a free license; a review by
    counsel; a license from the owner; a model of one's own. Up to three are combined.

    Args:
        graph: All assets; models among them are tried as bases.
        use: What was asked.
        ask: Asks the engine again.
        as_of: The day of the answer.
        quality: What was measured with a model, by its id, in [0, 1], higher is better: where it
            is known, a worse model costs more.
    """
    state = _State(_closure(graph, use.asset), use, (), (), (), 0.0)
    found: list[Remedy] = []
    seen: set[tuple[str, ...]] = set()
    n_left = min(_MOST_QUESTIONS, max(_FEWEST_QUESTIONS, _MOST_ASSETS // len(state.assets)))
    layer = [(state, ask(Graph(state.assets.values()), use, ()))]
    for _ in range(_MOST_CHANGES):
        following: list[tuple[_State, Finding]] = []
        for state, finding in layer:
            for changed in _moves(state, finding, graph, as_of, quality or {}):
                key = tuple(sorted(changed.changes))
                if key in seen or _includes_one(key, found):
                    continue
                seen.add(key)
                if not n_left:
                    break
                n_left -= 1
                after = ask(Graph(changed.assets.values()), changed.use, changed.overrides)
                if after.verdict in _GOOD:
                    found.append(_remedy(changed, after))
                else:
                    following.append((changed, after))
        layer = sorted(following, key=lambda one: one[0].cost)
    found.sort(key=lambda one: (one.cost, one.text))
    return tuple(found[:_MOST_REMEDIES])


def with_remedies(
    finding: Finding,
    graph: Graph,
    use: Use,
    ask: Ask,
    *,
    as_of: date,
    quality: Mapping[str, float] | None = None,
) -> Finding:
    """Returns the finding with its remedies, if it needs any; the rest as in `remedies`."""
    if finding.verdict in _GOOD:
        return finding
    found = remedies(graph, use, ask, as_of=as_of, quality=quality)
    return msgspec.structs.replace(finding, remedies=found)


def _includes_one(key: tuple[str, ...], found: Sequence[Remedy]) -> bool:
    return any(set(one.changes) <= set(key) for one in found)


def _remedy(state: _State, after: Finding) -> Remedy:
    first, *rest = state.changes
    text = "; and ".join([first, *(one[:1].lower() + one[1:] for one in rest)])
    return Remedy(
        text=f"{text}.",
        changes=state.changes,
        kinds=state.kinds,
        verdict=after.verdict,
        obligations=after.obligations,
        cost=state.cost,
    )


def _closure(graph: Graph, id: str) -> dict[str, Asset]:
    """Returns an asset and all that it was made from."""
    found: dict[str, Asset] = {}
    left = [id]
    while left:
        here = left.pop()
        if here not in found:
            found[here] = graph[here]
            left += (parent.id for parent in found[here].parents)
    return found


def _moves(
    state: _State, finding: Finding, graph: Graph, as_of: date, quality: Mapping[str, float]
) -> Iterator[_State]:
    if not finding.because:
        return
    yield from _other_uses(state)
    yield from _decided(state, finding, as_of)
    hops = dict.fromkeys(
        hop for one in finding.because for hop in zip(one.path, one.path[1:], strict=False)
    )
    for parent, child in hops:
        if parent not in state.assets or child not in state.assets:
            continue  # a long path leaves its middle out
        yield from _without(state, parent, child)
        if state.assets[parent].kind in _MODELS:
            yield from _other_models(state, parent, graph, quality)
    for one in finding.because:
        if len(one.path) == 1 and state.assets[one.asset].kind in _MODELS:
            yield from _other_models(state, one.asset, graph, quality)
    yield from _own_model(state, finding)


def _changed(
    state: _State,
    kind: RemedyKind,
    text: str,
    *,
    cost: float | None = None,
    assets: dict[str, Asset] | None = None,
    use: Use | None = None,
    overrides: tuple[Override, ...] = (),
) -> _State:
    return _State(
        assets=state.assets if assets is None else assets,
        use=state.use if use is None else use,
        overrides=(*state.overrides, *overrides),
        changes=(*state.changes, text),
        kinds=(*state.kinds, kind),
        cost=state.cost + (_COSTS[kind] if cost is None else cost),
    )


def _other_uses(state: _State) -> Iterator[_State]:
    use = state.use
    words: dict[Distribution, str] = {
        "hosted-service": "offer it as a service over the network, and hand nothing out",
        "outputs": "hand on what it writes, not the thing itself",
        "internal-only": "keep it inside the house",
    }
    exposure = ("internal-only", "outputs", "hosted-service", "weights")
    for distribution in DISTRIBUTIONS:
        if exposure.index(distribution) >= exposure.index(use.distribution):
            continue
        changed = msgspec.structs.replace(use, distribution=distribution)
        if distribution == "internal-only":
            changed = msgspec.structs.replace(changed, audience="internal")
        said = words[distribution]
        yield _changed(state, "use", said[:1].upper() + said[1:], use=changed)
    if use.audience == "product" and use.distribution == "internal-only":
        changed = msgspec.structs.replace(use, audience="internal")
        yield _changed(state, "use", "Show its answers to colleagues alone", use=changed)
    if use.domains:
        fields = ", ".join(use.domains)
        changed = msgspec.structs.replace(use, domains=())
        yield _changed(state, "use", f"Keep it out of these fields: {fields}", use=changed)
    if use.commercial:
        changed = msgspec.structs.replace(use, commercial=False)
        text = "Use it for research alone, without commercial purpose"
        yield _changed(state, "use", text, use=changed, cost=_COSTS["owner"])


def _decided(state: _State, finding: Finding, as_of: date) -> Iterator[_State]:
    """Yields the state after counsel, or the owners, have agreed to each deciding clause."""
    clauses: dict[tuple[str, str], None] = {}
    for one in finding.because:
        clause = (one.license, one.clause)
        if one.license == POLICY:
            # A rule of the house is met by consent to the clause that it is about, if by anything.
            if one.clause not in CONSENTS:
                return
            clause = CONSENTS[one.clause]
        clauses[clause] = None
    named = ", ".join(f"{license} {clause}" for license, clause in clauses)
    is_review = finding.verdict == "review"
    kind: RemedyKind = "counsel" if is_review else "owner"
    text = (
        f"Let counsel decide on {named}, and record it as an override"
        if is_review
        else f"Get a license of your own from the owner for {named}, and record it as an override"
    )
    waived = tuple(
        Override(
            license=license,
            clause=clause,
            effect="waived",
            by="(to be named)",
            why=text,
            expires=as_of + _YEAR,
        )
        for license, clause in clauses
    )
    licenses = {license for license, _ in clauses}
    cost = _COSTS[kind] * (len(licenses) if kind == "owner" else 1)
    yield _changed(state, kind, text, cost=cost, overrides=waived)


def _without(state: _State, parent: str, child: str) -> Iterator[_State]:
    """Yields the state without what the parent gave the child, where that can be left out."""
    asset = state.assets[child]
    relations = {one.relation for one in asset.parents if one.id == parent}
    words: dict[Relation, str] = {
        "trained-on": f"Train {child} without {parent}, or with cleared data in its place",
        "retrieves-from": f"Take {parent} out of what {child} looks things up in, or replace it",
        "derived-from": f"Make {child} without {parent}, or from cleared data in its place",
        "distilled-from": f"Train {child} on cleared data, not on what {parent} says",
        "merged-from": f"Merge {child} without {parent}",
        "generated-by": f"Write {child} by hand, not with {parent}",
    }
    said = [text for relation, text in words.items() if relation in relations]
    is_part = "includes" in relations and state.assets[parent].kind not in _MODELS
    if is_part:
        said.append(f"Leave {parent} out of {child}, or replace it")
    if not said:
        return
    keep = tuple(one for one in asset.parents if one.id != parent)
    without = msgspec.structs.replace(asset, parents=keep)
    yield _changed(state, "data", said[0], assets={**state.assets, child: without})


def _other_models(
    state: _State, model: str, graph: Graph, quality: Mapping[str, float]
) -> Iterator[_State]:
    """Yields states in which another model stands wherever this one does."""
    users = [one for one in state.assets.values() if any(p.id == model for p in one.parents)]
    above = _closure(graph, model) if model in graph else {}
    cleared = Asset(id=_CLEARED_ID, kind="model", license="Apache-2.0")
    # In a large graph not every model is an option: those without models beneath come first.
    there = [one for one in graph if one.kind == "model" and not one.parents and one.id != model]
    for other in (*there[:20], cleared):
        if other.id in above or model in _ancestors(graph, other.id):
            continue
        name = _CLEARED if other is cleared else other.id
        known = quality.get(other.id)
        if known is not None:
            name = f"{name} (measured {known:.3g})"
        loss = max(0.0, quality.get(model, 0.0) - known) if known is not None else 0.0
        assets = {**state.assets, other.id: other}
        for one in users:
            parents = tuple(
                Parent(id=other.id, relation=p.relation) if p.id == model else p
                for p in one.parents
            )
            assets[one.id] = msgspec.structs.replace(one, parents=parents)
        use = state.use
        if use.asset == model:
            use = msgspec.structs.replace(use, asset=other.id)
        text = f"Use {name} in place of {model}"
        cost = _COSTS["base"] + 10 * loss + (1.0 if other is cleared else 0.0)
        yield _changed(state, "base", text, assets=assets, use=use, cost=cost)


def _ancestors(graph: Graph, id: str) -> Mapping[str, Asset]:
    return _closure(graph, id) if id in graph else {}


def _own_model(state: _State, finding: Finding) -> Iterator[_State]:
    """Yields states in which a model is one's own, trained from scratch on cleared data."""
    on_paths = dict.fromkeys(id for one in finding.because for id in one.path if id in state.assets)
    for id in on_paths:
        asset = state.assets[id]
        bases = {one.relation for one in asset.parents} & _BASES
        if asset.kind not in _MODELS or (id != state.use.asset and not bases):
            continue
        own = Asset(id=id, kind=asset.kind, license="internal")
        text = f"Train {id} from scratch on data that is cleared"
        yield _changed(state, "own-model", text, assets={**state.assets, id: own})
