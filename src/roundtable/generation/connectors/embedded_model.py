"""A model in this process: loaded on first use, shared by equal settings, answered by threads.

Every call into llama.cpp blocks, so it is made on a thread. A slot is an engine of its own with one
native thread: on two cores, two such engines do as much a second as one engine with two threads
does at best, and many times as much where other work keeps a core busy, because an engine's threads
wait for each other at every layer. The slots map the same weights, and a call's floating-point sums
never depend on what another call does meanwhile.
"""

from __future__ import annotations

import asyncio
import atexit
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import TypeVar
from weakref import WeakValueDictionary

import msgspec

from roundtable.generation.connectors.embedded_engine import Engine, Settings, load

T = TypeVar("T")


class Slot:
    """One call's hold on an engine. Its methods block.

    Args:
        engine: The engine that answers it.
        given_up: Set when nobody waits for the call any more.
    """

    def __init__(self, engine: Engine, given_up: Event) -> None:
        self._engine = engine
        self._given_up = given_up
        self.tokens = engine.tokens
        self.spelled = engine.spelled
        self.holds_control = engine.holds_control
        self.rendered = engine.rendered

    def chat(self, body: dict[str, object], take: Callable[[bytes], object]) -> None:
        """Asks for a turn of a conversation; `take` gets each piece of JSON as it comes."""
        self._call(self._engine.server.handle_chat_completions, body, take)

    def complete(self, body: dict[str, object], take: Callable[[bytes], object]) -> None:
        """Asks for a text to be continued; `take` gets each piece of JSON as it comes."""
        self._call(self._engine.server.handle_completions, body, take)

    def _call(
        self, method: Callable[..., None], body: dict[str, object], take: Callable[[bytes], object]
    ) -> None:
        failure: list[BaseException] = []

        def give(piece: bytes) -> bool:
            # The native side drops what a callback raises, so it is kept and raised afterwards.
            try:
                take(piece)
            except BaseException as error:
                failure.append(error)
            return bool(failure) or self._given_up.is_set()

        if self._given_up.is_set():
            raise asyncio.CancelledError
        method(msgspec.json.encode(body), give)
        if failure:
            raise failure[0]


class LoadedModel:
    """One model in memory: up to as many engines as there are slots, each loaded when needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.users: WeakValueDictionary[int, object] = WeakValueDictionary()
        self._loading = Lock()
        self._choosing = Lock()
        # The engines that no call holds, each with the prompt that it remembers.
        self._free: list[tuple[Engine, str]] = []
        self._threads = ThreadPoolExecutor(settings.slots, thread_name_prefix="embedded")

    async def run(self, work: Callable[[Slot], T], prompt: str) -> T:
        """Runs blocking work on a slot, in a thread.

        Args:
            work: What to do with the slot.
            prompt: The text that the call begins with, to find the slot that remembers most of it.
        """
        given_up = Event()
        future = self._threads.submit(self._work, work, prompt, given_up)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            given_up.set()
            raise

    def close(self) -> None:
        """Waits for the calls that run, and frees the memory."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._free.clear()

    def _work(self, work: Callable[[Slot], T], prompt: str, given_up: Event) -> T:
        engine = self._engine_for(prompt)
        try:
            return work(Slot(engine, given_up))
        finally:
            with self._choosing:
                self._free.append((engine, prompt))

    def _engine_for(self, prompt: str) -> Engine:
        with self._choosing:
            if self._free:
                best = max(self._free, key=lambda free: _n_shared(free[1], prompt))
                self._free.remove(best)
                return best[0]
        # There are as many threads as slots, so a thread without an engine may load one.
        with self._loading:
            return load(self.settings)


_loaded: dict[Settings, LoadedModel] = {}
_registering = Lock()


def model_for(user: object, settings: Settings) -> LoadedModel:
    """Returns the process's model of these settings, and notes who uses it."""
    with _registering:
        model = _loaded.get(settings)
        if model is None:
            model = _loaded[settings] = LoadedModel(settings)
        model.users[id(user)] = user
        return model


async def release(user: object) -> None:
    """Ends a connector's use of its models; the last one out frees each."""
    with _registering:
        unused = []
        for settings, model in list(_loaded.items()):
            if model.users.pop(id(user), None) is not None and not model.users:
                unused.append(_loaded.pop(settings))
    for model in unused:
        await asyncio.to_thread(model.close)


@atexit.register
def _close_all() -> None:
    while _loaded:
        _loaded.popitem()[1].close()


def _n_shared(first: str, second: str) -> int:
    """Returns how many characters two texts have in common at their beginning."""
    longest = range(min(len(first), len(second)))
    return bisect_left(longest, True, key=lambda at: first[: at + 1] != second[: at + 1])
