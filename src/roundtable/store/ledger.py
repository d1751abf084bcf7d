"""Decisions in a hash chain: each entry seals all before it.

Changing, removing or inserting an entry breaks the chain from there on. Cutting off its end does
not show in the chain itself: compare the head's hash with one that was written down elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from roundtable.digest import Key, digest
from roundtable.store.database import (
    Database,
    Reader,
    Row,
    Session,
    from_microseconds,
    now,
    to_microseconds,
)
from roundtable.store.writer import Writer

GENESIS = "0" * 64
"""What the first entry has for the hash before it."""

PAGE = 500
_SELECT = "SELECT position, kind, author, at_us, previous, hash, payload FROM ledger"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One decision.

    Args:
        position: From 1, without gaps.
        kind: Such as `signed`, `promoted`.
        payload: What was decided, encoded.
        by: Who decided.
        at: When, UTC.
        previous: The hash of the entry before.
        hash: Of this entry's position, kind, payload, author, time, and of `previous`.
    """

    position: int
    kind: str
    payload: bytes
    by: str
    at: datetime
    previous: str
    hash: Key


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the whole chain found.

    Args:
        entries: How many there are.
        intact: Whether each one seals all before it.
        first_broken: Position of the first that does not, or None.
        head: Hash of the last entry, to be written down elsewhere.
    """

    entries: int
    intact: bool
    first_broken: int | None
    head: str


class Ledger:
    """The chain's table; entries are only ever added."""

    def __init__(self, database: Database, writer: Writer, *, reader: Reader) -> None:
        self._database = database
        self._writer = writer
        self._reader = reader

    def append(self, kind: str, payload: bytes, *, by: str) -> Entry:
        """Adds a decision to the chain; returns once it is durable.

        Args:
            kind: Such as `signed`.
            payload: What was decided, encoded.
            by: Who decided.

        Raises:
            StoreError: it is not in the chain.
        """

        def job(session: Session) -> Entry:
            self._database.lock(session, "ledger")  # or two processes would follow the same entry
            rows = session.execute(
                "SELECT position, hash FROM ledger ORDER BY position DESC LIMIT 1"
            )
            position, previous = (rows[0][0] + 1, rows[0][1]) if rows else (1, GENESIS)
            at_us = to_microseconds(now())
            row = (position, kind, by, at_us, previous)
            seal = _seal((*row, None, payload))
            session.execute(
                "INSERT INTO ledger (position, kind, author, at_us, previous, hash, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, seal, payload),
            )
            return _to_entry((*row, seal, payload))

        return self._writer.transact(job)

    def entries(self, *, after: int = 0, limit: int = PAGE) -> list[Entry]:
        """Returns one page of the chain, oldest first.

        Args:
            after: Position of the last entry of the page before.
            limit: The most entries.
        """
        return [_to_entry(row) for row in self._page(after, limit)]

    def verify(self) -> Verification:
        """Computes every hash anew and says whether the chain holds."""
        entries, first_broken, head, last = 0, None, GENESIS, -(2**63)
        # From far below 1, to meet entries that were inserted before the first one, too.
        while rows := self._page(last, PAGE):
            for row in rows:
                entries += 1
                is_whole = row[0] == entries and row[4] == head and row[5] == _seal(row)
                if not is_whole and first_broken is None:
                    first_broken = min(row[0], entries)
                head, last = row[5], row[0]
        return Verification(
            entries=entries, intact=first_broken is None, first_broken=first_broken, head=head
        )

    def _page(self, after: int, limit: int) -> list[Row]:
        return self._reader.query(
            f"{_SELECT} WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        )


def _seal(row: tuple[Any, ...]) -> Key:
    position, kind, author, at_us, previous, _, payload = row
    return digest((position, kind, author, at_us, previous, digest(bytes(payload))))


def _to_entry(row: Row) -> Entry:
    return Entry(
        position=row[0],
        kind=row[1],
        by=row[2],
        at=from_microseconds(row[3]),
        previous=row[4],
        hash=row[5],
        payload=row[6],
    )
