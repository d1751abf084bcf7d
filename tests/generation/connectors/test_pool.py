import asyncio
import gc

from roundtable.generation.connectors.anthropic import Anthropic
from roundtable.generation.connectors.openai import OpenAI
from roundtable.generation.connectors.pool import release, session_for
from roundtable.generation.types import Message, Request
from servers.provider import Provider

HELLO = Request(model="m", messages=(Message(role="user", content="hello"),))


async def test_one_client_serves_all_until_its_last_user_leaves() -> None:
    first, second = OpenAI(), Anthropic()
    session = session_for(first)
    assert session_for(second) is session
    await release(first)
    assert not session.closed
    await release(second)
    assert session.closed
    other = session_for(first)
    assert other is not session
    await release(first)


async def test_equal_connectors_are_still_two_users() -> None:
    first, second = OpenAI(), OpenAI()
    session = session_for(first)
    session_for(second)
    await first.aclose()
    assert not session.closed
    await second.aclose()
    assert session.closed


async def test_a_forgotten_connector_does_not_keep_the_client_open() -> None:
    kept = OpenAI()
    session = session_for(kept)
    session_for(Anthropic())
    gc.collect()
    await kept.aclose()
    assert session.closed


async def test_closing_what_was_never_used_does_nothing() -> None:
    await OpenAI().aclose()


def test_a_connector_works_in_one_loop_after_another(provider: Provider) -> None:
    connector = OpenAI(base_url=provider.openai_url)

    async def once() -> str:
        text = (await connector.complete(HELLO)).text
        await connector.aclose()
        return text

    assert [asyncio.run(once()) for _ in range(3)] == ["hello"] * 3
