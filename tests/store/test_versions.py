from datetime import timedelta

from roundtable.digest import digest
from roundtable.store import Store
from roundtable.store.versions import AssetVersion, Edge
from store.rows import ASKED_AT


def a_version(name: str, *, days: int = 0, asset: str = "prompts/triage") -> AssetVersion:
    return AssetVersion(
        asset=asset,
        kind="prompts",
        digest=digest(name),
        semantic=name.encode(),
        at=ASKED_AT + timedelta(days=days),
    )


def test_history_holds_each_version_once_from_its_first_use(store: Store) -> None:
    first, second = a_version("first"), a_version("second", days=1)
    store.versions.record([first])
    store.versions.record([second, a_version("first", days=2), a_version("x", asset="models/m")])
    assert store.versions.history("prompts/triage") == [first, second]
    assert store.versions.history("prompts/none") == []
    store.versions.record([])


def test_edges_of_an_asset_are_those_of_its_versions_too(store: Store) -> None:
    version = a_version("first")
    store.versions.record([version])
    edges = [
        Edge(child=version.digest, parent=digest("partial"), relation="uses"),
        Edge(child="prompts/triage", parent="prompts/older", relation="forked-from"),
        Edge(child=digest("use case"), parent=version.digest, relation="uses"),
    ]
    store.versions.add_edges([*edges, Edge(child="a", parent="b", relation="uses")])
    store.versions.add_edges(edges)
    by_child = sorted(edges, key=lambda edge: edge.child)
    assert store.versions.edges("prompts/triage") == by_child
    assert store.versions.edges(digest("partial")) == edges[:1]


def test_ancestors_go_all_the_way_up_and_end_in_a_circle(store: Store) -> None:
    edges = [
        Edge(child=child, parent=parent, relation="uses")
        for child, parent in [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "a")]
    ]
    store.versions.add_edges(edges)
    assert store.versions.ancestors("b") == edges[:4]
    assert store.versions.ancestors("d") == []
