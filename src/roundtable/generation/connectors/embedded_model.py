"""A model in this process: loaded on first use, shared by equal settings, answered by threads.

llama.cpp's server runs in native threads of its own. Every call into it blocks, so it is made on
one of as many Python threads as there are slots; a slot is a conversation's place in the model's
memory, and a call is given the free slot that remembers most of its prompt.
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
    """One call's hold on a loaded model. Its methods block.

    Args:
        engine: The native server.
        number: The slot's number.
        given_up: Set when nobody waits for the call any more.
    """

    def __init__(self, engine: Engine, number: int, given_up: Event) -> None:
        self._engine = engine
        self.number = number
        self.given_up = given_up
        self.tokens = engine.tokens
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
            return bool(failure) or self.given_up.is_set()

        method(msgspec.json.encode({**body, "id_slot": self.number, "cache_prompt": True}), give)
        if failure:
            raise failure[0]


class LoadedModel:
    """One model in memory, and the threads that call it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.users: WeakValueDictionary[int, object] = WeakValueDictionary()
        self._engine: Engine | None = None
        self._loading = Lock()
        self._choosing = Lock()
        self._free = dict.fromkeys(range(settings.slots), "")
        self._threads = ThreadPoolExecutor(settings.slots, thread_name_prefix="embedded")

    async def run(self, work: Callable[[Slot], T], prompt: str) -> T:
        """Runs blocking work on a slot, in a thread; loads the model if nobody has.

        Args:
            work: What to do with the slot.
            prompt: The text that the call begins with, to find the slot that remembers it.
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
        self._engine = None

    def _work(self, work: Callable[[Slot], T], prompt: str, given_up: Event) -> T:
        with self._loading:
            if self._engine is None:
                self._engine = load(self.settings)
            engine = self._engine
        with self._choosing:
            number = max(self._free, key=lambda free: _shared(self._free[free], prompt))
            remembered = self._free.pop(number)
        try:
            result = work(Slot(engine, number, given_up))
            remembered = prompt
            return result
        finally:
            with self._choosing:
                self._free[number] = remembered


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


def _shared(first: str, second: str) -> int:
    """Returns how many characters two texts have in common at their beginning."""
    longest = range(min(len(first), len(second)))
    return bisect_left(longest, True, key=lambda at: first[: at + 1] != second[: at + 1])
