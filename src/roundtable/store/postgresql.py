"""The tables in a PostgreSQL database, shared by many machines."""

from __future__ import annotations

import selectors
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from roundtable.errors import MissingExtraError, Place, StoreError
from roundtable.store.database import Fault, Row, Session

if TYPE_CHECKING:
    import psycopg

CONNECT_TIMEOUT_S = 10
_SCHEMA_LOCK = 0x526F756E  # "Roun": any number that others are unlikely to lock


class PostgresqlDatabase:
    """One database, by its URL.

    Args:
        url: Without a password.

    Raises:
        MissingExtraError: psycopg is not installed.
    """

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise MissingExtraError("a store in PostgreSQL", "postgres") from error
        self._psycopg = psycopg
        self._url = url
        # UnicodeError: a text with a lone surrogate.
        self.errors: tuple[type[Exception], ...] = (psycopg.Error, UnicodeError)
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._place = Place(field=f"postgresql://{host}{parts.path}")

    def connect(self, *, writes: bool) -> Session:
        """Opens a connection.

        Raises:
            StoreError: it cannot be opened.
        """
        try:
            connection = self._psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="roundtable",
            )
        except self._psycopg.Error as error:
            raise self.wrap(error) from error
        session = PostgresqlSession(connection)
        try:
            if writes:
                # A commit that returns before it is on the disk would break every promise made.
                session.execute(
                    "SELECT set_config('synchronous_commit', 'on', false)"
                    " WHERE current_setting('synchronous_commit') = 'off'"
                )
            else:
                connection.read_only = True
        except self._psycopg.Error as error:
            connection.close()
            raise self.wrap(error) from error
        return session

    def has_table(self, session: Session, name: str) -> bool:
        """Tells whether the table exists in the connection's schema."""
        found = session.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?",
            (name,),
        )
        return bool(found[0][0])

    def lock(self, session: Session, table: str) -> None:
        """Keeps others from writing to the table, or from migrating if it is empty."""
        if table:
            session.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        else:
            session.execute("SELECT pg_advisory_xact_lock(?)", (_SCHEMA_LOCK,))

    def fault(self, error: Exception) -> Fault:
        """Tells who is to blame for a failed write."""
        errors = self._psycopg.errors
        if isinstance(error, errors.DeadlockDetected | errors.SerializationFailure):
            return "again"
        if isinstance(error, self._psycopg.OperationalError | self._psycopg.InterfaceError):
            return "store"
        return "row"

    def wrap(self, error: Exception) -> StoreError:
        """Returns a new error for psycopg's, with host and database."""
        if isinstance(error, self._psycopg.Error):
            # The server's first line; its details may show values.
            lines = (error.diag.message_primary or str(error)).splitlines()
            what = lines[0] if lines else type(error).__name__
        else:  # the message of an encoding error holds the text itself
            what = f"a value that it cannot hold ({type(error).__name__})"
        wrapped = StoreError(
            f"the store failed: {what}",
            where=self._place,
            fix="check the database and its password (PGPASSWORD), then run the same command again;"
            " what was paid is kept",
        )
        wrapped.__cause__ = error
        return wrapped


class PostgresqlSession:
    """One connection to the server."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    @property
    def broken(self) -> bool:
        """Whether the connection is lost for good."""
        return self._connection.closed

    def is_lost(self) -> bool:
        """Asks the server only if it has sent something unasked, as it does when it hangs up."""
        if self._connection.closed:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection.fileno(), selectors.EVENT_READ)
            if not selector.select(0):
                return False
        import psycopg

        with suppress(psycopg.Error):
            self._connection.execute("SELECT 1")
        return self._connection.closed

    def begin(self) -> None:
        """Starts a transaction."""
        self._connection.execute("BEGIN")

    def commit(self) -> None:
        """Makes the transaction durable."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Forgets the transaction, if there is one."""
        if not self._connection.closed:
            self._connection.execute("ROLLBACK")

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Runs one statement and returns its rows, if it has any."""
        cursor = self._connection.execute(_translate(sql), parameters)
        return cursor.fetchall() if cursor.description else []

    def script(self, sql: str) -> None:
        """Runs several statements inside the transaction."""
        self._connection.execute(sql.encode())

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()


@cache
def _translate(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()
