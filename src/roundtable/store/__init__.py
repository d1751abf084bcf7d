"""Remembers what was paid for, what was run and what was decided, in SQLite or PostgreSQL.

1. `open_store` brings the database up to date and hands out a `Store`, for many processes at once.
2. `Calls` is the journal of paid answers; `await calls.put(row)` returns once the row is durable.
3. `Runs` keeps runs and the results of their samples, so that the next one goes on from there.
4. `Versions` keeps what each asset was and what it was made of; `Ledger` chains decisions.
5. `Blobs` keeps files by their SHA-256. One thread writes for all: it commits what gathered.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.store.blobs import Blobs
    from roundtable.store.calls import Call, Calls
    from roundtable.store.ledger import Ledger
    from roundtable.store.opening import Store, open_store
    from roundtable.store.runs import RunRecord, Runs
    from roundtable.store.ulid import new_run_id
    from roundtable.store.versions import Versions

_PUBLIC = {
    "Blobs": "blobs",
    "Call": "calls",
    "Calls": "calls",
    "Ledger": "ledger",
    "RunRecord": "runs",
    "Runs": "runs",
    "Store": "opening",
    "Versions": "versions",
    "new_run_id": "ulid",
    "open_store": "opening",
}
__all__ = [
    "Blobs",
    "Call",
    "Calls",
    "Ledger",
    "RunRecord",
    "Runs",
    "Store",
    "Versions",
    "new_run_id",
    "open_store",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
