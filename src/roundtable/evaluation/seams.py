"""Functions from `Complete` to `Complete`: cache, retry, budget, limit; stacked outermost first."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec

from roundtable.digest import Key, canonical
from roundtable.economics.price import Price
from roundtable.errors import ProviderError, RateLimitError, RoundtableError
from roundtable.evaluation.limits import Budget, Limiter, Sleep, most_input_tokens
from roundtable.generation.connectors.rates import RateHint
from roundtable.generation.types import Complete, Request, Response, Usage
from roundtable.store import Call, Calls
from roundtable.store.calls import Known
from roundtable.store.ulid import RunId

ATTEMPTS = 6
BASE_S = 0.5
CAP_S = 20.0
LONGEST_WAIT_S = 120.0

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Response).decode


class Tally(msgspec.Struct, kw_only=True):
    """What was done for one sample: its cost when its calls were made, and how often it asked."""

    made: int = 0
    cached: int = 0
    retried: int = 0
    failed: int = 0
    usd: float = 0.0
    oldest: datetime | None = None


class Health(msgspec.Struct, kw_only=True):
    """Whether a model's provider answers: how many calls it answered and refused."""

    n_answered: int = 0
    n_refused: int = 0


def call_key(request: bytes, provider: str, endpoint: str) -> Key:
    """Returns the key of a call: SHA-256 over the canonical request, the provider, the endpoint."""
    hashed = hashlib.sha256(request)
    hashed.update(f"\0{provider}\0{endpoint}".encode())
    return Key(hashed.hexdigest())


def cached(
    complete: Complete,
    *,
    calls: Calls,
    looked_up: dict[Key, Known | None],
    asking: dict[Key, asyncio.Future[None]],
    tally: Tally,
    run: RunId,
    provider: str,
    endpoint: str,
    price: Price,
    fresh: str = "",
) -> Complete:
    """Answers from the journal, or asks and commits the answer before anything else uses it.

    Args:
        complete: What is asked where the journal has no answer.
        calls: The journal.
        looked_up: What the journal was found to hold; other keys are looked up when they come.
        asking: Calls under way; the same call is made once and waited for by all who want it.
        tally: Counts this sample's calls.
        run: Who pays.
        provider: Of the key.
        endpoint: Of the key.
        price: Of the model.
        fresh: The run, if it is to ask everything again.
    """

    async def ask(request: Request, key: Key, asked: bytes) -> tuple[float, Response]:
        asked_at = datetime.now(UTC)
        retried_before = tally.retried
        response = await complete(request)
        usd = _usd(price, response.usage)
        row = Call(
            key=key,
            run=run,
            provider=provider,
            endpoint=endpoint,
            model=response.model or request.model,
            request=asked,
            response=_encode(response),
            usd=usd,
            asked_at=asked_at,
            latency_ms=response.latency_ms,
            attempts=tally.retried - retried_before + 1,
            fresh=fresh,
        )
        # Shielded: an interrupt must not lose an answer that was paid for.
        await asyncio.shield(calls.put(row))
        return usd, response

    async def answer(request: Request) -> Response:
        asked = canonical(request)
        key = call_key(asked, provider, endpoint)
        while (under_way := asking.get(key)) is not None:
            looked_up.pop(key, None)
            await under_way
        hit = looked_up[key] if key in looked_up else calls.get_known((key,), fresh=fresh).get(key)
        if hit is not None:
            tally.cached += 1
            tally.usd += hit.usd
            if tally.oldest is None or hit.asked_at < tally.oldest:
                tally.oldest = hit.asked_at
            return _decode(hit.response)
        done = asking[key] = asyncio.get_running_loop().create_future()
        try:
            usd, response = await ask(request, key, asked)
        finally:
            del asking[key]
            done.set_result(None)
        tally.made += 1
        tally.usd += usd
        return response

    return answer


def retrying(
    complete: Complete,
    *,
    tally: Tally,
    health: Health,
    attempts: int = ATTEMPTS,
    base_s: float = BASE_S,
    sleep: Sleep = asyncio.sleep,
) -> Complete:
    """Asks again after failures that may pass, waiting at random up to a doubling bound.

    Source: full jitter, Brooker 2015, Exponential Backoff and Jitter (AWS Architecture Blog); a
    provider's own Retry-After is waited for in full.
    """

    async def answer(request: Request) -> Response:
        for attempt in range(attempts):
            try:
                response = await complete(request)
            except ProviderError as error:
                if not error.retryable:
                    tally.failed += 1
                    health.n_refused += 1
                    raise
                wait_s = error.retry_after_s or 0.0
                if attempt + 1 == attempts or wait_s > LONGEST_WAIT_S:
                    tally.failed += 1
                    raise
                tally.retried += 1
                jitter_s = random.uniform(0.0, min(CAP_S, base_s * 2**attempt))
                await sleep(wait_s + jitter_s)
            else:
                health.n_answered += 1
                return response
        raise AssertionError("unreachable: the last attempt returns or raises")

    return answer


def budgeted(
    complete: Complete,
    *,
    budget: Budget,
    price: Price,
    charge: Callable[[float, str], Awaitable[None]],
) -> Complete:
    """Reserves a call's highest price before it is sent, and settles the real one after it.

    Args:
        complete: What is asked.
        budget: Shared by all calls of the run.
        price: Of the model.
        charge: Keeps that a failed call may have been billed.
    """
    if price.is_free:
        return complete

    async def answer(request: Request) -> Response:
        n_bytes = sum(len(message.content.encode()) for message in request.messages)
        if request.grammar is not None:
            n_bytes += len(canonical(request.grammar))
        highest_usd = price.usd(
            input_tokens=most_input_tokens(n_bytes, len(request.messages)),
            output_tokens=request.max_tokens,
        )
        reserved_usd = await budget.reserve(highest_usd)
        try:
            response = await complete(request)
        except BaseException as error:
            billed = not isinstance(error, RoundtableError) or (
                isinstance(error, ProviderError) and error.billed == "maybe"
            )
            if billed:
                # Nobody knows: counted as if it had cost the most, so the limit holds for certain.
                budget.settle(reserved_usd, reserved_usd)
                await asyncio.shield(charge(reserved_usd, type(error).__name__))
            else:
                budget.release(reserved_usd)
            raise
        budget.settle(reserved_usd, _usd(price, response.usage))
        return response

    return answer


def limited(
    complete: Complete,
    *,
    limiter: Limiter,
    hint: RateHint | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Complete:
    """Holds the calls under way to what the provider bears.

    Args:
        complete: What is asked.
        limiter: Shared by all calls of the model.
        hint: What the provider says of its limits.
        sleep: Waits where the provider asked for a pause.
    """

    async def answer(request: Request) -> Response:
        await limiter.enter(sleep)
        try:
            response = await complete(request)
        except RateLimitError as error:
            limiter.refused(wait_s=error.retry_after_s)
            raise
        finally:
            limiter.leave()
        limiter.succeeded()
        if hint is not None and hint.remaining_requests == 0 and hint.reset_s:
            limiter.pause(min(hint.reset_s, LONGEST_WAIT_S))
        return response

    return answer


def _usd(price: Price, usage: Usage) -> float:
    # Economics knows no Usage: it works without a model.
    return price.usd(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens,
    )
