"""One thread that writes for everybody, and commits what gathered while its last commit ran.

A commit waits for the disk, about as long for one row as for a hundred, so that rows of samples
that finish together share one. A writer resumes only after the commit that holds its rows.

Every statement gives up Python's lock, and a busy event loop takes up to 5 ms to give it back. So
all rows of a table go in one statement, and if that is the only one, it commits itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain
from typing import Any, TypeVar

from roundtable.errors import RoundtableError, StoreError
from roundtable.store.database import Database, Fault, Insert, Row, Session

T = TypeVar("T")
_Outcome = tuple[asyncio.Future[None], Exception | None]

STATEMENT_ROWS = (256, 128, 64)
"""Rows of a statement; any number below the least also has a prepared statement of its own."""

MAX_WRITES_PER_COMMIT = 2_000
MAX_ATTEMPTS = 8
"""For a commit that another process's timing made fail."""


class _Write:
    """Rows to insert (or a job to run in a transaction of its own), and who waits for it."""

    __slots__ = ("done", "error", "insert", "is_settled", "job", "rows", "waiter")

    def __init__(
        self,
        insert: Insert | None,
        rows: Sequence[Row],
        *,
        job: Callable[[Session], object] | None = None,
        waiter: asyncio.Future[None] | None = None,
    ) -> None:
        self.insert = insert
        self.rows = rows
        self.job = job
        self.waiter = waiter
        self.done: Future[Any] | None = Future() if waiter is None else None
        self.error: Exception | None = None
        self.is_settled = False


class Writer:
    """Hands writes to its thread, from any thread and any event loop.

    Args:
        database: Where to write.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._failures: tuple[type[Exception], ...] = (RoundtableError, *database.errors)
        self._session: Session | None = database.connect(writes=True)
        self._pending: list[_Write] = []
        self._state = threading.Condition()
        self._is_idle = False
        self._end = ""  # why nothing is written anymore
        # A daemon: a program that forgets to close the store still ends. Nothing is lost by it:
        # whoever needs a row to be there has waited for its commit.
        self._thread = threading.Thread(target=self._work, name="roundtable-store", daemon=True)
        self._thread.start()

    async def put(self, insert: Insert, rows: Sequence[Row]) -> None:
        """Inserts the rows, and returns after the commit.

        Raises:
            StoreError: they are not in the store.
        """
        waiter = asyncio.get_running_loop().create_future()
        self._submit(_Write(insert, rows, waiter=waiter))
        await waiter

    def put_now(self, insert: Insert, rows: Sequence[Row]) -> None:
        """Inserts the rows and waits for the commit, holding the calling thread.

        Raises:
            StoreError: they are not in the store.
        """
        self._wait(_Write(insert, rows))

    def transact(self, job: Callable[[Session], T]) -> T:
        """Runs the job in a transaction of its own, waits, and returns what the job returned.

        The job may run more than once if other processes get in its way.

        Raises:
            StoreError: the transaction failed; nothing of it is in the store.
        """
        result: T = self._wait(_Write(None, (), job=job))
        return result

    def close(self) -> None:
        """Commits what is pending and ends the thread."""
        with self._state:
            self._end = self._end or "the store is closed"
            self._state.notify()
        self._thread.join()

    def _wait(self, write: _Write) -> Any:
        self._submit(write)
        assert write.done is not None
        return write.done.result()

    def _submit(self, write: _Write) -> None:
        with self._state:
            if self._end:
                raise StoreError(self._end, fix="open the store again")
            self._pending.append(write)
            if self._is_idle:
                self._is_idle = False
                self._state.notify()

    def _work(self) -> None:
        taken: list[_Write] = []
        try:
            while taken := self._take():
                inserts = [write for write in taken if write.insert is not None]
                if inserts:
                    self._insert(inserts)
                    self._settle(inserts)
                for write in taken:
                    if write.job is not None:
                        self._run(write, write.job)
        finally:
            # Also when the thread dies of something unforeseen: nobody may wait for ever.
            with self._state:
                self._end = self._end or "the store's writer stopped"
                left = [write for write in (*taken, *self._pending) if not write.is_settled]
                self._pending = []
            for write in left:
                write.error = StoreError(self._end, fix="open the store again")
            self._settle(left)
            self._drop_session()

    def _take(self) -> list[_Write]:
        with self._state:
            while not self._pending:
                if self._end:
                    return []
                self._is_idle = True
                self._state.wait()
            taken = self._pending[:MAX_WRITES_PER_COMMIT]
            self._pending = self._pending[MAX_WRITES_PER_COMMIT:]
            self._is_idle = False
            return taken

    def _insert(self, writes: list[_Write]) -> None:
        """Commits all writes together; if one cannot be written, each on its own."""
        by_insert: dict[Insert, list[Row]] = {}
        for write in writes:
            assert write.insert is not None
            by_insert.setdefault(write.insert, []).extend(write.rows)

        statements = [
            statement
            for insert in sorted(by_insert, key=lambda insert: insert.table)
            for statement in _statements(insert, by_insert[insert])
        ]

        def execute(session: Session) -> None:
            for sql, values in statements:
                session.execute(sql, values)

        _, error = self._transact(execute, commits_itself=len(statements) == 1)
        if error is None:
            return
        if len(writes) > 1 and self._fault(error) == "row":
            for write in writes:
                self._insert([write])
            return
        for write in writes:
            write.error = error

    def _run(self, write: _Write, job: Callable[[Session], object]) -> None:
        result, write.error = self._transact(job)
        self._settle([write], result)

    def _transact(
        self, job: Callable[[Session], T], *, commits_itself: bool = False
    ) -> tuple[T | None, Exception | None]:
        """Returns what the job returned, or the error that made the transaction void."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            is_committing = commits_itself
            try:
                session = self._connected()
                if not commits_itself:
                    session.begin()
                result = job(session)
                is_committing = True
                if not commits_itself:
                    session.commit()
                return result, None
            except self._failures as error:
                # What was lost before its commit can be tried again; a commit without an answer
                # may have happened, and trying it again could count a payment twice.
                is_lost = self._session is not None and self._session.broken and not is_committing
                self._recover()
                if attempt == MAX_ATTEMPTS or not (is_lost or self._fault(error) == "again"):
                    return None, error
        raise AssertionError("unreachable")

    def _connected(self) -> Session:
        if self._session is not None and self._session.is_lost():
            self._drop_session()
        if self._session is None:
            self._session = self._database.connect(writes=True)
        return self._session

    def _recover(self) -> None:
        if self._session is None:
            return
        with suppress(*self._database.errors):
            self._session.rollback()
        if self._session.broken:
            self._drop_session()

    def _drop_session(self) -> None:
        if self._session is not None:
            with suppress(*self._database.errors):
                self._session.close()
            self._session = None

    def _fault(self, error: Exception) -> Fault:
        return "store" if isinstance(error, RoundtableError) else self._database.fault(error)

    def _settle(self, writes: list[_Write], result: object = None) -> None:
        """Wakes whoever waits: each event loop once for all its writes, which is cheap."""
        by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
        for write in writes:
            write.is_settled = True
            error = self._own(write.error)
            if write.waiter is not None:
                by_loop.setdefault(write.waiter.get_loop(), []).append((write.waiter, error))
            elif write.done is not None and error is None:
                write.done.set_result(result)
            elif write.done is not None:
                write.done.set_exception(error)
        for loop, outcomes in by_loop.items():
            with suppress(RuntimeError):  # the loop is closed: nobody waits anymore
                loop.call_soon_threadsafe(_resume, outcomes)

    def _own(self, error: Exception | None) -> Exception | None:
        """Returns an error for one waiter: raising one object twice mixes up tracebacks."""
        if isinstance(error, self._database.errors):
            return self._database.wrap(error)
        if type(error) is StoreError:
            return StoreError(error.what, where=error.where, fix=error.fix)
        return error


def _resume(outcomes: list[_Outcome]) -> None:
    for waiter, error in outcomes:
        if waiter.done():  # cancelled by its task
            continue
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)


def _statements(insert: Insert, rows: list[Row]) -> Iterator[tuple[str, list[Any]]]:
    """Yields as few statements as will do, of few different sizes, each with its values."""
    if insert.n_identifying:
        rows = sorted(rows, key=lambda row: row[: insert.n_identifying])
    start = 0
    while left := len(rows) - start:
        n = next((size for size in STATEMENT_ROWS if size <= left), left)
        yield insert.sql(n), list(chain.from_iterable(rows[start : start + n]))
        start += n
