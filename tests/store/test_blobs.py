from pathlib import Path
from uuid import uuid4

import pytest

from roundtable.digest import digest
from roundtable.errors import MissingExtraError, StoreError, UsageError
from roundtable.store import Blobs


@pytest.fixture(params=["local", "file", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    urls = {
        "local": "blobs",
        "file": f"file://{tmp_path}/files",
        "memory": f"memory://{uuid4().hex}/blobs",
    }
    return Blobs(urls[request.param], root=tmp_path)


@pytest.mark.parametrize("data", [b"", b"abc", bytes(range(256)) * 1000])
def test_bytes_come_back_by_their_digest(blobs: Blobs, data: bytes) -> None:
    assert not blobs.has(digest(data))
    key = blobs.put(data)
    assert key == digest(data)
    assert blobs.put(data) == key
    assert blobs.has(key)
    assert blobs.get(key) == data


def test_a_blob_that_is_not_there_is_an_error_with_its_key(blobs: Blobs) -> None:
    with pytest.raises(StoreError, match=digest(b"none")):
        blobs.get(digest(b"none"))


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_what_is_no_key_reaches_no_file(blobs: Blobs, key: str) -> None:
    with pytest.raises(UsageError):
        blobs.get(key)  # type: ignore[arg-type]


def only_file(folder: Path) -> Path:
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    return path


def test_a_changed_blob_is_refused(tmp_path: Path) -> None:
    blobs = Blobs("blobs", root=tmp_path)
    key = blobs.put(b"true")
    only_file(tmp_path / "blobs").write_bytes(b"fake")
    with pytest.raises(StoreError, match="changed"):
        blobs.get(key)


def test_what_a_broken_write_left_is_written_anew(tmp_path: Path) -> None:
    blobs = Blobs("blobs", root=tmp_path)
    key = blobs.put(b"whole")
    only_file(tmp_path / "blobs").write_bytes(b"who")
    blobs.put(b"whole")
    assert blobs.get(key) == b"whole"


def test_a_write_leaves_no_temporary_file(tmp_path: Path) -> None:
    blobs = Blobs("blobs", root=tmp_path)
    key = blobs.put(b"abc")
    assert only_file(tmp_path / "blobs").relative_to(tmp_path / "blobs") == Path(key[:2], key[2:])


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file is in the way")
    with pytest.raises(StoreError) as failed:
        Blobs("blobs", root=tmp_path).put(b"abc")
    assert str(tmp_path) in str(failed.value)


def test_a_password_in_a_url_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        Blobs("sftp://me:hunter2@host/blobs", root=tmp_path)
    assert "hunter2" not in str(refused.value)


def test_a_url_that_nothing_opens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="teleport"):
        Blobs("teleport://blobs", root=tmp_path)


def test_a_file_system_that_needs_another_package_says_which(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="s3") as missing:
        Blobs("s3://bucket/blobs", root=tmp_path)
    assert "s3fs" in missing.value.fix
