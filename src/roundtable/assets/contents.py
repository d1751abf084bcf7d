"""A file by its content: its digest, remembered for files that are long to read."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import msgspec

from roundtable.assets.tables import file_digest
from roundtable.digest import Key, digest

# Below this, reading the file takes less than a tenth of a second.
REMEMBERED_FROM_BYTES = 32_000_000
_SETTLED_S = 2.0


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    size: int
    modified_ns: int
    digest: Key


def content_digest(path: Path, *, cache: Path | None) -> Key:
    """Returns the SHA-256 of a file's content.

    A large file is read again only when its size or time of change differ from those it had. A file
    that was changed in the last two seconds may change again within the same tick of its clock: its
    digest is not remembered.

    Args:
        path: The file.
        cache: The folder that remembers, which may be missing; None to read the file each time.

    Raises:
        OSError: the file cannot be read.
    """
    status = path.stat()
    if cache is None or status.st_size < REMEMBERED_FROM_BYTES:
        return file_digest(path)
    kept = cache / f"content-{digest(str(path.resolve()))}.json"
    try:
        known = msgspec.json.decode(kept.read_bytes(), type=_Known)
        if (known.size, known.modified_ns) == (status.st_size, status.st_mtime_ns):
            return known.digest
    except (OSError, msgspec.MsgspecError):
        pass  # nothing is remembered, or nothing that can be read
    found = file_digest(path)
    if time.time() - status.st_mtime > _SETTLED_S:
        _remember(
            kept,
            _Known(size=status.st_size, modified_ns=status.st_mtime_ns, digest=found),
        )
    return found


def _remember(kept: Path, known: _Known) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=kept.parent, suffix=".partial")
    with os.fdopen(handle, "wb") as out:
        out.write(msgspec.json.encode(known))
    os.replace(partial, kept)
