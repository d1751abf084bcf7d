"""Runs, and the results of their samples, which later runs of the same candidate take over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from roundtable.digest import Key
from roundtable.errors import NotFoundError, UsageError
from roundtable.store.database import (
    Insert,
    Reader,
    Row,
    Session,
    from_microseconds,
    now,
    to_microseconds,
)
from roundtable.store.ulid import RunId
from roundtable.store.writer import Writer

State = Literal["running", "stopped", "finished"]
Results = list[tuple[int, bytes]]
"""Position of a sample in the evaluated split, and its encoded result."""

_COLUMNS = (
    "id",
    "key",
    "usecase",
    "state",
    "started_at_us",
    "finished_at_us",
    "report",
    "summary",
    "inputs",
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM runs"
_START = Insert("runs", _COLUMNS)
_RESULT = Insert(
    "results",
    ("candidate", "position", "result"),
    "ON CONFLICT (candidate, position) DO UPDATE SET result = excluded.result",
    2,
)
_CANDIDATE = Insert(
    "candidates",
    ("key", "at_us", "summary"),
    "ON CONFLICT (key) DO UPDATE SET summary = excluded.summary, at_us = excluded.at_us",
    1,
)


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a use case.

    Args:
        id: Its ULID.
        key: Digest of everything that it depends on: equal keys give equal results.
        usecase: The use case's id.
        state: `running` (or killed), `stopped` (by budget, failure or a person), `finished`.
        started_at: UTC.
        finished_at: UTC; None while it runs.
        summary: The encoded outcome; empty until it ends.
        inputs: The encoded exact inputs, each by digest.
        report: Path of its report, relative to the workspace; empty without one.
    """

    id: RunId
    key: Key
    usecase: str
    state: State = "running"
    started_at: datetime
    finished_at: datetime | None = None
    summary: bytes = b""
    inputs: bytes = b""
    report: str = ""


class Runs:
    """The tables of runs, candidates and results."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def start(self, run: RunRecord) -> None:
        """Keeps a new run.

        Raises:
            StoreError: it is not in the store, or its id is taken.
        """
        self._writer.put_now(_START, (_to_row(run),))

    def resume(self, key: Key) -> RunRecord | None:
        """Sets the latest unfinished run with this key running again, and returns it, or None."""

        def job(session: Session) -> RunRecord | None:
            rows = session.execute(
                f"{_SELECT} WHERE key = ? AND state <> 'finished' ORDER BY id DESC LIMIT 1", (key,)
            )
            if not rows:
                return None
            run = _to_run(rows[0])
            session.execute(
                "UPDATE runs SET state = 'running', finished_at_us = NULL WHERE id = ?", (run.id,)
            )
            return msgspec.structs.replace(run, state="running", finished_at=None)

        return self._writer.transact(job)

    def find_finished(self, key: Key) -> RunRecord | None:
        """Returns the latest finished run with this key, or None."""
        rows = self._reader.query(
            f"{_SELECT} WHERE key = ? AND state = 'finished' ORDER BY id DESC LIMIT 1", (key,)
        )
        return _to_run(rows[0]) if rows else None

    def finish(
        self, id: RunId, state: State, *, summary: bytes = b"", report: str | None = None
    ) -> None:
        """Keeps how a run ended.

        Args:
            id: The run.
            state: `finished`, or `stopped` if it is to be resumed.
            summary: Its encoded outcome.
            report: Path of its report; None keeps what there is.

        Raises:
            NotFoundError: there is no such run.
        """

        def job(session: Session) -> None:
            rows = session.execute("SELECT report FROM runs WHERE id = ?", (id,))
            if not rows:
                raise NotFoundError("run", id, ())
            session.execute(
                "UPDATE runs SET state = ?, finished_at_us = ?, summary = ?, report = ?"
                " WHERE id = ?",
                (
                    state,
                    to_microseconds(now()),
                    summary,
                    rows[0][0] if report is None else report,
                    id,
                ),
            )

        self._writer.transact(job)

    def get(self, id: str) -> RunRecord:
        """Returns a run.

        Args:
            id: Its id, or a beginning that no other run's id has; in upper or lower case.

        Raises:
            NotFoundError: no run's id begins like this.
            UsageError: several do.
        """
        start = id.upper()
        rows = self._reader.query(
            f"{_SELECT} WHERE substr(id, 1, ?) = ? ORDER BY id DESC LIMIT 2", (len(start), start)
        )
        if len(rows) == 1:
            return _to_run(rows[0])
        if rows:
            raise UsageError(
                f"more than one run's id begins with {id!r}",
                fix=f"give more of it, such as {rows[0][0]}",
            )
        raise NotFoundError("run", id, (run.id for run in self.list(limit=100)))

    async def put_results(self, candidate: Key, results: Sequence[tuple[int, bytes]]) -> None:
        """Keeps results of a candidate's samples; returns once they are durable.

        A sample's later result takes the place of its earlier one.

        Raises:
            StoreError: none of them is in the store.
        """
        await self._writer.put(_RESULT, [(candidate, *result) for result in results])

    def put_results_now(self, candidate: Key, results: Sequence[tuple[int, bytes]]) -> None:
        """Does what `put_results` does, holding the calling thread.

        Raises:
            StoreError: none of them is in the store.
        """
        self._writer.put_now(_RESULT, [(candidate, *result) for result in results])

    def results(self, candidate: Key, *, after: int = -1, limit: int = 500) -> Results:
        """Returns one page of a candidate's results in order of position.

        Args:
            candidate: The candidate's key.
            after: The last position of the page before.
            limit: The most results.
        """
        rows = self._reader.query(
            "SELECT position, result FROM results WHERE candidate = ? AND position > ?"
            " ORDER BY position LIMIT ?",
            (candidate, after, limit),
        )
        return [(position, result) for position, result in rows]

    def positions(self, candidate: Key) -> set[int]:
        """Returns the positions that have a result, without reading any."""
        rows = self._reader.query("SELECT position FROM results WHERE candidate = ?", (candidate,))
        return {position for (position,) in rows}

    def get_result(self, candidate: Key, position: int) -> bytes | None:
        """Returns the result of one sample, or None."""
        page = self.results(candidate, after=position - 1, limit=1)
        return page[0][1] if page and page[0][0] == position else None

    def put_candidate(self, key: Key, summary: bytes) -> None:
        """Keeps the encoded outcome of a candidate whose samples are all done.

        Raises:
            StoreError: it is not in the store.
        """
        self._writer.put_now(_CANDIDATE, ((key, to_microseconds(now()), summary),))

    def get_candidate(self, key: Key) -> bytes | None:
        """Returns the encoded outcome of a candidate, or None."""
        rows = self._reader.query("SELECT summary FROM candidates WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def list(self, usecase: str | None = None, *, limit: int = 50) -> Sequence[RunRecord]:
        """Returns the latest runs, newest first.

        Args:
            usecase: Only runs of this one.
            limit: The most runs.
        """
        where, values = ("", ()) if usecase is None else ("WHERE usecase = ?", (usecase,))
        rows = self._reader.query(f"{_SELECT} {where} ORDER BY id DESC LIMIT ?", (*values, limit))
        return [_to_run(row) for row in rows]


def _to_row(run: RunRecord) -> Row:
    return (
        run.id,
        run.key,
        run.usecase,
        run.state,
        to_microseconds(run.started_at),
        None if run.finished_at is None else to_microseconds(run.finished_at),
        run.report,
        run.summary,
        run.inputs,
    )


def _to_run(row: Row) -> RunRecord:
    return RunRecord(
        id=row[0],
        key=row[1],
        usecase=row[2],
        state=row[3],
        started_at=from_microseconds(row[4]),
        finished_at=None if row[5] is None else from_microseconds(row[5]),
        report=row[6],
        summary=row[7],
        inputs=row[8],
    )
