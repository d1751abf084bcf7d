"""Runs of words as numbers, and rows of numbers as bytes."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence

RUN = 5
"""Words in a run."""


def runs_of(words: Sequence[str]) -> list[int]:
    """Returns the checksum of the run that begins at each word."""
    return [zlib.crc32(" ".join(words[i : i + RUN]).encode()) for i in range(len(words) - RUN + 1)]


def little(values: array[int]) -> bytes:
    """Returns numbers as bytes, little end first."""
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values.tobytes()


def from_little(typecode: str, data: bytes) -> array[int]:
    """Returns numbers from such bytes."""
    values: array[int] = array(typecode)
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values
