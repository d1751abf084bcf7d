import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from roundtable.errors import MigrationNeeded, StoreError
from roundtable.store import open_store, schema

NEWER = "INSERT INTO migrations VALUES ('9999_from_the_future', 0)"


def test_both_databases_have_the_same_numbered_migrations() -> None:
    names = list(schema._scripts("sqlite"))
    assert names == list(schema._scripts("postgresql"))
    assert [name[:4] for name in names] == [f"{i:04}" for i in range(1, len(names) + 1)]


def test_a_store_of_a_newer_version_is_not_touched(store_url: str, tmp_path: Path) -> None:
    open_store(store_url, blobs="blobs", root=tmp_path).close()
    if store_url.startswith("sqlite"):
        with closing(sqlite3.connect(tmp_path / "store.db")) as file:
            file.execute(NEWER)
            file.commit()
    else:
        with psycopg.connect(store_url) as server:
            server.execute(NEWER)
    with pytest.raises(MigrationNeeded, match="9999_from_the_future"):
        open_store(store_url, blobs="blobs", root=tmp_path)


def test_a_migration_that_fails_leaves_nothing(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = schema._scripts("sqlite" if store_url.startswith("sqlite") else "postgresql")
    sql = "CREATE TABLE extra (x INTEGER);\nCREATE TABLE runs (x INTEGER);\n"
    broken = {**scripts, "0002_broken": sql}
    monkeypatch.setattr(schema, "_scripts", lambda _: broken)
    with pytest.raises(StoreError, match="runs"):
        open_store(store_url, blobs="blobs", root=tmp_path)
    monkeypatch.undo()
    with open_store(store_url, blobs="blobs", root=tmp_path) as store:
        assert list(store.runs.list()) == []


def test_a_later_migration_is_added_to_an_older_store(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(store_url, blobs="blobs", root=tmp_path).close()
    scripts = schema._scripts("sqlite" if store_url.startswith("sqlite") else "postgresql")
    added = {**scripts, "0002_added": "CREATE TABLE added (x INTEGER);\n"}
    monkeypatch.setattr(schema, "_scripts", lambda _: added)
    for _ in range(2):
        with open_store(store_url, blobs="blobs", root=tmp_path) as store:
            assert store.calls._reader.query("SELECT x FROM added") == []
