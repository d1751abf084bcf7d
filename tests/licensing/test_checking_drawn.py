"""The engine against the naive reading of the rules, on scenarios drawn by chance."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from msgspec import convert

from licensing import naive
from licensing.drawn import DATA, RAW_TERMS, TODAY, graphs, scenarios
from roundtable.licensing.carriers import carriers
from roundtable.licensing.documents import Document
from roundtable.licensing.fields import Field
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import read_terms
from roundtable.licensing.reach import Reach
from roundtable.licensing.scenarios import answer, scenarios_of
from roundtable.licensing.types import Asset, Finding

GIVEN = read_terms(DATA / "terms.yaml")


def found(scenario: dict[str, Any]) -> Finding:
    document = Document("drawn.yaml", "YAML", "", [scenario])
    return answer(scenarios_of(Field(document, document.value), GIVEN), GIVEN, today=TODAY)[0]


def triples(finding: Finding) -> set[tuple[str, str, str]]:
    return {(one.license, one.clause, one.asset) for one in finding.because}


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_the_engine_and_the_naive_reading_give_the_same_answer(scenario: dict[str, Any]) -> None:
    verdict, duties, because = naive.answer(scenario, RAW_TERMS, TODAY)
    finding = found(scenario)
    assert finding.verdict == verdict
    assert list(finding.obligations) == duties
    assert triples(finding) == because
    assert len(finding.because) == len(because)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(assets=graphs())
def test_arrays_and_single_steps_find_the_same(assets: list[dict[str, Any]]) -> None:
    graph = Graph(convert(assets, list[Asset]))
    single, arrays = Reach(graph, GIVEN, few=10**9), Reach(graph, GIVEN, few=0)
    for position in range(len(graph)):
        states = dict(single.states(position))
        assert states == dict(arrays.states(position))
        one = carriers(single, position, states, wide=10**9)
        other = carriers(arrays, position, states, wide=0)
        assert [(c.position, c.states) for c in one] == [(c.position, c.states) for c in other]
        for a, b in zip(one, other, strict=True):
            assert {s: way.hops() for s, way in a.ways.items()} == {
                s: way.hops() for s, way in b.ways.items()
            }
