import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from roundtable.errors import StoreError
from roundtable.store import open_store
from roundtable.store.sqlite import SqliteDatabase


def test_a_commit_is_synced_to_the_disk_and_readers_cannot_write(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "store.db")
    with (
        closing(database.connect(writes=True)) as writer,
        closing(database.connect(writes=False)) as reader,
    ):
        assert writer.execute("PRAGMA journal_mode") == [("wal",)]
        assert writer.execute("PRAGMA synchronous") == [(2,)]  # FULL
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("CREATE TABLE x (y)")


def test_a_file_that_is_no_database_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("my notes, which I would not like to lose " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError) as failed:
        open_store("sqlite:///store.db", blobs="blobs", root=tmp_path)
    assert str(path) in str(failed.value)
    assert "name another file" in failed.value.fix
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file is in the way")
    with pytest.raises(StoreError, match="folder cannot be made"):
        open_store("sqlite:///folder/store.db", blobs="blobs", root=tmp_path)


def test_a_script_is_one_transaction(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path / "store.db").connect(writes=True)) as session:
        session.begin()
        session.script("CREATE TABLE x (y);\n-- a comment; it goes on\nCREATE TABLE z (\n y);\n")
        session.rollback()
        assert session.execute("SELECT count(*) FROM sqlite_master") == [(0,)]
