"""Canonical bytes of a value, and their SHA-256 key.

A key names what something was made from, so equal inputs must give equal bytes on every machine:
mappings are written in key order, sets in the order of their members' bytes, floats by their
shortest round-trip form.
"""

from __future__ import annotations

import hashlib
from typing import NewType

import msgspec

Key = NewType("Key", str)
"""A SHA-256 in 64 hexadecimal digits."""

_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical(value: object) -> bytes:
    """Returns the value as deterministic JSON.

    Args:
        value: Structs, mappings with string keys, sequences, sets, strings, numbers, dates, None.

    Raises:
        TypeError: for a value that has no JSON form.
    """
    return _ENCODER.encode(value)


def digest(value: object) -> Key:
    """Returns the SHA-256 of the value's canonical bytes; of the bytes themselves if it is bytes.

    >>> digest({"b": 1, "a": [2]}) == digest({"a": (2,), "b": 1})
    True
    """
    data = value if isinstance(value, bytes) else _ENCODER.encode(value)
    return Key(hashlib.sha256(data).hexdigest())
