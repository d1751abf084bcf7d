"""Which version of each asset a use case is made of.

A version is the digest of what an asset means: its semantic fields, the content of its files, and
the versions of the assets that it is made of. A title may change and the version stays; a partial
of a prompt or a row of a dataset may not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from roundtable.digest import Key, digest
from roundtable.errors import InputError, NotFoundError, Place


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """What an asset's version is made from.

    Args:
        id: Kind and id, such as `prompts/triage`.
        fields: Its semantic fields: a mapping or Struct that has a JSON form.
        files: Digests of the files that belong to it, in a fixed order: rows, weights, partials.
        parents: Ids of the assets that it is made of, in any order.
        place: Where it is declared, for messages.
    """

    id: str
    fields: object
    files: tuple[Key, ...] = ()
    parents: tuple[str, ...] = ()
    place: Place = Place()


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One asset as it was at one time.

    Args:
        asset: Kind and id.
        digest: Of what it means.
        parents: Digests of the versions that it is made of, sorted: its edges in the lineage.
    """

    asset: str
    digest: Key
    parents: tuple[Key, ...] = ()


def snapshot(
    assets: Iterable[Asset], *, record: Callable[[Version], object] | None = None
) -> dict[str, Version]:
    """Returns the version of each asset by its id; parents come before what is made of them.

    Args:
        assets: All that are used, and all that they are made of.
        record: Keeps a version, such as a store's; called once for each, parents first.

    Raises:
        NotFoundError: an asset is made of one that is not given.
        InputError: an asset is, by whatever way, made of itself.
    """
    given = {asset.id: asset for asset in assets}
    versions: dict[str, Version] = {}

    def add(asset: Asset, path: tuple[str, ...]) -> Version:
        if asset.id in versions:
            return versions[asset.id]
        if asset.id in path:
            circle = " > ".join((*path[path.index(asset.id) :], asset.id))
            raise InputError(
                f"an asset is made of itself: {circle}",
                where=asset.place,
                fix="remove one of these parents",
            )
        parents = []
        for parent in asset.parents:
            if parent not in given:
                raise NotFoundError("asset", parent, given, where=asset.place)
            parents.append(add(given[parent], (*path, asset.id)).digest)
        made_of = tuple(sorted(set(parents)))
        key = digest((asset.id, asset.fields, asset.files, made_of))
        version = versions[asset.id] = Version(asset=asset.id, digest=key, parents=made_of)
        if record is not None:
            record(version)
        return version

    for asset in given.values():
        add(asset, ())
    return versions
