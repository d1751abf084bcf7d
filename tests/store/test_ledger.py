import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from roundtable.store import Store, open_store
from roundtable.store.ledger import GENESIS, Ledger


def change(url: str, root: Path, *statements: str) -> None:
    """Does what somebody with access to the database could do."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(root / url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(url)
    try:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    for i in range(5):
        store.ledger.append("signed", b"decision %d" % i, by="ada@example.com")
    return store.ledger


def test_an_untouched_chain_is_intact(ledger: Ledger) -> None:
    entries = ledger.entries()
    found = ledger.verify()
    assert (found.entries, found.intact, found.first_broken) == (5, True, None)
    assert found.head == entries[-1].hash
    assert [entry.position for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in entries] == [GENESIS, *(e.hash for e in entries[:-1])]
    assert ledger.entries(after=3, limit=1) == entries[3:4]


def test_an_empty_chain_is_intact(store: Store) -> None:
    found = store.ledger.verify()
    assert (found.entries, found.intact, found.head) == (0, True, GENESIS)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        (
            "UPDATE ledger SET payload = (SELECT payload FROM ledger WHERE position = 1)"
            " WHERE position = 3",
            3,
        ),
        ("UPDATE ledger SET author = 'eve@example.com' WHERE position = 2", 2),
        ("UPDATE ledger SET kind = 'promoted' WHERE position = 5", 5),
        ("UPDATE ledger SET at_us = at_us + 1 WHERE position = 4", 4),
        ("UPDATE ledger SET hash = 'x' WHERE position = 3", 3),
        ("DELETE FROM ledger WHERE position = 2", 2),
        ("DELETE FROM ledger WHERE position = 1", 1),
        ("UPDATE ledger SET position = position + 10 WHERE position > 3", 4),
        (
            "INSERT INTO ledger SELECT -1, kind, author, at_us, 'x', hash, payload"
            " FROM ledger WHERE position = 1",
            -1,
        ),
    ],
)
def test_tampering_is_found_where_it_was_done(
    ledger: Ledger, store_url: str, tmp_path: Path, statement: str, broken: int
) -> None:
    change(store_url, tmp_path, statement)
    found = ledger.verify()
    assert not found.intact
    assert found.first_broken == broken


def test_two_stores_and_many_threads_make_one_chain(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    with (
        open_store(store_url, blobs="blobs", root=tmp_path) as other,
        ThreadPoolExecutor(8) as threads,
    ):
        ledgers = [store.ledger, other.ledger] * 20
        made = list(
            threads.map(lambda ledger: ledger.append("signed", b"", by="ada@example.com"), ledgers)
        )
    assert {entry.position for entry in made} == set(range(1, 41))
    assert store.ledger.verify().intact


def test_a_chain_longer_than_a_page_is_verified_whole(
    store: Store, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roundtable.store.ledger.PAGE", 7)
    for _ in range(20):
        store.ledger.append("signed", b"", by="ada@example.com")
    assert store.ledger.verify().entries == 20
    change(store_url, tmp_path, "UPDATE ledger SET kind = 'x' WHERE position = 16")
    assert store.ledger.verify().first_broken == 16
