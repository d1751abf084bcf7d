"""What must hold of every answer: nothing that restricts more makes it laxer, and the like."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import replace

from licensing import naive
from licensing.drawn import LICENSES, RAW_TERMS, RELATIONS, TODAY, overrides, scenarios
from licensing.graphs import GIVEN, triples
from roundtable.licensing.documents import Document
from roundtable.licensing.fields import Field
from roundtable.licensing.knowledge import KnowledgeBase
from roundtable.licensing.scenarios import answer, scenarios_of
from roundtable.licensing.types import Clause, Finding
from roundtable.licensing.vocabulary import DUTIES, STATES, VERDICTS

quickly = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
NOT_TO_ROOTS = [
    "distilled-from", "trained-on", "generated-by", "derived-from", "retrieves-from", "includes",
    "evaluated-on",
]  # fmt: skip


def found(scenario: dict[str, Any], knowledge: KnowledgeBase = GIVEN) -> Finding:
    document = Document("drawn.yaml", "YAML", "", [scenario])
    return answer(scenarios_of(Field(document, document.value), knowledge), knowledge, today=TODAY)[
        0
    ]


def is_no_laxer(after: Finding, before: Finding) -> bool:
    return VERDICTS.index(after.verdict) >= VERDICTS.index(before.verdict) and (
        set(before.obligations) <= set(after.obligations)
    )


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    verdict = draw(st.sampled_from([None, "review", "prohibited"]))
    tag = draw(st.sampled_from([None, "share-alike", "restricts"]))
    duties = draw(st.lists(st.sampled_from(list(DUTIES)), unique=True, max_size=2))
    assume(verdict or tag or duties)
    reach = draw(st.lists(st.sampled_from(STATES), unique=True, min_size=1))
    when: dict[str, Any] = {}
    if draw(st.booleans()):
        when["distribution"] = ["weights"]
    if draw(st.booleans()):
        when["company_region"] = ["EU"]
    said = {"id": "new", "gist": "more", "in": reach, "when": when, "duties": duties}
    return convert({**said, "verdict": verdict, "tag": tag}, Clause)


@quickly
@given(scenario=scenarios(), more=clauses(), data=st.data())
def test_a_clause_more_never_makes_a_verdict_laxer(
    scenario: dict[str, Any], more: Clause, data: st.DataObject
) -> None:
    used = sorted({GIVEN.get(one["license"]).id for one in scenario["assets"]} - {"unknown"})
    assume(used)
    changed = data.draw(st.sampled_from(used))
    stricter = KnowledgeBase(
        replace(one, clauses=(*one.clauses, more)) if one.id == changed else one
        for one in GIVEN.licenses.values()
        if one.id != "unknown"
    )
    assert is_no_laxer(found(scenario, stricter), found(scenario))


@quickly
@given(scenario=scenarios(), data=st.data())
def test_a_graver_override_never_makes_a_verdict_laxer(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    one = data.draw(overrides(scenario["assets"]))
    graver = {**one, "effect": "prohibited"}
    rulings = scenario.get("overrides") or []
    with_one = found({**scenario, "overrides": [*rulings, one]})
    assert is_no_laxer(found({**scenario, "overrides": [*rulings, graver]}), with_one)
    assert is_no_laxer(found({**scenario, "overrides": [*rulings, graver]}), found(scenario))
    # One more beside one that is already there can only be graver.
    assert is_no_laxer(found({**scenario, "overrides": [*rulings, one, graver]}), with_one)


@quickly
@given(scenario=scenarios(most=9), data=st.data())
def test_an_ancestor_more_that_leads_to_no_root_never_makes_a_verdict_laxer(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    more = copy.deepcopy(scenario)
    child = data.draw(st.sampled_from(more["assets"]))
    relation = data.draw(st.sampled_from(NOT_TO_ROOTS))
    new = {"id": "new", "kind": "model", "license": data.draw(LICENSES)}
    if data.draw(st.booleans()):
        new["lineage"] = "undisclosed"
    more["assets"].append(new)
    child["parents"] = [*child.get("parents", []), {"id": "new", "relation": relation}]
    assert is_no_laxer(found(more), found(scenario))


@quickly
@given(scenario=scenarios(), data=st.data())
def test_an_edge_more_between_assets_never_makes_a_verdict_laxer(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    more = copy.deepcopy(scenario)
    n = len(more["assets"])
    assume(n > 1)
    child = data.draw(st.integers(1, n - 1))
    parent = data.draw(st.integers(0, child - 1))
    edge = {"id": f"a{parent}", "relation": data.draw(st.sampled_from(NOT_TO_ROOTS))}
    asset = more["assets"][child]
    asset["parents"] = [*asset.get("parents", []), edge]
    assert is_no_laxer(found(more), found(scenario))


@quickly
@given(scenario=scenarios(), data=st.data())
def test_order_and_duplicate_edges_change_nothing_at_all(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    other = copy.deepcopy(scenario)
    for one in other["assets"]:
        if one.get("parents"):
            again = data.draw(st.lists(st.sampled_from(one["parents"]), max_size=3))
            one["parents"] = data.draw(st.permutations([*one["parents"], *again]))
    other["assets"] = data.draw(st.permutations(other["assets"]))
    if other.get("overrides"):
        other["overrides"] = data.draw(st.permutations(other["overrides"]))
    before, after = found(scenario), found(other)
    # Of two rulings that say the same, the first is named.
    plain = [replace(one, expired=(), overridden=()) for one in (before, after)]
    assert plain[0] == plain[1]


@quickly
@given(scenario=scenarios(), data=st.data())
def test_renaming_changes_nothing_but_the_names(
    scenario: dict[str, Any], data: st.DataObject
) -> None:
    ids = [one["id"] for one in scenario["assets"]]
    names = dict(zip(ids, data.draw(st.permutations([f"z/{id}" for id in ids])), strict=True))
    other = copy.deepcopy(scenario)
    for one in other["assets"]:
        one["id"] = names[one["id"]]
        for parent in one.get("parents", []):
            parent["id"] = names[parent["id"]]
    other["use"]["asset"] = names[other["use"]["asset"]]
    for one in other.get("overrides") or []:
        if "asset" in one:
            one["asset"] = names.get(one["asset"], one["asset"])
    before, after = found(scenario), found(other)
    assert (after.verdict, after.obligations) == (before.verdict, before.obligations)
    assert triples(after) == {(lic, clause, names[who]) for lic, clause, who in triples(before)}
    lengths = {(one.license, one.clause, names[one.asset]): len(one.path) for one in before.because}
    assert {(o.license, o.clause, o.asset): len(o.path) for o in after.because} == lengths


@quickly
@given(scenario=scenarios())
def test_every_verdict_follows_from_its_because(scenario: dict[str, Any]) -> None:
    """Each names an asset whose way, row by row, ends in a state that its clause is about."""
    finding = found(scenario)
    assert bool(finding.because) == (finding.verdict != "allowed")
    assets = {one["id"]: one for one in scenario["assets"]}
    for one in finding.because:
        clause = GIVEN.clause(one.license, one.clause)
        assert one.path[0] == one.asset
        assert one.path[-1] == scenario["use"]["asset"]
        assert set(clause.reach) & walked(one.path, assets)
        if finding.verdict == "conditions":
            assert clause.duties or one.license in ("lineage", "unknown")
        elif clause.verdict != finding.verdict:
            assert why_else(one.license, one.clause, scenario, finding)


def walked(path: tuple[str, ...], assets: dict[str, Any]) -> set[str]:
    """Returns the states at the end of a path, by whatever relations its assets name."""
    states: set[str] = {"work"}
    for above, here in pairwise(path):
        relations = {e["relation"] for e in assets[here]["parents"] if e["id"] == above}
        assert relations, f"{here} is not made from {above}"
        states = {
            after
            for state in states
            for relation in relations & set(RELATIONS)
            if (after := naive.step(state, relation, here, path[0], assets, RAW_TERMS))
        }
    return states


def why_else(license: str, clause: str, scenario: dict[str, Any], finding: Finding) -> bool:
    """Tells whether an override, an unsaid region, a conflict or what is built in explains it."""
    asked = GIVEN.clause(license, clause)
    others = {one.license for one in finding.because} - {license}
    return (
        any(
            one["license"].lower() == license.lower()
            and one["clause"] == clause
            and one["effect"] == finding.verdict
            for one in scenario.get("overrides") or []
        )
        or (bool(asked.when.company_region) and finding.verdict == "review")
        or (license in ("lineage", "unknown") and finding.verdict == "review")
        or (asked.tag is not None and scenario["use"]["distribution"] == "weights" and bool(others))
        # The other one of the two may be waived.
        or (asked.tag is not None and bool(scenario.get("overrides")))
    )
