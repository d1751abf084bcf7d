"""Keeps which version of each asset a run used, and what each was made of."""

from __future__ import annotations

from datetime import UTC, datetime

from roundtable.assets import Asset, Version, snapshot
from roundtable.digest import canonical
from roundtable.errors import Place
from roundtable.jobs.keys import Keys
from roundtable.jobs.used import made_from
from roundtable.store import Store
from roundtable.store.versions import AssetVersion, Edge
from roundtable.workspace import UseCase, Workspace
from roundtable.workspace.declared import semantic

USES = "uses"


def record(workspace: Workspace, usecase: UseCase, known: Keys, store: Store) -> dict[str, Version]:
    """Keeps the version of everything that a use case's run uses, and its lineage.

    What is known already stays as it is: to record the same again changes nothing.

    Args:
        workspace: Whose files say what was made from what.
        usecase: What was run: an asset itself, made of the others; a run of some of its candidates
            does not use all that it is made of, and keeps no version of it.
        known: What its run uses.
        store: Keeps them.

    Returns:
        Versions by id.
    """
    assets, uses = dict(known.assets), tuple(one.asset for one in known.inputs)
    if len(known.candidates) == len(usecase.candidates):
        own = f"usecases/{usecase.id}"
        fields, place = semantic(usecase).decode(), Place(usecase.file)
        assets[own] = Asset(id=own, fields=fields, parents=uses, place=place)
    versions = snapshot(assets.values())
    now = datetime.now(UTC)
    store.versions.record(
        AssetVersion(
            asset=id,
            kind=id.partition("/")[0],
            digest=version.digest,
            semantic=canonical(assets[id].fields),
            at=now,
        )
        for id, version in versions.items()
    )
    store.versions.add_edges(
        Edge(child=versions[child].digest, parent=versions[parent].digest, relation=relation)
        for child, asset in assets.items()
        for parent, relation in made_from(workspace, child) or [(id, USES) for id in asset.parents]
    )
    return versions
