import subprocess
import sys
from pathlib import Path

import pytest

from roundtable.errors import UsageError
from roundtable.store import Store, open_store


def test_a_store_made_once_is_opened_again(store: Store, store_url: str, tmp_path: Path) -> None:
    store.ledger.append("signed", b"yes", by="ada@example.com")
    key = store.blobs.put(b"abc")
    with open_store(store_url, blobs="blobs", root=tmp_path) as again:
        assert again.ledger.verify().entries == 1
        assert again.blobs.get(key) == b"abc"


def test_a_path_is_relative_to_the_root_or_absolute(tmp_path: Path) -> None:
    open_store("sqlite:///new/folder/a.db", blobs="blobs", root=tmp_path).close()
    open_store(f"sqlite:///{tmp_path}/b.db", blobs="blobs", root=Path("elsewhere")).close()
    assert (tmp_path / "new/folder/a.db").exists()
    assert (tmp_path / "b.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@host/db",
        "postgresql://me@host/db?password=hunter2",
        "postgres://me:hunter2@host:port/db",
        "mysql://me:hunter2@host/db",
        "hunter2",
    ],
)
def test_a_url_that_is_refused_is_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_store(url, blobs="blobs", root=tmp_path)
    error: BaseException | None = refused.value
    assert "hunter2" not in str(error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "sqlite:///:memory:", "store.db"])
def test_a_url_without_a_file_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_store(url, blobs="blobs", root=tmp_path)
    assert "sqlite:///.roundtable/store.db" in refused.value.fix


def test_a_store_in_sqlite_loads_neither_psycopg_nor_fsspec(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from roundtable.store import open_store;"
        "open_store('sqlite:///s.db', blobs='b', root=Path(sys.argv[1])).close();"
        "print({'psycopg', 'fsspec', 'numpy', 'pydantic'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "set()"
