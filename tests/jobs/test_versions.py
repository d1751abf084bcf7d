"""A run keeps the version of all that it used, and what each was made of."""

from pathlib import Path

import pytest

from jobs.coins import coin_shop
from roundtable.jobs.past import opened
from roundtable.jobs.run import run
from roundtable.store.versions import AssetVersion, Edge
from roundtable.workspace import Workspace, load
from workspace.shop import edit


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    workspace = coin_shop(tmp_path, [0.9] * 6, gate="accuracy = { at_least = 0.1 }", stop=False)
    for id, parents in (("base", ""), ("middle", '[{ id = "models/base" }]')):
        (tmp_path / f"models/{id}.toml").write_text(
            f'title = "{id}"\nprovider = "coin"\nmodel = "{id}"\nlicense = "MIT"\n'
            + (f"parents = {parents}\n" if parents else "")
        )
    edit(
        tmp_path,
        "models/coin.toml",
        'license = "MIT"',
        'license = "MIT"\nparents = [{ id = "models/middle", relation = "fine-tuned-from" }]',
    )
    return load(workspace.root)


def history(workspace: Workspace, asset: str) -> list[AssetVersion]:
    with opened(workspace) as store:
        return store.versions.history(asset)


def ancestors(workspace: Workspace, node: str) -> list[Edge]:
    with opened(workspace) as store:
        return store.versions.ancestors(node)


def test_a_run_keeps_each_assets_version_and_its_lineage(shop: Workspace) -> None:
    outcome = run(shop, "coins")
    shown = {one.asset: one.digest for one in outcome.inputs}
    assert list(shown) == ["datasets/rows", "models/coin", "prompts/ask"]
    for asset, digest in shown.items():
        (version,) = history(shop, asset)
        assert version.digest == digest
    (usecase,) = history(shop, "usecases/coins")
    found = {(edge.parent, edge.relation) for edge in ancestors(shop, usecase.digest)}
    assert {(digest, "uses") for digest in shown.values()} <= found
    (middle,) = history(shop, "models/middle")
    (base,) = history(shop, "models/base")
    assert {(middle.digest, "fine-tuned-from"), (base.digest, "derived-from")} <= found


def test_the_same_run_again_keeps_nothing_new(shop: Workspace) -> None:
    run(shop, "coins")
    with opened(shop) as store:
        before = [store.versions.history(f"{kind}") for kind in ("models/coin", "usecases/coins")]
        edges = store.versions.edges("usecases/coins")
    run(shop, "coins")
    run(shop, "coins", limit=3)
    with opened(shop) as store:
        after = [store.versions.history(f"{kind}") for kind in ("models/coin", "usecases/coins")]
        assert store.versions.edges("usecases/coins") == edges
    assert after == before


def test_what_changes_gets_another_version_and_the_old_one_stays(shop: Workspace) -> None:
    run(shop, "coins")
    (first,) = history(shop, "prompts/ask")
    edit(shop.root, "prompts/ask.prompt.md", "{{ text }}", "Now: {{ text }}")
    run(load(shop.root), "coins")
    old, new = history(shop, "prompts/ask")
    assert old == first
    assert new.digest != old.digest
    assert b"Now: " in new.semantic
    assert len(history(shop, "usecases/coins")) == 2
    assert len(history(shop, "datasets/rows")) == 1


def test_a_run_of_some_candidates_keeps_no_version_of_the_use_case(shop: Workspace) -> None:
    path = shop.root / "usecases/coins.toml"
    text = path.read_text()
    second = text[text.index("[[candidates]]") : text.index("[gate]")].replace("c0", "c1")
    path.write_text(text.replace("[gate]", f"{second}[gate]"))
    run(load(shop.root), "coins", candidates=("c1",))
    assert len(history(shop, "models/coin")) == 1
    assert history(shop, "usecases/coins") == []


def test_rows_that_change_make_another_version(shop: Workspace) -> None:
    run(shop, "coins")
    edit(shop.root, "datasets/rows.jsonl", "0|0.9", "0|0.8")
    run(load(shop.root), "coins")
    assert len(history(shop, "datasets/rows")) == 2
