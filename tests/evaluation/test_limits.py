import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import BudgetError
from roundtable.evaluation.limits import Budget, Limiter, most_input_tokens


async def test_a_call_that_does_not_fit_is_refused() -> None:
    budget = Budget(1.0, spent_usd=0.9)
    with pytest.raises(BudgetError) as caught:
        await budget.reserve(0.2)
    assert caught.value.limit_usd == 1.0
    assert "usd_per_run" in caught.value.fix


async def test_a_call_waits_for_others_to_settle_for_less() -> None:
    budget = Budget(1.0)
    first = await budget.reserve(0.8)
    waiting = asyncio.create_task(budget.reserve(0.5))
    await asyncio.sleep(0)
    assert not waiting.done()
    budget.settle(first, 0.1)
    assert await waiting == pytest.approx(0.5)
    assert budget.spent_usd == pytest.approx(0.1)


async def test_a_provider_that_bills_more_than_reserved_is_reserved_more_for() -> None:
    budget = Budget(1.0)
    budget.settle(await budget.reserve(0.1), 0.3)
    assert await budget.reserve(0.1) == pytest.approx(0.3)


async def test_when_nothing_is_under_way_a_call_that_does_not_fit_never_waits() -> None:
    """What rounding leaves of many reservations is no call that could still settle."""
    draws = random.Random(0)
    for _ in range(200):
        budget = Budget(100.0)
        held = [await budget.reserve(draws.uniform(0.001, 1.0)) for _ in range(40)]
        draws.shuffle(held)
        for one in held:
            budget.settle(one, one / 2)
        with pytest.raises(BudgetError):
            await asyncio.wait_for(budget.reserve(100.0), timeout=1)


@given(
    costs=st.lists(st.tuples(st.floats(0.001, 1.0), st.floats(0.0, 1.0)), max_size=40),
    limit=st.floats(0.01, 5.0),
)
def test_spend_never_passes_the_limit(costs: list[tuple[float, float]], limit: float) -> None:
    async def spend() -> float:
        budget = Budget(limit)

        async def call(highest: float, share: float) -> None:
            reserved = await budget.reserve(highest)
            await asyncio.sleep(0)
            budget.settle(reserved, highest * share)

        await asyncio.gather(*(call(*cost) for cost in costs), return_exceptions=True)
        return budget.spent_usd

    assert asyncio.run(spend()) <= limit * (1 + 1e-9)


async def test_no_more_calls_are_under_way_than_allowed() -> None:
    limiter = Limiter(3)
    most = 0

    async def call() -> None:
        nonlocal most
        await limiter.enter()
        most = max(most, limiter.in_flight)
        await asyncio.sleep(0.001)
        limiter.leave()

    await asyncio.gather(*(call() for _ in range(20)))
    assert most == 3
    assert limiter.in_flight == 0


async def test_a_refusal_halves_the_limit_and_answers_grow_it_again() -> None:
    limiter = Limiter(8)
    limiter.refused(wait_s=None)
    limiter.refused(wait_s=None)  # of the same moment: one congestion, one halving
    assert limiter.allowed == 4
    for _ in range(200):
        limiter.succeeded()
    assert limiter.allowed == 8


def test_no_tokenizer_makes_more_tokens_than_bytes() -> None:
    assert most_input_tokens(100, 1) >= 100
