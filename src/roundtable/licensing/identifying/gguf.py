"""What the header of a GGUF file says of its license: read within bounds, never trusted.

Only the metadata before the tensors is walked, value by value; nothing of the weights is read. A
file that is cut or lies about its lengths gives a reason, not a crash.

Source: the GGUF specification of ggml-org/ggml, docs/gguf.md (versions 1 to 3), read on 2026-11-24.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

import msgspec

_MAGIC = b"GGUF"
_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MOST_KEYS = 4_096
_LONGEST_KEY = 65_535
_LONGEST_VALUE = 262_144
_MOST_ITEMS = 8_000_000
_DEEPEST = 4


class GgufHeader(msgspec.Struct, frozen=True):
    """The text entries of a GGUF file's metadata.

    Args:
        texts: Key to text, of those about the model in general.
        problem: Why reading stopped early; empty if all was read.
    """

    texts: dict[str, str]
    problem: str = ""


def is_gguf(path: Path) -> bool:
    """Says whether a file begins as GGUF files do."""
    with path.open("rb") as file:
        return file.read(4) == _MAGIC


def read_gguf(path: Path) -> GgufHeader:
    """Returns the general text entries of a GGUF file's metadata."""
    texts: dict[str, str] = {}
    with path.open("rb") as file:
        try:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            return GgufHeader(texts, "the file is empty")
        with view:
            try:
                _Walk(view).collect(texts)
            except _Malformed as error:
                return GgufHeader(texts, str(error))
            except struct.error:
                return GgufHeader(texts, "the header is cut off")
    return GgufHeader(texts)


class _Malformed(Exception):
    """The header says something that cannot be."""


class _Walk:
    """A place in the header, and how numbers are written there."""

    def __init__(self, view: mmap.mmap) -> None:
        self._view = view
        self._at = 4
        if view[:4] != _MAGIC:
            raise _Malformed("it does not begin with GGUF")
        version = struct.unpack_from("<I", view, 4)[0]
        self._order = "<"
        if version > 0xFFFF:
            self._order = ">"
            version = struct.unpack_from(">I", view, 4)[0]
        if version not in (1, 2, 3):
            raise _Malformed(f"version {version} of the format is unknown")
        self._length = "I" if version == 1 else "Q"
        self._at = 8

    def collect(self, texts: dict[str, str]) -> None:
        """Puts the general texts into `texts` as they come."""
        self._number(self._length)  # how many tensors
        n_keys = self._number(self._length)
        if n_keys > _MOST_KEYS:
            raise _Malformed(f"{n_keys} entries of metadata are more than any model has")
        for _ in range(n_keys):
            key = self._text(_LONGEST_KEY)
            kind = self._number("I")
            if kind == _STRING and key.startswith("general."):
                texts[key] = self._text(_LONGEST_VALUE)
            else:
                self._skip(kind, 0)

    def _number(self, form: str) -> int:
        value: int = struct.unpack_from(self._order + form, self._view, self._at)[0]
        self._at += struct.calcsize(self._order + form)
        return value

    def _forward(self, n: int) -> None:
        if self._at + n > len(self._view):
            raise _Malformed(f"at byte {self._at} it goes on for {n} bytes, beyond its end")
        self._at += n

    def _text(self, longest: int) -> str:
        length = self._number(self._length)
        if length > longest:
            raise _Malformed(f"at byte {self._at} a text of {length} bytes is too long")
        start = self._at
        self._forward(length)
        return self._view[start : self._at].decode("utf-8", errors="replace")

    def _skip(self, kind: int, depth: int) -> None:
        if kind in _SCALARS:
            self._forward(_SCALARS[kind])
        elif kind == _STRING:
            self._forward(self._number(self._length))
        elif kind == _ARRAY and depth < _DEEPEST:
            inner = self._number("I")
            n = self._number(self._length)
            if inner in _SCALARS:
                self._forward(n * _SCALARS[inner])
                return
            if n > _MOST_ITEMS:
                raise _Malformed(f"at byte {self._at} a list of {n} items is too long")
            for _ in range(n):
                self._skip(inner, depth + 1)
        else:
            raise _Malformed(f"at byte {self._at} the type {kind} is unknown")
