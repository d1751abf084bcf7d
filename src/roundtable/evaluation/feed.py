"""Samples on their way to the workers: rendered, keyed and looked up a chunk at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from roundtable.assets import Sample
from roundtable.digest import Key
from roundtable.errors import InputError
from roundtable.generation.pipeline import Demonstration
from roundtable.generation.types import Request
from roundtable.store.calls import Known

CHUNK = 500
_FIRST = 32  # a first chunk that is soon ready, so that results show at once


class Ready(msgspec.Struct, kw_only=True):
    """A sample whose first call is rendered and keyed."""

    index: int
    sample: Sample
    inputs: dict[str, object]
    demonstrations: tuple[Demonstration, ...]
    request: Request | None = None
    key: Key | None = None
    error: InputError | None = None
    known: Known | None = None


class Feed:
    """Hands out prepared samples; the next chunk is prepared while this one is worked on."""

    def __init__(self, prepare: Callable[[int, int], list[Ready]], n: int) -> None:
        self._prepare, self._n = prepare, n
        self._start = 0
        self._ready: deque[Ready] = deque()
        self._lock = asyncio.Lock()
        self._coming = self._begin()

    def _begin(self) -> asyncio.Task[list[Ready]] | None:
        size = CHUNK if self._start else _FIRST
        start, self._start = self._start, min(self._n, self._start + size)
        if start == self._start:
            return None
        return asyncio.create_task(asyncio.to_thread(self._prepare, start, self._start))

    async def take(self) -> Ready | None:
        """Returns the next sample, or None after the last."""
        while not self._ready:
            async with self._lock:
                if self._ready:
                    break
                if self._coming is None:
                    return None
                chunk = await self._coming
                self._coming = self._begin()
                self._ready.extend(chunk)
        return self._ready.popleft()

    async def close(self) -> None:
        """Waits for what is being prepared."""
        if self._coming is not None:
            await asyncio.gather(self._coming, return_exceptions=True)
