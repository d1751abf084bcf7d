import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from roundtable.digest import Key, digest
from roundtable.errors import StoreError
from roundtable.store import Blobs, Store, open_store
from roundtable.store.database import Session
from roundtable.store.schema import migrate
from roundtable.store.sqlite import SqliteDatabase
from store.rows import a_call

PROGRAM = Path(__file__).with_name("process.py")


@contextmanager
def process(url: str, root: Path, *, name: str, n: int) -> Iterator[subprocess.Popen[str]]:
    path = os.pathsep.join([str(PROGRAM.parents[1]), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, PROGRAM, url, root, name, str(n)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def keys_said(started: subprocess.Popen[str]) -> list[Key]:
    assert started.stdout is not None
    return [Key(line.strip()) for line in started.stdout]


@pytest.mark.parametrize("n_acknowledged", [1, 40, 333])
def test_a_killed_process_loses_no_acknowledged_call(
    store: Store, store_url: str, tmp_path: Path, n_acknowledged: int
) -> None:
    with process(store_url, tmp_path, name="killed", n=1_000_000) as started:
        assert started.stdout is not None
        first = [Key(started.stdout.readline().strip()) for _ in range(n_acknowledged)]
        os.kill(started.pid, signal.SIGKILL)
        acknowledged = [*first, *(key for key in keys_said(started) if len(key) == 64)]
    assert started.returncode == -signal.SIGKILL
    assert store.calls.known_keys(acknowledged) == set(acknowledged)
    assert store.ledger.verify().intact


def test_processes_that_open_a_new_store_together_share_it(store_url: str, tmp_path: Path) -> None:
    with (
        process(store_url, tmp_path, name="one", n=150) as one,
        process(store_url, tmp_path, name="two", n=150) as two,
        process(store_url, tmp_path, name="three", n=150) as three,
    ):
        said = [key for started in (one, two, three) for key in keys_said(started)]
        assert [started.wait() for started in (one, two, three)] == [0, 0, 0]
    assert len(set(said)) == 450
    with open_store(store_url, blobs="blobs", root=tmp_path) as store:
        assert store.calls.known_keys(said) == set(said)
        verified = store.ledger.verify()
        assert (verified.entries, verified.intact) == (9, True)


def test_several_event_loops_and_threads_write_at_once(store: Store) -> None:
    async def write(name: str) -> None:
        await asyncio.gather(*(store.calls.put(a_call([name, i])) for i in range(50)))

    threads = [
        threading.Thread(target=lambda name=name: asyncio.run(write(name))) for name in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [digest([name, i]) for name in "abcd" for i in range(50)]
    assert store.calls.known_keys(keys) == set(keys)


async def test_an_acknowledged_call_is_read_at_once(store: Store) -> None:
    for i in range(20):
        await store.calls.put(a_call(i))
        assert store.calls.find(digest(i)) is not None


async def test_calls_that_wait_together_share_a_commit(tmp_path: Path) -> None:
    commits = 0

    class Counting(SqliteDatabase):
        def connect(self, *, writes: bool) -> Session:
            session: Any = super().connect(writes=writes)

            def count(statement: str) -> None:
                nonlocal commits
                commits += statement == "COMMIT"

            session._connection.set_trace_callback(count)
            return session  # type: ignore[no-any-return]

    with open_database(Counting(tmp_path / "store.db"), tmp_path) as store:
        commits = 0
        await asyncio.gather(*(store.calls.put(a_call(i)) for i in range(500)))
        assert commits < 50


def test_closing_commits_what_is_pending(store: Store, store_url: str, tmp_path: Path) -> None:
    async def write() -> None:
        tasks = [asyncio.create_task(store.calls.put(a_call(i))) for i in range(100)]
        await asyncio.sleep(0)  # all are submitted, none is awaited
        store.close()
        await asyncio.gather(*tasks)

    asyncio.run(write())
    with open_store(store_url, blobs="blobs", root=tmp_path) as again:
        assert len(again.calls.known_keys(digest(i) for i in range(100))) == 100


async def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.calls.put(a_call("one"))
    with pytest.raises(StoreError, match="closed"):
        store.ledger.append("signed", b"", by="ada@example.com")
    with pytest.raises(StoreError, match="closed"):
        store.calls.find(digest("one"))
    store.close()


# The thread's end is what is tested.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_nobody_waits_for_a_writer_that_died(store: Store) -> None:
    """SystemExit ends a thread without a word; a defect of ours would end it likewise."""
    started, go_on = threading.Event(), threading.Event()

    def die(_: Session) -> None:
        started.set()
        go_on.wait(10)
        raise SystemExit

    deadly = asyncio.create_task(asyncio.to_thread(store.calls._writer.transact, die))
    await asyncio.to_thread(started.wait, 10)
    waiting = [asyncio.create_task(store.calls.put(a_call(i))) for i in range(10)]
    await asyncio.sleep(0)
    go_on.set()
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(deadly, *waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreError] * 11
    with pytest.raises(StoreError, match="stopped"):
        await store.calls.put(a_call("later"))


@contextmanager
def open_database(database: SqliteDatabase, root: Path) -> Iterator[Store]:
    migrate(database)
    with Store(database, Blobs("blobs", root=root)) as store:
        yield store


async def test_a_full_disk_fails_the_call_and_keeps_those_before(tmp_path: Path) -> None:
    class Small(SqliteDatabase):
        def connect(self, *, writes: bool) -> Session:
            session = super().connect(writes=writes)
            session.execute("PRAGMA max_page_count = 60")
            return session

    with open_database(Small(tmp_path / "store.db"), tmp_path) as store:
        await store.calls.put(a_call("small"))
        with pytest.raises(StoreError, match="full") as failed:
            await store.calls.put(a_call("large", response=bytes(400_000)))
        assert "free some disk space" in failed.value.fix
        await store.calls.put(a_call("after"))
        keys = [digest(name) for name in ("small", "large", "after")]
        assert store.calls.known_keys(keys) == {keys[0], keys[2]}


async def test_a_lock_held_for_too_long_fails_the_call_and_then_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_database(SqliteDatabase(path, busy_timeout_s=0.1), tmp_path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked") as failed:
                await store.calls.put(a_call("one"))
            assert str(path) in str(failed.value)
        await store.calls.put(a_call("one"))
