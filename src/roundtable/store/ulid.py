"""Ids of runs: they sort by the time that they were made.

Source: the ULID specification (github.com/ulid/spec): 48 bits of milliseconds, 80 random bits,
Crockford's base 32; within a millisecond the random part counts up.
"""

from __future__ import annotations

import secrets
import threading
import time
from typing import NewType

RunId = NewType("RunId", str)
"""A ULID in 26 characters."""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0


def new_run_id() -> RunId:
    """Returns an id greater than every one made before in this process.

    >>> new_run_id() < new_run_id()
    True
    """
    global _last
    fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _lock:
        # Within one millisecond, and when the clock is set back, count on from the last one.
        if fresh >> _RANDOM_BITS <= _last >> _RANDOM_BITS:
            fresh = _last + 1
        _last = fresh
    return RunId("".join(_DIGITS[fresh >> shift & 31] for shift in range(125, -1, -5)))
