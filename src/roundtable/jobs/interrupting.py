"""A person's interrupts: the first lets calls under way finish, the second lets go of them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from roundtable.evaluation.runner import Execution


class Interrupted(KeyboardInterrupt):
    """A person stopped the run; what was committed is kept."""


class Interruption(msgspec.Struct, frozen=True, kw_only=True):
    """An interrupt as it comes.

    Args:
        n_under_way: Calls that are under way.
        at_once: Whether they are let go of, or waited for.
    """

    n_under_way: int
    at_once: bool


Told = Callable[[Interruption], None]


@contextmanager
def stops_on_signal(execution: Execution, told: Told | None) -> Iterator[None]:
    """Stops the execution on SIGINT or SIGTERM, and at once on a second one.

    Args:
        execution: What is stopped.
        told: Told of each interrupt.
    """
    loop = asyncio.get_running_loop()
    n_interrupts = 0

    def interrupt() -> None:
        nonlocal n_interrupts
        n_interrupts += 1
        at_once = n_interrupts > 1
        if told is not None:
            told(Interruption(n_under_way=execution.n_under_way, at_once=at_once))
        if at_once:
            execution.abort()
        else:
            execution.stop()

    installed = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, interrupt)
            installed.append(number)
        except (ValueError, RuntimeError, NotImplementedError):
            continue  # not in the main thread, or not on this system
    try:
        yield
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
