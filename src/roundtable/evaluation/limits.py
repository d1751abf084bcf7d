"""How much may be spent, and how many calls may be under way: reserved before, settled after."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from roundtable.errors import BudgetError

# A token is at least one byte of its text; a chat template adds a few tokens to each message.
_TOKENS_PER_MESSAGE = 16


def most_input_tokens(n_bytes: int, n_messages: int) -> int:
    """Returns a bound on a request's input tokens: no tokenizer makes more tokens than bytes."""
    return n_bytes + _TOKENS_PER_MESSAGE * (n_messages + 2)


Sleep = Callable[[float], Awaitable[object]]


class Budget:
    """A hard limit on what a run may cost, shared by all its calls.

    Each call's highest price is reserved before it is sent. A call that does not fit waits until
    others settle for less than they reserved; when none is left to wait for, the run stops.

    Args:
        limit_usd: What the run may cost in all.
        spent_usd: What it has cost already.
    """

    def __init__(self, limit_usd: float, *, spent_usd: float = 0.0) -> None:
        self.limit_usd = limit_usd
        self.spent_usd = spent_usd
        self._reserved_usd = 0.0
        self._n_reserved = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        # A provider that bills more than was reserved is reserved more for from then on.
        self._factor = 1.0

    async def reserve(self, usd: float) -> float:
        """Reserves a call's highest price and returns what to hand to `settle` or `release`.

        Raises:
            BudgetError: the call could pass the limit, and nothing under way can free enough.
        """
        if usd <= 0:
            return 0.0
        while True:
            wanted = usd * self._factor
            if self.spent_usd + self._reserved_usd + wanted <= self.limit_usd:
                self._reserved_usd += wanted
                self._n_reserved += 1
                return wanted
            if not self._n_reserved:
                raise BudgetError(
                    f"the budget of ${self.limit_usd:g} a run is used up:"
                    f" ${self.spent_usd:.6g} spent, and the next call may cost ${wanted:.6g}",
                    reserved_usd=self.spent_usd,
                    limit_usd=self.limit_usd,
                    fix="raise budget.usd_per_run in roundtable.toml and run the same command:"
                    " it goes on from here",
                )
            freed = asyncio.get_running_loop().create_future()
            self._waiting.append(freed)
            await freed

    def settle(self, reserved_usd: float, actual_usd: float) -> None:
        """Replaces a reservation by what the call cost."""
        self.spent_usd += actual_usd
        if reserved_usd > 0 and actual_usd > reserved_usd:
            self._factor *= actual_usd / reserved_usd
        self.release(reserved_usd)

    def release(self, reserved_usd: float) -> None:
        """Gives a reservation back."""
        if reserved_usd > 0:
            self._n_reserved -= 1
        # Rounding leaves a little of many sums: without a call under way, nothing is reserved.
        left = max(0.0, self._reserved_usd - reserved_usd)
        self._reserved_usd = left if self._n_reserved else 0.0
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)


class Limiter:
    """How many calls to one model may be under way; halves on a refusal and grows again.

    Additive increase, multiplicative decrease, as in Chiu and Jain 1989, Analysis of the Increase
    and Decrease Algorithms for Congestion Avoidance: one more slot for each full round of
    successes, half as many after a refusal, at most one halving a second.

    Args:
        max_in_flight: The most calls at once, at least 1.
    """

    def __init__(self, max_in_flight: int) -> None:
        self.max_in_flight = max_in_flight
        self.allowed = float(max_in_flight)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._paused_until_s = 0.0
        self._halved_at_s = float("-inf")

    async def enter(self, sleep: Sleep = asyncio.sleep) -> None:
        """Waits for a slot; `sleep` waits while the provider wants a pause."""
        while True:
            pause_s = self._paused_until_s - time.monotonic()
            if pause_s > 0:
                await sleep(pause_s)
                continue
            if self.in_flight < int(self.allowed):
                self.in_flight += 1
                return
            slot = asyncio.get_running_loop().create_future()
            self._waiting.append(slot)
            await slot

    def leave(self) -> None:
        """Gives the slot back."""
        self.in_flight -= 1
        self._wake()

    def succeeded(self) -> None:
        """Notes an answer: the limit grows towards its maximum."""
        if self.allowed < self.max_in_flight:
            self.allowed = min(float(self.max_in_flight), self.allowed + 1.0 / self.allowed)

    def refused(self, *, wait_s: float | None) -> None:
        """Notes a refusal for too many calls: half as many, and none before `wait_s` has passed."""
        now_s = time.monotonic()
        if now_s - self._halved_at_s >= 1.0:
            self.allowed = max(1.0, self.allowed / 2)
            self._halved_at_s = now_s
        if wait_s:
            self.pause(wait_s)

    def pause(self, seconds: float) -> None:
        """Lets no call start for some seconds."""
        self._paused_until_s = max(self._paused_until_s, time.monotonic() + seconds)

    def _wake(self) -> None:
        free = int(self.allowed) - self.in_flight
        while free > 0 and self._waiting:
            slot = self._waiting.popleft()
            if not slot.done():
                slot.set_result(None)
                free -= 1
