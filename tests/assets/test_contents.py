"""A large file is read once, and again when it changes."""

import hashlib
import os
from pathlib import Path

import pytest

from roundtable.assets import contents
from roundtable.assets.contents import content_digest

LONG_AGO = 1_700_000_000


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(contents, "REMEMBERED_FROM_BYTES", 4)
    path = tmp_path / "weights.gguf"
    path.write_bytes(b"first")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_that_did_not_change_is_not_read_again(large: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert content_digest(large, cache=cache) == sha(b"first")
    large.write_bytes(b"other")  # of the same size and, as far as can be seen, the same age
    os.utime(large, (LONG_AGO, LONG_AGO))
    assert content_digest(large, cache=cache) == sha(b"first")
    assert content_digest(large, cache=None) == sha(b"other")


@pytest.mark.parametrize(("content", "age_s"), [(b"other", 60), (b"longer", 0)])
def test_a_file_that_changed_is_read_again(
    large: Path, tmp_path: Path, content: bytes, age_s: int
) -> None:
    cache = tmp_path / "cache"
    content_digest(large, cache=cache)
    large.write_bytes(content)
    os.utime(large, (LONG_AGO + age_s, LONG_AGO + age_s))
    assert content_digest(large, cache=cache) == sha(content)


def test_a_file_just_written_or_small_is_not_remembered(large: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    large.write_bytes(b"fresh")
    assert content_digest(large, cache=cache) == sha(b"fresh")
    large.write_bytes(b"a")
    assert content_digest(large, cache=cache) == sha(b"a")
    assert not cache.exists()


def test_what_is_remembered_but_broken_does_no_harm(large: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    content_digest(large, cache=cache)
    (kept,) = cache.iterdir()
    kept.write_text("{")
    assert content_digest(large, cache=cache) == sha(b"first")
