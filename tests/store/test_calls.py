import asyncio

import msgspec
import pytest

from roundtable.digest import digest
from roundtable.errors import StoreError
from roundtable.store import Store
from store.rows import ASKED_AT, RUN, a_call


async def test_a_call_comes_back_as_it_was_put(store: Store) -> None:
    call = a_call("one", fresh=RUN)
    await store.calls.put(call)
    assert store.calls.find(call.key) == call
    assert store.calls.find(digest("another")) is None


async def test_calls_come_back_by_key_over_many_queries(store: Store) -> None:
    calls = {call.key: call for call in map(a_call, range(1203))}
    await asyncio.gather(*map(store.calls.put, calls.values()))
    wanted = [*calls, digest("unknown"), *list(calls)[:5]]
    assert store.calls.get_many(wanted) == calls
    assert store.calls.known_keys(wanted) == calls.keys()
    known = store.calls.get_known(wanted)
    assert {key: one.response for key, one in known.items()} == {
        key: call.response for key, call in calls.items()
    }
    assert {(one.usd, one.asked_at) for one in known.values()} == {(0.25, ASKED_AT)}
    assert store.calls.get_many([]) == {}


async def test_the_latest_answer_to_a_key_counts(store: Store) -> None:
    await store.calls.put(a_call("one", response=b"old"))
    await store.calls.put(a_call("one", response=b"new"))
    found = store.calls.find(digest("one"))
    assert found is not None
    assert found.response == b"new"


async def test_a_fresh_run_sees_only_its_own_answers(store: Store) -> None:
    await store.calls.put(a_call("one", response=b"old"))
    keys = [digest("one")]
    assert store.calls.get_known(keys, fresh=RUN) == {}
    assert store.calls.known_keys(keys, fresh=RUN) == set()
    await store.calls.put(a_call("one", response=b"new", fresh=RUN))
    await store.calls.put(a_call("one", response=b"newer", fresh="another run"))
    assert store.calls.get_known(keys, fresh=RUN)[keys[0]].response == b"new"
    assert store.calls.get_known(keys)[keys[0]].response == b"newer"


async def test_a_run_has_spent_its_calls_and_what_may_have_been_billed(store: Store) -> None:
    assert store.calls.spent(RUN) == 0.0
    await store.calls.put(a_call("one", usd=0.5))
    await store.calls.put(a_call("two", usd=0.125))
    await store.calls.put(a_call("three", usd=8.0, run="another"))
    await store.calls.charge(RUN, 0.25, "the connection was cut after the request")
    assert store.calls.spent(RUN) == 0.875


async def test_the_nearest_calls_are_the_latest_of_the_same_model(store: Store) -> None:
    for name in range(5):
        await store.calls.put(a_call(name))
    await store.calls.put(a_call("other", model="another"))
    found = store.calls.nearest("openai", "mock", limit=2)
    assert [call.key for call in found] == [digest(4), digest(3)]


async def test_a_call_that_cannot_be_kept_fails_alone(store: Store) -> None:
    """A lone surrogate has no UTF-8 form; the others share its commit."""
    bad = a_call("bad", model="\ud800")
    outcomes = await asyncio.gather(
        *(store.calls.put(a_call(i)) for i in range(20)),
        store.calls.put(bad),
        *(store.calls.put(a_call(i)) for i in range(20, 40)),
        return_exceptions=True,
    )
    failed = [outcome for outcome in outcomes if outcome is not None]
    assert [type(outcome) for outcome in failed] == [StoreError]
    assert "\ud800" not in str(failed[0])
    keys = [digest(i) for i in range(40)]
    assert len(store.calls.known_keys([*keys, bad.key])) == 40


async def test_each_failed_call_gets_an_error_of_its_own(store: Store) -> None:
    bad = [msgspec.structs.replace(a_call(i), usd=None) for i in range(3)]  # type: ignore[arg-type]
    outcomes = await asyncio.gather(*map(store.calls.put, bad), return_exceptions=True)
    assert all(isinstance(outcome, StoreError) for outcome in outcomes)
    assert len({id(outcome) for outcome in outcomes}) == 3


async def test_a_call_whose_task_is_cancelled_may_stay_and_disturbs_nobody(store: Store) -> None:
    task = asyncio.create_task(store.calls.put(a_call("one")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.calls.put(a_call("two"))
    assert store.calls.find(digest("two")) is not None
