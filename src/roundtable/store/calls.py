"""The journal of paid answers: nothing in it is ever changed or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from roundtable.digest import Key
from roundtable.store.database import (
    Insert,
    Reader,
    Row,
    from_microseconds,
    now,
    placeholders,
    to_microseconds,
)
from roundtable.store.ulid import RunId
from roundtable.store.writer import Writer

KEYS_PER_QUERY = 500

_COLUMNS = (
    "key",
    "fresh",
    "run",
    "provider",
    "endpoint",
    "model",
    "usd",
    "asked_at_us",
    "latency_ms",
    "attempts",
    "response",
    "request",
)
_INSERT = Insert("calls", _COLUMNS)
_CHARGE = Insert("charges", ("run", "usd", "reason", "at_us"))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM calls"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One answered call.

    Args:
        key: Digest of the canonical request, the provider and the endpoint.
        run: The run that paid for it.
        provider: The connector's name.
        endpoint: Where it was asked: a base URL, or what a local engine loaded.
        model: The model's name as the provider reported it, or as it was asked for.
        request: The request as canonical JSON.
        response: The encoded response.
        usd: What it cost.
        asked_at: When it was asked, UTC.
        latency_ms: From sending to the last byte.
        attempts: How often it was sent until it was answered; at least 1.
        fresh: Empty, or the run that was told to ask everything again (`--fresh`).
    """

    key: Key
    run: RunId
    provider: str
    endpoint: str
    model: str
    request: bytes
    response: bytes
    usd: float
    asked_at: datetime
    latency_ms: float = 0.0
    attempts: int = 1
    fresh: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a cache needs of a call: its encoded response, what it cost, and when."""

    response: bytes
    usd: float
    asked_at: datetime


class Calls:
    """The journal's table."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def put(self, row: Call) -> None:
        """Keeps a paid answer; returns once it is durable.

        Raises:
            StoreError: it is not in the store.
        """
        await self._writer.put(_INSERT, (_to_row(row),))

    async def charge(self, run: RunId, usd: float, reason: str) -> None:
        """Keeps that a call without an answer may have cost something.

        Raises:
            StoreError: it is not in the store.
        """
        await self._writer.put(_CHARGE, ((run, usd, reason, to_microseconds(now())),))

    def get_many(self, keys: Iterable[Key], *, fresh: str = "") -> dict[Key, Call]:
        """Returns the latest call of each key that has one, 500 keys a query.

        Args:
            keys: In any order, also more than once.
            fresh: Only calls of this `--fresh` run count, if it is not empty.
        """
        rows = self._latest(_SELECT, keys, fresh)
        return {call.key: call for call in map(_to_call, rows)}

    def get_known(self, keys: Iterable[Key], *, fresh: str = "") -> dict[Key, Known]:
        """Returns what a cache needs of the latest call of each key that has one.

        Args:
            keys: In any order, also more than once.
            fresh: Only calls of this `--fresh` run count, if it is not empty.
        """
        rows = self._latest("SELECT key, response, usd, asked_at_us FROM calls", keys, fresh)
        return {
            key: Known(response=response, usd=usd, asked_at=from_microseconds(at_us))
            for key, response, usd, at_us in rows
        }

    def known_keys(self, keys: Iterable[Key], *, fresh: str = "") -> set[Key]:
        """Returns those of the keys that have a call, without reading any answer."""
        found: set[Key] = set()
        for some in _in_parts(keys):
            where, values = _where(some, fresh)
            rows = self._reader.query(f"SELECT DISTINCT key FROM calls WHERE {where}", values)
            found.update(key for (key,) in rows)
        return found

    def find(self, key: Key, *, fresh: str = "") -> Call | None:
        """Returns the latest call of the key, or None."""
        return self.get_many((key,), fresh=fresh).get(key)

    def nearest(self, provider: str, model: str, *, limit: int = 20) -> list[Call]:
        """Returns the latest calls of a provider's model, newest first, to be compared with one."""
        rows = self._reader.query(
            f"{_SELECT} WHERE provider = ? AND model = ? ORDER BY id DESC LIMIT ?",
            (provider, model, limit),
        )
        return [_to_call(row) for row in rows]

    def spent(self, run: RunId) -> float:
        """Returns what the run has cost in USD, with calls that may have been billed unanswered."""
        rows = self._reader.query(
            "SELECT (SELECT coalesce(sum(usd), 0.0) FROM calls WHERE run = ?)"
            " + (SELECT coalesce(sum(usd), 0.0) FROM charges WHERE run = ?)",
            (run, run),
        )
        return float(rows[0][0])

    def _latest(self, select: str, keys: Iterable[Key], fresh: str) -> list[Row]:
        rows: list[Row] = []
        for some in _in_parts(keys):
            where, values = _where(some, fresh)
            rows += self._reader.query(
                f"{select} WHERE id IN (SELECT max(id) FROM calls WHERE {where} GROUP BY key)",
                values,
            )
        return rows


def _in_parts(keys: Iterable[Key]) -> Iterable[Sequence[Key]]:
    unique = iter(dict.fromkeys(keys))
    while part := tuple(islice(unique, KEYS_PER_QUERY)):
        yield part


def _where(keys: Sequence[Key], fresh: str) -> tuple[str, list[str]]:
    where = f"key IN ({placeholders(len(keys))})"
    return (f"{where} AND fresh = ?", [*keys, fresh]) if fresh else (where, list(keys))


def _to_row(call: Call) -> Row:
    return (
        call.key,
        call.fresh,
        call.run,
        call.provider,
        call.endpoint,
        call.model,
        call.usd,
        to_microseconds(call.asked_at),
        call.latency_ms,
        call.attempts,
        call.response,
        call.request,
    )


def _to_call(row: Row) -> Call:
    return Call(
        key=row[0],
        fresh=row[1],
        run=row[2],
        provider=row[3],
        endpoint=row[4],
        model=row[5],
        usd=row[6],
        asked_at=from_microseconds(row[7]),
        latency_ms=row[8],
        attempts=row[9],
        response=row[10],
        request=row[11],
    )
