"""The tables in one SQLite file, shared by the processes of one machine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from roundtable.errors import Place, StoreError
from roundtable.store.database import Fault, Row, Session

BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for another process to finish its commit."""

CACHED_STATEMENTS = 512
"""The writer's statements differ by their number of rows."""

_FIXES = {
    "SQLITE_BUSY": "another process is writing to it for long: wait for that one, then run again",
    "SQLITE_CANTOPEN": "check that the folder exists and may be written to",
    "SQLITE_CORRUPT": "put a backup of the file in its place",
    "SQLITE_FULL": "free some disk space and run the same command again; what was paid is kept",
    "SQLITE_IOERR": "check the disk and run the same command again",
    "SQLITE_LOCKED": "wait for the other process, then run again",
    "SQLITE_NOTADB": "name another file in `store`: this one is no SQLite database",
    "SQLITE_READONLY": "give yourself write access to the file and its folder",
}


class SqliteDatabase:
    """One file in write-ahead mode, synced to the disk at every commit.

    Args:
        path: The file; it and its folder are made if they are absent.
        busy_timeout_s: How long to wait for another process to finish its commit.
    """

    dialect: Literal["sqlite"] = "sqlite"
    # Values that SQLite cannot hold: integers past 64 bits, lone surrogates.
    errors: tuple[type[Exception], ...] = (sqlite3.Error, OverflowError, UnicodeError)

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s

    def connect(self, *, writes: bool) -> Session:
        """Opens a connection.

        Raises:
            StoreError: it cannot be opened.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the store's folder cannot be made: {error.strerror or 'no access'}",
                where=Place(file=str(self._path.parent)),
                fix="name a folder that may be written to in `store`",
            ) from error
        try:
            connection = sqlite3.connect(
                self._path,
                timeout=self._busy_timeout_s,
                isolation_level=None,
                cached_statements=CACHED_STATEMENTS,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise self.wrap(error) from error
        try:
            self._prepare(connection, writes=writes)
        except sqlite3.Error as error:
            connection.close()
            raise self.wrap(error) from error
        return SqliteSession(connection)

    def _prepare(self, connection: sqlite3.Connection, *, writes: bool) -> None:
        if not writes:
            connection.execute("PRAGMA query_only = ON")
            return
        # SQLite does not wait for the lock that turning WAL on needs, so we do: several processes
        # may make the file at once.
        give_up_at = time.monotonic() + self._busy_timeout_s
        while True:
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                if _name_of(error) != "SQLITE_BUSY" or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.02)
        if mode != "wal":
            raise sqlite3.OperationalError("no write-ahead log is possible on this file system")
        connection.execute("PRAGMA synchronous = FULL")

    def has_table(self, session: Session, name: str) -> bool:
        """Tells whether the table exists."""
        found = session.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
        )
        return bool(found[0][0])

    def lock(self, session: Session, table: str) -> None:
        """Does nothing: a transaction that may write holds the whole file already."""

    def fault(self, error: Exception) -> Fault:
        """Tells who is to blame for a failed write."""
        return "store" if isinstance(error, sqlite3.OperationalError) else "row"

    def wrap(self, error: Exception) -> StoreError:
        """Returns a new error for SQLite's, with the file's name."""
        wrapped = StoreError(
            f"the store failed: {error if isinstance(error, sqlite3.Error) else _kind(error)}",
            where=Place(file=str(self._path)),
            fix=_FIXES.get(_name_of(error), "run the same command again; what was paid is kept"),
        )
        wrapped.__cause__ = error
        return wrapped


class SqliteSession:
    """One connection to the file."""

    broken = False  # a file does not hang up

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def is_lost(self) -> bool:
        """Says no."""
        return False

    def begin(self) -> None:
        """Starts a transaction that may write, holding the file against other writers."""
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Makes the transaction durable."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forgets the transaction, if there is one."""
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):  # SQLite may have rolled back on its own
                self._connection.execute("ROLLBACK")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns its rows, if it has any."""
        return self._connection.execute(sql, parameters).fetchall()

    def script(self, sql: str) -> None:
        """Runs several statements inside the transaction, which `executescript` would end."""
        statement = ""
        for line in sql.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self._connection.execute(statement)
                statement = ""

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()


def _name_of(error: Exception) -> str:
    """Returns SQLite's primary code, such as `SQLITE_IOERR` for `SQLITE_IOERR_WRITE`."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return "_".join(name.split("_")[:2])


def _kind(error: Exception) -> str:
    # The message of an encoding error holds the text itself.
    return f"a value that it cannot hold ({type(error).__name__})"
