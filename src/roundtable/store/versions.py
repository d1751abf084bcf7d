"""What each asset was at the times that it was used, and what it was made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from roundtable.digest import Key
from roundtable.store.database import Insert, Reader, from_microseconds, to_microseconds
from roundtable.store.writer import Writer

_VERSION = Insert(
    "versions",
    ("asset", "digest", "kind", "at_us", "semantic"),
    "ON CONFLICT (asset, digest) DO NOTHING",
    2,
)
_EDGE = Insert("edges", ("child", "parent", "relation"), "ON CONFLICT DO NOTHING", 3)
_SELECT = "SELECT asset, kind, digest, at_us, semantic FROM versions"
_OWN = "= ? OR {side} IN (SELECT digest FROM versions WHERE asset = ?)"


class AssetVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an asset.

    Args:
        asset: Kind and id, such as `prompts/triage`.
        kind: Its kind, such as `prompts`.
        digest: Of what it means.
        semantic: What it means, encoded; empty where only the digest is kept.
        at: When it was first used, UTC.
    """

    asset: str
    kind: str
    digest: Key
    semantic: bytes = b""
    at: datetime


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """That one thing was made of another.

    Args:
        child: A version's digest, or an asset's id where the relation holds for all its versions.
        parent: Likewise.
        relation: Such as `fine-tuned-from`, `uses`, `forked-from`.
    """

    child: str
    parent: str
    relation: str


class Versions:
    """The tables of versions and edges."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def record(self, versions: Iterable[AssetVersion]) -> None:
        """Keeps versions; one that is known already keeps the time of its first use.

        Raises:
            StoreError: none of them is in the store.
        """
        rows = [
            (
                version.asset,
                version.digest,
                version.kind,
                to_microseconds(version.at),
                version.semantic,
            )
            for version in versions
        ]
        if rows:
            self._writer.put_now(_VERSION, rows)

    def history(self, asset: str) -> list[AssetVersion]:
        """Returns the versions of an asset, oldest first."""
        rows = self._reader.query(f"{_SELECT} WHERE asset = ? ORDER BY at_us, id", (asset,))
        return [
            AssetVersion(
                asset=row[0],
                kind=row[1],
                digest=row[2],
                at=from_microseconds(row[3]),
                semantic=row[4],
            )
            for row in rows
        ]

    def add_edges(self, edges: Iterable[Edge]) -> None:
        """Keeps what was made of what; known edges stay as they are.

        Raises:
            StoreError: none of them is in the store.
        """
        rows = [(edge.child, edge.parent, edge.relation) for edge in edges]
        if rows:
            self._writer.put_now(_EDGE, rows)

    def edges(self, node: str) -> list[Edge]:
        """Returns the edges to and from an asset with all its versions, or one version's digest."""
        child, parent = _OWN.format(side="child"), _OWN.format(side="parent")
        rows = self._reader.query(
            "SELECT child, parent, relation FROM edges"
            f" WHERE child {child} OR parent {parent} ORDER BY child, parent, relation",
            (node,) * 4,
        )
        return [Edge(child=row[0], parent=row[1], relation=row[2]) for row in rows]

    def ancestors(self, node: str) -> list[Edge]:
        """Returns every edge above one digest or asset id, however far up; circles end."""
        rows = self._reader.query(
            "WITH RECURSIVE above (child, parent, relation) AS ("
            " SELECT child, parent, relation FROM edges WHERE child = ?"
            " UNION SELECT e.child, e.parent, e.relation FROM edges e"
            " JOIN above a ON e.child = a.parent"
            ") SELECT child, parent, relation FROM above ORDER BY child, parent, relation",
            (node,),
        )
        return [Edge(child=row[0], parent=row[1], relation=row[2]) for row in rows]
