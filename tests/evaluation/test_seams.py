import asyncio
import random

import pytest

from roundtable.economics import Price
from roundtable.errors import AuthError, RateLimitError, ServerError
from roundtable.evaluation.limits import Limiter
from roundtable.evaluation.seams import ATTEMPTS, Health, Tally, cached, limited, retrying
from roundtable.generation.types import Message, Request, Response, Usage
from roundtable.store import Store, new_run_id

REQUEST = Request(model="m", messages=(Message(role="user", content="hello"),))
ANSWER = Response(text="hi", usage=Usage(input_tokens=10, output_tokens=2))


class Model:
    """Answers after failing as often as it is told to; counts its calls."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.n_calls = 0

    async def complete(self, request: Request, /) -> Response:
        self.n_calls += 1
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        return ANSWER


async def test_a_failure_that_may_pass_is_asked_again_after_what_the_provider_wants() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    random.seed(1)
    tally, health = Tally(), Health()
    model = Model(RateLimitError("slow down", retry_after_s=3.0), ServerError("oops"))
    answer = await retrying(model.complete, tally=tally, health=health, sleep=sleep)(REQUEST)
    assert answer == ANSWER
    assert tally.retried == 2
    assert waits[0] >= 3.0
    assert health.n_answered == 1


async def test_a_wrong_key_is_not_asked_again() -> None:
    model = Model(AuthError("wrong key"))
    with pytest.raises(AuthError):
        await retrying(model.complete, tally=Tally(), health=Health())(REQUEST)
    assert model.n_calls == 1


async def test_it_gives_up_after_the_last_attempt() -> None:
    async def sleep(seconds: float) -> None:
        assert seconds <= 20.0

    model = Model(*(ServerError("oops") for _ in range(ATTEMPTS)))
    tally = Tally()
    with pytest.raises(ServerError):
        await retrying(model.complete, tally=tally, health=Health(), sleep=sleep)(REQUEST)
    assert model.n_calls == ATTEMPTS
    assert tally.failed == 1


async def test_a_refusal_slows_all_calls_down() -> None:
    limiter = Limiter(4)
    with pytest.raises(RateLimitError):
        await limited(Model(RateLimitError("no")).complete, limiter=limiter)(REQUEST)
    assert limiter.allowed == 2
    assert limiter.in_flight == 0


async def test_the_same_call_is_paid_once_even_at_the_same_time(store: Store) -> None:
    model = Model()
    run = new_run_id()
    tallies = [Tally() for _ in range(5)]
    asking: dict[object, object] = {}
    stacks = [
        cached(
            model.complete,
            calls=store.calls,
            looked_up={},
            asking=asking,  # type: ignore[arg-type]
            tally=tally,
            run=run,
            provider="openai",
            endpoint="http://127.0.0.1/v1",
            price=Price(input_usd_per_mtok=1.0),
        )
        for tally in tallies
    ]
    answers = await asyncio.gather(*(complete(REQUEST) for complete in stacks))
    assert answers == [ANSWER] * 5
    assert model.n_calls == 1
    assert sum(tally.made for tally in tallies) == 1
    assert store.calls.spent(run) == pytest.approx(10e-6)
    assert await stacks[0](REQUEST) == ANSWER
    assert model.n_calls == 1
