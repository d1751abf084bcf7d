import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from roundtable.digest import digest
from roundtable.errors import StoreError
from roundtable.store import Store, open_store
from roundtable.store.postgresql import PostgresqlDatabase
from servers.postgresql import fresh_database
from store.rows import a_call

END_ALL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE application_name = 'roundtable' AND datname = current_database()"
)
DEADLOCKS = (
    "SELECT pg_stat_get_db_deadlocks(oid)::int FROM pg_database WHERE datname = current_database()"
)
WAITING = "SELECT count(*)::int FROM pg_locks WHERE NOT granted"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A whole database, whose connections and deadlocks can be told from other tests'."""
    with fresh_database(postgresql_server) as url:
        yield url


@pytest.fixture
def shared(postgresql_url: str, tmp_path: Path) -> Iterator[Store]:
    with open_store(postgresql_url, blobs="blobs", root=tmp_path) as store:
        yield store


async def test_a_lost_connection_is_made_again(shared: Store, postgresql_url: str) -> None:
    await shared.calls.put(a_call("one"))
    assert shared.calls.find(digest("one")) is not None
    with psycopg.connect(postgresql_url) as other:
        ended = other.execute(END_ALL).fetchall()
    assert len(ended) == 2  # the writer's and the reader's
    assert shared.calls.find(digest("one")) is not None
    await shared.calls.put(a_call("two"))
    assert shared.calls.find(digest("two")) is not None


async def test_no_calls_are_accepted_from_a_server_that_is_gone(
    shared: Store, postgresql_url: str, postgresql_server: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(postgresql_url)["dbname"]
    with psycopg.connect(host=postgresql_server, user="postgres", autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        other.execute(END_ALL.replace("current_database()", f"'{name}'"))
    with pytest.raises(StoreError, match="not currently accepting connections"):
        await shared.calls.put(a_call("one"))
    with pytest.raises(StoreError):
        shared.calls.find(digest("one"))


def test_an_error_shows_the_place_and_neither_values_nor_users(postgresql_server: str) -> None:
    url = f"postgresql://someone@/nothing?host={postgresql_server}"
    with pytest.raises(StoreError) as failed:
        PostgresqlDatabase(url).connect(writes=True)
    assert "postgresql:///nothing" in str(failed.value.where)
    assert "someone@" not in str(failed.value)
    assert "PGPASSWORD" in failed.value.fix


def test_commits_wait_for_the_disk_even_where_the_server_would_not(postgresql_url: str) -> None:
    url = f"{postgresql_url}&options=-csynchronous_commit%3Doff"
    session = PostgresqlDatabase(url).connect(writes=True)
    try:
        assert session.execute("SHOW synchronous_commit") == [("on",)]
    finally:
        session.close()


def test_two_stores_with_the_same_rows_in_another_order_do_not_block_each_other(
    shared: Store, postgresql_url: str, tmp_path: Path
) -> None:
    rows = [(i, b"x") for i in range(600)]
    with (
        open_store(postgresql_url, blobs="blobs", root=tmp_path) as other,
        ThreadPoolExecutor(2) as threads,
    ):
        jobs = [
            threads.submit(store.runs.put_results_now, digest("candidate"), some)
            for _ in range(10)
            for store, some in ((shared, rows), (other, rows[::-1]))
        ]
        for job in jobs:
            job.result()
    assert len(shared.runs.positions(digest("candidate"))) == 600
    with psycopg.connect(postgresql_url) as server:
        assert server.execute(DEADLOCKS).fetchone() == (0,)


def test_a_commit_that_a_deadlock_undid_is_tried_again(postgresql_url: str, tmp_path: Path) -> None:
    """The one that looks for a deadlock first is undone: after a second, our own."""
    patient = f"{postgresql_url}&options=-cdeadlock_timeout%3D20s"
    key = digest("candidate")
    with (
        open_store(postgresql_url, blobs="blobs", root=tmp_path) as store,
        psycopg.connect(patient) as other,
        ThreadPoolExecutor(1) as threads,
    ):
        store.runs.put_results_now(key, [(0, b"old"), (1, b"old")])
        other.execute("UPDATE results SET result = 'other' WHERE position = 1")
        job = threads.submit(store.runs.put_results_now, key, [(0, b"new"), (1, b"new")])
        with psycopg.connect(postgresql_url, autocommit=True) as watcher:
            while watcher.execute(WAITING).fetchone() == (0,):
                time.sleep(0.005)
        other.execute("UPDATE results SET result = 'other' WHERE position = 0")
        other.commit()
        job.result()
        assert store.runs.results(key) == [(0, b"new"), (1, b"new")]
    with psycopg.connect(postgresql_url) as server:
        (n_deadlocks,) = server.execute(DEADLOCKS).fetchone() or (0,)
        assert n_deadlocks >= 1
