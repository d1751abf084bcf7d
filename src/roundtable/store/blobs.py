"""Files by their SHA-256, in a local folder or wherever fsspec reaches."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from roundtable.digest import Key, digest
from roundtable.errors import MissingExtraError, Place, StoreError, UsageError

_KEY = re.compile(r"[0-9a-f]{64}")


class _Folder(Protocol):
    """Where blobs lie; names are relative paths, errors are the system's own."""

    def size(self, name: str) -> int | None: ...
    def read(self, name: str) -> bytes: ...
    def write(self, name: str, data: bytes) -> None: ...


class Blobs:
    """Blobs by digest.

    Args:
        url: A local path, or any URL that fsspec knows, without a password in it.
        root: What a relative path is relative to.

    Raises:
        UsageError: the URL holds a password, or nothing can open it.
        MissingExtraError: its file system needs another package.
    """

    def __init__(self, url: str, *, root: Path) -> None:
        scheme, separator, rest = url.partition("://")
        if separator and scheme != "file":
            if urlsplit(url).password:
                raise UsageError(
                    "the URL of `blobs` holds a password",
                    fix="take it out and give it by the environment, as the service documents",
                )
            self._folder: _Folder = _RemoteFolder(url)
            self._place = Place(field="blobs")
        else:
            path = root / (rest if separator else url)
            self._folder = _LocalFolder(path)
            self._place = Place(file=str(path))

    def put(self, data: bytes) -> Key:
        """Keeps the bytes, and returns their key.

        Raises:
            StoreError: they cannot be written.
        """
        key = digest(bytes(data))
        name = _name(key)
        try:
            # A file of another size is what a broken write left: it is written anew.
            if self._folder.size(name) != len(data):
                self._folder.write(name, data)
        except OSError as error:
            raise self._wrap(error, "written") from error
        return key

    def get(self, key: Key) -> bytes:
        """Returns the bytes with this key.

        Raises:
            StoreError: there are none, or what is there is something else.
        """
        try:
            data = self._folder.read(_name(key))
        except FileNotFoundError as error:
            raise StoreError(
                f"the store has no blob {key}",
                where=self._place,
                fix="run the command that made it again, or pull it from where it is",
            ) from error
        except OSError as error:
            raise self._wrap(error, "read") from error
        if digest(data) != key:
            raise StoreError(
                f"the blob {key} has been changed: its content has another digest",
                where=self._place,
                fix="delete that file and run the command that made it again",
            )
        return data

    def has(self, key: Key) -> bool:
        """Tells whether there is a blob with this key.

        Raises:
            StoreError: the place cannot be read.
        """
        try:
            return self._folder.size(_name(key)) is not None
        except OSError as error:
            raise self._wrap(error, "read") from error

    def _wrap(self, error: OSError, verb: str) -> StoreError:
        return StoreError(
            f"a blob cannot be {verb}: {error.strerror or type(error).__name__}",
            where=self._place,
            fix="check that the place of `blobs` can be reached and has room, then run again",
        )


class _LocalFolder:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self, name: str) -> int | None:
        try:
            return (self._path / name).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, name: str) -> bytes:
        return (self._path / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """Writes beside the final name, to the disk, and renames: a name never has half a file."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_folder(path.parent)


class _RemoteFolder:
    """A place that fsspec reaches; object stores show an object only once it is whole."""

    def __init__(self, url: str) -> None:
        import fsspec

        scheme = urlsplit(url).scheme
        try:
            self._files, self._path = fsspec.core.url_to_fs(url)
        except ImportError as error:
            raise MissingExtraError(
                f"blobs at {scheme}://", scheme, pip=f"install what fsspec needs for it: {error}"
            ) from error
        except ValueError as error:
            raise UsageError(
                f"nothing opens a URL of `blobs` that begins with {scheme}://",
                fix="give a local path, or a URL that fsspec knows",
            ) from error

    def size(self, name: str) -> int | None:
        try:
            size = self._files.info(f"{self._path}/{name}")["size"]
        except FileNotFoundError:
            return None
        return -1 if size is None else int(size)

    def read(self, name: str) -> bytes:
        return bytes(self._files.cat_file(f"{self._path}/{name}"))

    def write(self, name: str, data: bytes) -> None:
        path = f"{self._path}/{name}"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(path, data)


def _name(key: Key) -> str:
    if not _KEY.fullmatch(key):
        raise UsageError(f"{key!r} is no key of a blob", fix="give 64 hexadecimal digits")
    return f"{key[:2]}/{key[2:]}"


def _sync_folder(path: Path) -> None:
    if os.name != "posix":  # other systems neither need it nor open folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
