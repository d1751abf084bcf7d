"""What the tables need of a database; `sqlite.py` and `postgresql.py` give it.

Statements are written once, with `?` for a parameter, in the SQL that both databases read.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal, Protocol

import msgspec

from roundtable.errors import StoreError

Row = tuple[Any, ...]
"""Values as the database gives or takes them: str, bytes, int, float, None."""

Fault = Literal["row", "again", "store"]
"""Who is to blame for a failed write: its own values, another writer's timing, the database."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Session(Protocol):
    """One connection; used by one thread at a time. Its methods raise the driver's own errors."""

    @property
    def broken(self) -> bool:
        """Whether the connection is lost for good."""
        ...

    def is_lost(self) -> bool:
        """Finds out, without asking the server, whether it hung up since it was last asked."""
        ...

    def begin(self) -> None:
        """Starts a transaction that may write."""
        ...

    def commit(self) -> None:
        """Makes the transaction durable."""
        ...

    def rollback(self) -> None:
        """Forgets the transaction, if there is one."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns its rows, if it has any."""
        ...

    def script(self, sql: str) -> None:
        """Runs several statements inside the transaction."""
        ...

    def close(self) -> None:
        """Gives the connection back."""
        ...


class Database(Protocol):
    """Where the tables are, and what is particular about it."""

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Names its folder of migrations."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its sessions raise."""
        ...

    def connect(self, *, writes: bool) -> Session:
        """Opens a connection.

        Raises:
            StoreError: it cannot be opened.
        """
        ...

    def has_table(self, session: Session, name: str) -> bool:
        """Tells whether the table exists."""
        ...

    def lock(self, session: Session, table: str) -> None:
        """Keeps other processes from writing to the table until the transaction ends."""
        ...

    def fault(self, error: Exception) -> Fault:
        """Tells who is to blame for a failed write."""
        ...

    def wrap(self, error: Exception) -> StoreError:
        """Returns a new error for the driver's, with the place, without a value or a secret."""
        ...


class Insert(msgspec.Struct, frozen=True):
    """An insert of any number of rows.

    Args:
        table: Its name.
        columns: Names, in the order of a row's values.
        conflict: What follows the values, such as `ON CONFLICT DO NOTHING`.
        n_identifying: With `conflict`: how many of the first columns are the key that may conflict.
            Rows are written in its order, so that two processes never wait for each other's rows.
    """

    table: str
    columns: tuple[str, ...]
    conflict: str = ""
    n_identifying: int = 0

    def sql(self, n_rows: int) -> str:
        """Returns the statement for this many rows."""
        return _insert_sql(self, n_rows)


@cache
def _insert_sql(insert: Insert, n_rows: int) -> str:
    row = f"({', '.join('?' * len(insert.columns))})"
    return (
        f"INSERT INTO {insert.table} ({', '.join(insert.columns)}) "
        f"VALUES {', '.join([row] * n_rows)} {insert.conflict}"
    )


class Reader:
    """Reads on connections of its own, from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: list[Session] = []
        self._lock = threading.Lock()
        self._closed = False

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Returns the rows of one statement.

        Raises:
            StoreError: the database cannot be read.
        """
        while True:
            with self._lock:
                if self._closed:
                    raise StoreError("the store is closed", fix="open it again")
                session = self._idle.pop() if self._idle else None
            is_kept = session is not None
            session = session or self._database.connect(writes=False)
            try:
                rows = session.execute(sql, parameters)
            except self._database.errors as error:
                is_broken = session.broken
                self._discard(session)
                if is_kept and is_broken:
                    continue  # it was lost while it lay idle; a new connection may well work
                raise self._database.wrap(error) from error
            with self._lock:
                if not self._closed:
                    self._idle.append(session)
                    return rows
            self._discard(session)
            return rows

    def close(self) -> None:
        """Closes the connections."""
        with self._lock:
            self._closed = True
            sessions, self._idle = self._idle, []
        for session in sessions:
            self._discard(session)

    def _discard(self, session: Session) -> None:
        with suppress(*self._database.errors):
            session.close()


def placeholders(n: int) -> str:
    """Returns `?, ?, ...` for a list of n values."""
    return ", ".join("?" * n)


def to_microseconds(at: datetime) -> int:
    """Returns an aware time as the tables keep it.

    >>> to_microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(at_us: int) -> datetime:
    """Returns the time, in UTC, that `to_microseconds` was given."""
    return _EPOCH + timedelta(microseconds=at_us)


def now() -> datetime:
    """Returns the current time in UTC."""
    return datetime.now(UTC)
