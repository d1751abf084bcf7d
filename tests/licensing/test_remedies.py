"""Remedies lead where they say, and the smallest come first."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from roundtable.licensing import Graph, check
from roundtable.licensing.knowledge import read_terms
from roundtable.licensing.remedies import remedies
from roundtable.licensing.scenarios import Scenario, answer, read_scenarios
from roundtable.licensing.types import Asset, Finding, Override, Parent, Use

DATA = Path(__file__).parent / "data"
DAY = date(2026, 11, 24)
TERMS = read_terms(DATA / "terms.yaml")
SCENARIOS = read_scenarios(DATA / "scenarios_open.yaml", TERMS)


def ask(graph: Graph, use: Use, overrides: Sequence[Override]) -> Finding:
    return check(graph, use, knowledge=TERMS, overrides=overrides, as_of=DAY)


def chain() -> tuple[Graph, Use]:
    """Returns an adapter of a free model, trained on what Llama 2 wrote."""
    assets = (
        Asset(id="models/llama", kind="model", license="llama-2"),
        Asset(id="models/free", kind="model", license="Apache-2.0"),
        Asset(
            id="datasets/drafts",
            kind="dataset",
            license="internal",
            parents=(Parent(id="models/llama", relation="generated-by"),),
        ),
        Asset(
            id="adapters/reply",
            kind="adapter",
            license="internal",
            parents=(
                Parent(id="models/free", relation="adapter-of"),
                Parent(id="datasets/drafts", relation="trained-on"),
            ),
        ),
    )
    use = Use(asset="adapters/reply", distribution="hosted-service", audience="product")
    return Graph(assets), use


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.id)
def test_every_remedy_is_allowed_and_only_what_is_not_gets_one(scenario: Scenario) -> None:
    (finding,) = answer([scenario], TERMS, today=DAY)
    if finding.verdict in ("allowed", "conditions"):
        assert finding.remedies == ()
        return
    assert finding.remedies
    for remedy in finding.remedies:
        assert remedy.verdict in ("allowed", "conditions")
    costs = [one.cost for one in finding.remedies]
    assert costs == sorted(costs)


def test_no_remedy_holds_another() -> None:
    for finding in answer(SCENARIOS, TERMS, today=DAY):
        made = [set(one.changes) for one in finding.remedies]
        assert not any(a < b for a in made for b in made)


def test_data_can_be_left_out_and_another_model_can_write_it() -> None:
    graph, use = chain()
    found = remedies(graph, use, ask, as_of=DAY)
    texts = " ".join(one.text for one in found)
    assert "Train adapters/reply without datasets/drafts" in texts
    assert "Use models/free in place of models/llama" in texts
    assert "license of your own from the owner" in texts


def test_where_quality_is_measured_a_worse_base_costs_more() -> None:
    assets = (
        Asset(id="models/llama", kind="model", license="llama-1"),
        Asset(id="models/good", kind="model", license="MIT"),
        Asset(id="models/poor", kind="model", license="MIT"),
    )
    use = Use(asset="models/llama", distribution="hosted-service", audience="product")
    quality = {"models/llama": 0.8, "models/good": 0.82, "models/poor": 0.4}
    found = remedies(Graph(assets), use, ask, as_of=DAY, quality=quality)
    texts = [one.text for one in found]
    good = next(i for i, text in enumerate(texts) if "models/good (measured 0.82)" in text)
    poor = next(i for i, text in enumerate(texts) if "models/poor (measured 0.4)" in text)
    assert good < poor


def test_two_faults_are_mended_together() -> None:
    graph, _ = chain()
    assets = (
        *graph,
        Asset(id="corpora/nc", kind="corpus", license="CC-BY-NC-4.0"),
        Asset(
            id="systems/help",
            kind="system",
            license="internal",
            parents=(
                Parent(id="adapters/reply", relation="includes"),
                Parent(id="corpora/nc", relation="retrieves-from"),
            ),
        ),
    )
    use = Use(asset="systems/help", distribution="hosted-service", audience="product")
    found = remedies(Graph(assets), use, ask, as_of=DAY)
    best = found[0]
    assert len(best.changes) == 2
    assert "corpora/nc" in best.text


def test_an_allowed_use_needs_no_remedy() -> None:
    graph, _ = chain()
    assert remedies(graph, Use(asset="models/free"), ask, as_of=DAY) == ()


def test_a_deep_lineage_is_asked_about_less_often() -> None:
    assets = [Asset(id="models/0", kind="model", license="llama-1")]
    assets += [
        Asset(
            id=f"models/{i}",
            kind="model",
            license="internal",
            parents=(Parent(id=f"models/{i - 1}", relation="fine-tuned-from"),),
        )
        for i in range(1, 3000)
    ]
    use = Use(asset="models/2999", distribution="weights")
    n_asked = 0

    def counted(graph: Graph, use: Use, overrides: Sequence[Override]) -> Finding:
        nonlocal n_asked
        n_asked += 1
        return ask(graph, use, overrides)

    assert remedies(Graph(assets), use, counted, as_of=DAY)
    assert n_asked <= 150
