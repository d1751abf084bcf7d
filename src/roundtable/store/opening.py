"""Opens a store by its URL."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from roundtable.errors import UsageError
from roundtable.store.blobs import Blobs
from roundtable.store.calls import Calls
from roundtable.store.database import Database, Reader
from roundtable.store.ledger import Ledger
from roundtable.store.runs import Runs
from roundtable.store.schema import migrate
from roundtable.store.versions import Versions
from roundtable.store.writer import Writer

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres")
_EXAMPLE = "write sqlite:///.roundtable/store.db or postgresql://user@host/db"


class Store:
    """Everything that is remembered; close it, or use it in a `with` statement.

    Args:
        database: Where the tables are; they must be up to date.
        blobs: Where the blobs are.
    """

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._writer = Writer(database)
        self._reader = Reader(database)
        self.calls = Calls(self._writer, self._reader)
        self.runs = Runs(self._writer, self._reader)
        self.versions = Versions(self._writer, self._reader)
        self.ledger = Ledger(database, self._writer, reader=self._reader)
        self.blobs = blobs

    def close(self) -> None:
        """Commits what is pending and lets go of the database."""
        self._writer.close()
        self._reader.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_store(url: str, *, blobs: str, root: Path) -> Store:
    """Opens a store, made if it is absent, with its tables brought up to date.

    Args:
        url: `sqlite:///PATH`, relative to `root` or absolute, or `postgresql://user@host:port/db`,
            whose password comes from PGPASSWORD or the password file, never from the URL.
        blobs: A local path, relative to `root` or absolute, or any URL that fsspec knows.
        root: The workspace's folder.

    Raises:
        UsageError: a URL cannot be used, or holds a password.
        MissingExtraError: PostgreSQL, or the place of the blobs, needs another package.
        MigrationNeeded: a newer version has written to the store.
        StoreError: the store cannot be opened.
    """
    database = _database(url, root)
    files = Blobs(blobs, root=root)
    migrate(database)
    return Store(database, files)


def _database(url: str, root: Path) -> Database:
    if url.startswith(_SQLITE):
        path = url.removeprefix(_SQLITE)
        if not path or path == ":memory:":
            raise UsageError("the URL of `store` names no file", fix=_EXAMPLE)
        from roundtable.store.sqlite import SqliteDatabase

        return SqliteDatabase(root / path)
    if url.partition("://")[0] in _POSTGRESQL:
        _refuse_password(url)
        from roundtable.store.postgresql import PostgresqlDatabase

        return PostgresqlDatabase(url)
    raise UsageError(  # the URL itself may hold a secret and is not shown
        "the URL of `store` names neither SQLite nor PostgreSQL", fix=_EXAMPLE
    )


def _refuse_password(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_password = bool(parts.password) or "password" in parse_qs(parts.query)
        _ = parts.port
    except ValueError as error:
        raise UsageError("the URL of `store` is not well formed", fix=_EXAMPLE) from error
    if has_password:
        raise UsageError(
            "the URL of `store` holds a password",
            fix="take it out, and set PGPASSWORD or write it to the PostgreSQL password file",
        )
