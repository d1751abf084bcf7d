"""The loopback provider itself: what tests and benchmarks rely on."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from servers.provider import Provider, shares

SCRIPT = Path(__file__).with_name("provider.py")


def chat(text: str, **more: object) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


async def statuses(provider: Provider, texts: list[str]) -> dict[str, int]:
    """The status of one call for each text, all at once; 0 for a broken connection."""

    async def one(session: aiohttp.ClientSession, text: str) -> int:
        try:
            url = f"{provider.openai_url}/chat/completions"
            async with session.post(url, json=chat(text)) as response:
                await response.json()
                return response.status
        except (aiohttp.ClientError, json.JSONDecodeError):
            return 0

    async with aiohttp.ClientSession() as session:
        found = await asyncio.gather(*(one(session, text) for text in texts))
    return dict(zip(texts, found, strict=True))


async def test_faults_hit_the_declared_share_and_the_same_requests_in_any_order(
    provider: Provider,
) -> None:
    texts = [f"n {i}" for i in range(400)]
    provider.behave(faults={"429": 0.1, "reset": 0.05, "malformed": 0.05})
    first = await statuses(provider, texts)
    failed = Counter(status for status in first.values() if status != 200)
    assert 20 <= failed[429] <= 60
    assert 20 <= failed[0] <= 60
    # Once each: then all are answered.
    assert set((await statuses(provider, texts)).values()) == {200}
    provider.reset()
    assert await statuses(provider, texts[::-1]) == dict(reversed(first.items()))
    provider.reset()
    provider.behave(seed=1)
    assert await statuses(provider, texts) != first


async def test_counters_tell_what_was_asked_and_paid(provider: Provider) -> None:
    provider.behave(latency_ms=30)
    await statuses(provider, [f"one two {i}" for i in range(20)])
    await statuses(provider, ["one two 0"])
    stats = provider.stats.document()
    assert (stats["calls"], stats["answered"], stats["distinct"]) == (21, 21, 20)
    assert (stats["paid_twice"], stats["max_in_flight"], stats["in_flight"]) == (1, 20, 0)
    assert (stats["input_tokens"], stats["output_tokens"]) == (63, 63)
    assert stats["by_status"] == {"200": 21}


async def test_it_fails_for_good_after_so_many_calls(provider: Provider) -> None:
    provider.behave(fail_after=3, fail_status=503)
    found = Counter((await statuses(provider, [f"n {i}" for i in range(10)])).values())
    assert found == {200: 3, 503: 7}


async def test_it_refuses_more_at_once_than_it_takes(provider: Provider) -> None:
    provider.behave(max_in_flight=4, latency_ms=50)
    found = Counter((await statuses(provider, [f"n {i}" for i in range(10)])).values())
    assert found[200] >= 4
    assert found[429] >= 1


async def test_answers_follow_the_declared_rule(provider: Provider) -> None:
    provider.behave(answers={"sink": "plumbing"})
    async with aiohttp.ClientSession() as session:
        url = f"{provider.openai_url}/chat/completions"
        async with session.post(url, json=chat("My sink leaks.")) as response:
            document = await response.json()
    assert document["choices"][0]["message"]["content"] == "plumbing"


def test_a_share_for_all_is_spread_over_the_usual_faults() -> None:
    assert sum(shares("0.2").values()) == pytest.approx(0.2)
    assert shares("429=0.1,reset=0.05") == {"429": 0.1, "reset": 0.05}


async def test_it_runs_as_a_process_that_says_where_it_is() -> None:
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--latency-ms", "1", "--key", "k", "--faults", "500=1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    where = json.loads(process.stdout.readline())
    try:
        async with aiohttp.ClientSession() as session:
            url = f"{where['openai_url']}/chat/completions"
            answers = []
            for key in ("wrong", "k", "k"):
                headers = {"Authorization": f"Bearer {key}"}
                async with session.post(url, json=chat(key), headers=headers) as response:
                    answers.append(response.status)
            async with session.get(f"{where['url']}/stats") as response:
                stats = await response.json()
            async with session.post(f"{where['url']}/reset") as response:
                assert response.status == 200
            async with session.get(f"{where['url']}/stats") as response:
                fresh = await response.json()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert answers == [401, 500, 200]
    assert stats["by_status"] == {"401": 1, "500": 1, "200": 1}
    assert fresh["calls"] == 0
