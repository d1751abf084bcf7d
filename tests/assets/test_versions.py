"""A version changes when what an asset means does, and only then."""

import pytest

from roundtable.assets import Asset, Version, snapshot
from roundtable.digest import digest
from roundtable.errors import InputError, NotFoundError

ROWS = digest(b"rows")
DATA = Asset(id="datasets/triage", fields={"target": "label"}, files=(ROWS,))
PROMPT = Asset(id="prompts/triage", fields={"text": "Route: {{ text }}"}, files=(digest(b"part"),))
USE = Asset(id="usecases/triage", fields={}, parents=("prompts/triage", "datasets/triage"))


def versions(*changed: Asset) -> dict[str, Version]:
    assets = {asset.id: asset for asset in (USE, DATA, PROMPT, *changed)}
    return snapshot(assets.values())


def test_versions_stand_by_their_content_in_any_order() -> None:
    assert versions() == snapshot([PROMPT, DATA, USE])
    assert versions()["usecases/triage"].parents == tuple(
        sorted(versions()[name].digest for name in USE.parents)
    )


@pytest.mark.parametrize(
    "changed",
    [
        Asset(id="datasets/triage", fields={"target": "label"}, files=(digest(b"more rows"),)),
        Asset(id="datasets/triage", fields={"target": "service"}, files=(ROWS,)),
    ],
)
def test_changed_content_changes_the_asset_and_all_made_of_it_but_nothing_else(
    changed: Asset,
) -> None:
    before, after = versions(), versions(changed)
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {"datasets/triage", "usecases/triage"}


def test_each_version_is_recorded_once_with_its_parents_before_it() -> None:
    recorded: list[Version] = []
    snapshot([USE, DATA, PROMPT, DATA], record=recorded.append)
    assert len(recorded) == 3
    for position, version in enumerate(recorded):
        assert set(version.parents) <= {earlier.digest for earlier in recorded[:position]}


def test_an_asset_made_of_itself_is_refused() -> None:
    circle = [Asset(id="a", fields={}, parents=("b",)), Asset(id="b", fields={}, parents=("a",))]
    with pytest.raises(InputError, match="a > b > a"):
        snapshot(circle)


def test_an_unknown_parent_is_named() -> None:
    with pytest.raises(NotFoundError, match="prompts/triage"):
        snapshot([USE, DATA])
