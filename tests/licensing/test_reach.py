"""How an ancestor reaches an asset: every row of the table, roots, families, no washing."""

import pytest

from licensing.graphs import asset, states
from roundtable.licensing.graph import Graph
from roundtable.licensing.types import Asset
from roundtable.licensing.vocabulary import RELATIONS, STATES

# The table as the page has it, written out: relation to the states at the parent that go on, each
# with the state at the child. The child of `learnt` has its root outside P's family.
TABLE: dict[str, dict[str, str]] = {
    "includes": {one: one for one in STATES},
    "fine-tuned-from": {
        "work": "modified", "modified": "modified", "mixed": "mixed", "trained": "trained",
        "shown": "shown", "learnt-same": "learnt-same", "learnt-other": "learnt-other",
    },
    "generated-by": dict.fromkeys(
        ("work", "modified", "mixed", "learnt-same", "learnt-other"), "output"
    ),
    "trained-on": {
        "work": "trained", "modified": "trained", "mixed": "trained", "output": "learnt-other",
    },
    "retrieves-from": dict.fromkeys(("work", "modified", "mixed"), "shown"),
    "distilled-from": dict.fromkeys(
        ("work", "modified", "mixed", "learnt-same", "learnt-other"), "learnt-other"
    ),
    "derived-from": {
        "work": "modified", "modified": "modified", "mixed": "mixed", "output": "output",
    },
    "evaluated-on": {},
}  # fmt: skip
TABLE["adapter-of"] = TABLE["quantized-from"] = TABLE["fine-tuned-from"]
# All roots of the child lie in P's family in none of these but where the parent is P's own.
TABLE["merged-from"] = TABLE["fine-tuned-from"] | {"work": "modified"}

# What brings P, whose license is llama-2, to `x` in each state.
P = asset("p", "llama-2")
OURS = asset("ours")
TO_X: dict[str, list[Asset]] = {
    "work": [asset("x", "internal", "includes p")],
    "modified": [asset("x", "internal", "fine-tuned-from p")],
    "mixed": [OURS, asset("x", "internal", "merged-from p", "merged-from ours")],
    "output": [asset("x", "internal", "generated-by p")],
    "trained": [asset("x", "internal", "trained-on p")],
    "shown": [asset("x", "internal", "retrieves-from p")],
    "learnt-same": [
        asset("q", "llama-2", "distilled-from p"),
        asset("x", "internal", "includes q"),
    ],
    "learnt-other": [asset("x", "internal", "distilled-from p")],
}


@pytest.mark.parametrize("state", STATES)
def test_the_ways_to_x_bring_the_state_that_they_are_for(state: str) -> None:
    found = states(Graph([P, *TO_X[state]]), "x", "llama-2")
    # In `learnt-same`, q stands under llama-2 itself too.
    assert state in found
    assert found - {state} <= ({"work"} if state == "learnt-same" else set())


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("state", [one for one in STATES if one != "learnt-same"])
def test_a_row_of_the_table_holds(state: str, relation: str) -> None:
    child = asset("child", "internal", f"{relation} x")
    found = states(Graph([P, *TO_X[state], child]), "child", "llama-2")
    expected = TABLE[relation].get(state)
    if relation == "merged-from" and state in ("work", "modified"):
        # The root of a child merged from x: ours where x only includes P, else P itself.
        expected = "mixed" if state == "work" else "modified"
    assert found == ({expected} if expected else set())


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_row_of_learnt_same_holds(relation: str) -> None:
    # Other terms for q, of the same family, so that only P's states are seen.
    own = [asset("q", "llama-3.2", "distilled-from v"), asset("x", "internal", "includes q")]
    child = asset("child", "internal", f"{relation} x")
    graph = Graph([asset("v", "llama-3.2-vision"), *own, child])
    assert states(graph, "x", "llama-3.2-vision") == {"learnt-same"}
    expected = TABLE[relation].get("learnt-same")
    assert states(graph, "child", "llama-3.2-vision") == ({expected} if expected else set())


def test_an_asset_reaches_itself_as_the_work() -> None:
    assert states(Graph([P]), "p", "llama-2") == {"work"}


def test_an_asset_is_reached_in_several_states_at_once() -> None:
    data = asset("data", "internal", "generated-by p")
    child = asset(
        "child", "internal", "fine-tuned-from p", "trained-on p", "trained-on data", "includes p"
    )
    found = states(Graph([P, data, child]), "child", "llama-2")
    assert found == {"work", "modified", "trained", "learnt-same"}


def test_one_parent_by_two_relations_counts_by_both() -> None:
    child = asset("child", "internal", "retrieves-from p", "includes p")
    assert states(Graph([P, child]), "child", "llama-2") == {"shown", "work"}


@pytest.mark.parametrize("relation", ["distilled-from p", "trained-on data"])
@pytest.mark.parametrize(
    ("base", "state"),
    [
        ((), "learnt-other"),
        (("fine-tuned-from p",), "learnt-same"),
        (("adapter-of mid",), "learnt-same"),
        (("quantized-from p", "merged-from mid"), "learnt-same"),
        (("merged-from p", "merged-from apache"), "learnt-other"),
        (("fine-tuned-from apache",), "learnt-other"),
        (("derived-from p",), "learnt-other"),
        (("includes p",), "learnt-other"),
    ],
)
def test_what_learns_is_the_same_if_every_root_lies_in_the_family(
    base: tuple[str, ...], state: str, relation: str
) -> None:
    graph = Graph(
        [
            P,
            asset("apache", "Apache-2.0"),
            asset("mid", "internal", "fine-tuned-from p"),
            asset("data", "internal", "generated-by p"),
            asset("child", "internal", relation, *base),
        ]
    )
    found = states(graph, "child", "llama-2") - {"modified", "mixed", "work"}
    assert found == {state}


def test_a_root_s_own_license_counts_and_not_those_of_what_it_was_made_from_otherwise() -> None:
    # `root` is made from P, but not by a relation that leads to roots.
    root = asset("root", "internal", "derived-from p")
    child = asset("child", "internal", "fine-tuned-from root", "distilled-from p")
    assert "learnt-other" in states(Graph([P, root, child]), "child", "llama-2")


def test_a_family_may_name_other_licenses_and_in_any_case() -> None:
    graph = Graph(
        [
            asset("v", "LLAMA-3.2-VISION"),
            asset("text", "Llama-3.2"),
            asset("child", "internal", "fine-tuned-from text", "distilled-from v"),
            asset("turned", "internal", "fine-tuned-from v", "distilled-from text"),
        ]
    )
    assert states(graph, "child", "llama-3.2-vision") == {"learnt-same"}
    # Not the other way round: llama-3.2 names only itself.
    assert states(graph, "turned", "llama-3.2") == {"learnt-other"}


def test_without_a_family_everything_that_learns_is_another() -> None:
    g = asset("g", "gemma")
    child = asset("child", "internal", "fine-tuned-from g", "distilled-from g")
    assert states(Graph([g, child]), "child", "gemma") == {"modified", "learnt-other"}


def test_without_a_family_a_merge_is_only_a_change() -> None:
    parts = [asset("b", "bigscience-bloom-rail-1.0"), asset("apache", "Apache-2.0")]
    child = asset("child", "internal", "merged-from b", "merged-from apache")
    assert states(Graph([*parts, child]), "child", "bigscience-bloom-rail-1.0") == {"modified"}


@pytest.mark.parametrize(
    ("others", "state"),
    [
        ((), "modified"),
        (("merged-from tuned",), "modified"),
        (("merged-from apache",), "mixed"),
        # Any root of the child counts, whatever it comes in by.
        (("adapter-of apache",), "mixed"),
        (("trained-on apache",), "modified"),
    ],
)
def test_a_merge_is_mixed_if_some_root_lies_outside_the_family(
    others: tuple[str, ...], state: str
) -> None:
    parts = [P, asset("apache", "Apache-2.0"), asset("tuned", "internal", "fine-tuned-from p")]
    child = asset("child", "internal", "merged-from p", *others)
    assert states(Graph([*parts, child]), "child", "llama-2") == {state}


def test_mixed_stays_mixed_in_a_merge_of_one_family() -> None:
    mix = asset("mix", "internal", "merged-from p", "merged-from ours")
    child = asset("child", "internal", "merged-from mix")
    assert states(Graph([P, OURS, mix, child]), "child", "llama-2") == {"mixed"}


def test_a_merge_with_an_unknown_root_is_mixed() -> None:
    child = asset("child", "internal", "merged-from p", "merged-from forum")
    graph = Graph([P, asset("forum", "unknown"), child])
    assert states(graph, "child", "llama-2") == {"mixed"}


def test_outputs_are_not_washed_by_models_in_between() -> None:
    chain = [P, asset("apache", "Apache-2.0")]
    above = "p"
    for number in range(30):
        chain.append(asset(f"data{number}", "internal", f"generated-by {above}"))
        chain.append(asset(f"text{number}", "internal", f"derived-from data{number}"))
        above = f"model{number}"
        base = "fine-tuned-from apache"
        chain.append(asset(above, "internal", base, f"trained-on text{number}"))
    assert states(Graph(chain), above, "llama-2") == {"learnt-other"}


def test_what_a_model_trained_on_data_writes_is_free_of_the_data_s_terms() -> None:
    data = asset("data", "CC-BY-SA-4.0")
    model = asset("model", "internal", "trained-on data")
    text = asset("text", "internal", "generated-by model")
    assert states(Graph([data, model, text]), "text", "CC-BY-SA-4.0") == set()


def test_many_licenses_at_once_are_carried_apart() -> None:
    """More origins than fit into one word of a mask."""
    from licensing.graphs import clause, terms
    from roundtable.licensing.knowledge import KnowledgeBase

    names = [f"l{number}" for number in range(150)]
    knowledge = KnowledgeBase(
        terms(name, clause("c", "work", duties=("credit",)), family=(name,)) for name in names
    )
    parts = [asset(f"a{name}", name, lineage="undisclosed") for name in names]
    whole = asset("whole", "internal", *(f"merged-from a{name}" for name in names))
    graph = Graph([*parts, whole])
    assert {one: states(graph, "whole", one, knowledge) == {"mixed"} for one in names} == (
        dict.fromkeys(names, True)
    )
