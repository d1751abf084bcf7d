import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import pytest

from roundtable.errors import (
    AuthError,
    ConnectionFailed,
    PluginError,
    ProviderError,
    RateLimitError,
    RequestError,
    ResponseError,
    ServerError,
)
from roundtable.generation.connectors.http import HttpConnector
from roundtable.generation.connectors.openai import OpenAI
from roundtable.generation.types import Delta, Grammar, Message, Request, Response, Usage
from servers.provider import Provider


def ask(text: str = "one two three", **more: object) -> Request:
    messages = (Message(role="user", content=text),)
    return Request(model="m", messages=messages, **more)  # type: ignore[arg-type]


@pytest.fixture
async def openai(provider: Provider) -> AsyncIterator[OpenAI]:
    connector = OpenAI(base_url=provider.openai_url)
    yield connector
    await connector.aclose()


@dataclass(frozen=True)
class Plain(HttpConnector):
    """The least that a provider's author writes: it asks for completions."""

    provider: ClassVar[str] = "plain"

    def encode(self, request: Request, /) -> tuple[str, dict[str, object]]:
        return "completions", {"model": request.model, "prompt": request.messages[-1].content}

    def decode(self, payload: bytes, /) -> Response:
        found = json.loads(payload)
        return Response(text=found["choices"][0]["text"], model=found["model"])


# -- answers ---------------------------------------------------------------------------------------


async def test_an_answer_comes_with_what_the_call_cost(openai: OpenAI) -> None:
    response = await openai.complete(ask())
    assert response.text == "one two three"
    assert response.model == "m"
    assert response.usage == Usage(input_tokens=3, output_tokens=3)
    assert response.request_id == "req_1"
    assert 0 < response.latency_ms < 5000


async def test_a_connector_of_two_functions_answers_and_streams(provider: Provider) -> None:
    plain = Plain(base_url=provider.openai_url)
    deltas = [delta async for delta in plain.stream(ask())]
    assert [delta.text for delta in deltas] == ["one two three"]
    assert deltas[0].response == await complete_like(plain, deltas[0])
    await plain.aclose()


async def complete_like(connector: HttpConnector, delta: Delta) -> Response:
    response = await connector.complete(ask())
    assert delta.response is not None
    return msgspec.structs.replace(
        response, latency_ms=delta.response.latency_ms, request_id=delta.response.request_id
    )


async def test_many_calls_run_side_by_side_on_kept_connections(
    provider: Provider, openai: OpenAI
) -> None:
    provider.behave(latency_ms=20)
    for _ in range(3):
        answers = await asyncio.gather(*(openai.complete(ask(f"n {i}")) for i in range(64)))
        assert [answer.text for answer in answers] == [f"n {i}" for i in range(64)]
    assert provider.stats.max_in_flight == 64
    assert provider.stats.connections == 64


# -- what is sent ----------------------------------------------------------------------------------


async def test_a_model_file_may_add_and_take_away_fields(provider: Provider) -> None:
    connector = OpenAI(
        base_url=provider.openai_url,
        headers={"OpenAI-Organization": "org-1"},
        options={"reasoning_effort": "low", "response_format": {"extra": 1}},
        omit=("temperature",),
    )
    grammar = Grammar(kind="choice", options=("a", "b"))
    await connector.complete(ask(grammar=grammar))
    call = provider.calls[0]
    assert call.headers["openai-organization"] == "org-1"
    assert call.body["reasoning_effort"] == "low"
    assert "temperature" not in call.body
    # An object in both has the fields of both.
    assert call.body["response_format"].keys() == {"type", "json_schema", "extra"}
    await connector.aclose()


async def test_only_what_is_enforced_is_asked_for(provider: Provider) -> None:
    connector = OpenAI(base_url=provider.openai_url, enforce=())
    assert connector.enforces == frozenset()
    await connector.complete(ask(grammar=Grammar(kind="choice", options=("a",))))
    assert "response_format" not in provider.calls[0].body
    await connector.aclose()


def test_what_cannot_be_enforced_cannot_be_asked_for() -> None:
    with pytest.raises(PluginError, match="cannot enforce gbnf"):
        OpenAI(enforce=("choice", "gbnf"))


def test_the_endpoint_is_the_address_and_what_changes_answers() -> None:
    plain = OpenAI(base_url="http://LOCALHOST:80/v1/")
    assert plain.endpoint == "http://localhost/v1"
    same = OpenAI(base_url="http://localhost/v1", timeout_s=1, headers={"a": "b"})
    assert same.endpoint == plain.endpoint
    others = {
        OpenAI(base_url="http://localhost/v1", enforce=()).endpoint,
        OpenAI(base_url="http://localhost/v1", omit=("seed",)).endpoint,
        OpenAI(base_url="http://localhost/v1", options={"reasoning_effort": "low"}).endpoint,
        OpenAI(base_url="http://localhost/v2").endpoint,
    }
    assert len(others) == 4
    assert plain.endpoint not in others


# -- keys ------------------------------------------------------------------------------------------


async def test_a_key_is_sent_and_read_anew_for_each_call(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = OpenAI(base_url=provider.openai_url, api_key_env="MY_KEY")
    provider.behave(key="sk-new-12345678")
    monkeypatch.setenv("MY_KEY", "sk-old-12345678")
    with pytest.raises(AuthError) as caught:
        await connector.complete(ask())
    assert caught.value.status == 401
    assert "12345678" not in str(caught.value) + repr(caught.value) + repr(connector)
    monkeypatch.setenv("MY_KEY", "sk-new-12345678")
    assert (await connector.complete(ask())).text
    monkeypatch.delenv("MY_KEY")
    provider.behave(key="")
    await connector.complete(ask())
    assert "authorization" not in provider.calls[-1].headers
    await connector.aclose()


async def test_a_providers_own_key_goes_only_to_its_own_servers(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-precious")
    local = OpenAI(base_url=provider.openai_url)
    await local.complete(ask())
    assert "authorization" not in provider.calls[0].headers
    await local.aclose()
    with pytest.raises(AuthError, match="api_key_env names none"):
        await OpenAI(base_url="https://models.example.com/v1").complete(ask())


async def test_without_a_key_no_call_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(AuthError, match="OPENAI_API_KEY is not set"):
        await OpenAI().complete(ask())


# -- failures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("fault", "kind", "billed"),
    [
        ("429", RateLimitError, "no"),
        ("quota", AuthError, "no"),
        ("500", ServerError, "maybe"),
        ("503", ServerError, "no"),
        ("529", RateLimitError, "no"),
        ("reset", ConnectionFailed, "maybe"),
        ("malformed", ResponseError, "maybe"),
        ("cut", ResponseError, "maybe"),
        ("hang", ConnectionFailed, "maybe"),
    ],
)
async def test_a_fault_is_told_by_its_class_and_asked_once(
    provider: Provider, fault: str, kind: type[ProviderError], billed: str, streamed: bool
) -> None:
    provider.behave(faults={fault: 1.0})
    connector = OpenAI(base_url=provider.openai_url, timeout_s=0.3)

    async def call() -> str:
        if streamed:
            return "".join([delta.text async for delta in connector.stream(ask())])
        return (await connector.complete(ask())).text

    with pytest.raises(kind) as caught:
        await call()
    assert type(caught.value) is kind
    assert caught.value.billed == billed
    assert caught.value.provider == "openai"
    assert caught.value.retry_after_s == (0.02 if fault in ("429", "503", "529") else None)
    assert provider.stats.calls == 1
    # The fault hits the first call only: the same connector goes on.
    assert await call() == "one two three"
    await connector.aclose()


async def test_nobody_listening_is_a_failed_connection_that_cost_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    connector = OpenAI(base_url=f"http://127.0.0.1:{port}/v1")
    with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1: Connection refused") as caught:
        await connector.complete(ask())
    assert caught.value.billed == "no"
    await connector.aclose()


async def test_another_address_is_not_followed(provider: Provider, openai: OpenAI) -> None:
    provider.behave(fail_after=0, fail_status=302)
    with pytest.raises(RequestError, match="another address"):
        await openai.complete(ask())


async def test_no_error_quotes_the_prompt(provider: Provider, openai: OpenAI) -> None:
    @dataclass(frozen=True)
    class Quoting(Plain):
        """Fails with the whole body, which here repeats the prompt."""

        def decode(self, payload: bytes, /) -> Response:
            raise ValueError(payload.decode())

    connector = Quoting(base_url=provider.openai_url)
    with pytest.raises(ResponseError) as caught:
        await connector.complete(ask("Alice Example owes us money"))
    assert "Alice" not in str(caught.value)
    await connector.aclose()


# -- limits ----------------------------------------------------------------------------------------


async def test_the_hint_says_what_remains(provider: Provider, openai: OpenAI) -> None:
    await openai.complete(ask())
    assert openai.rate_hint.remaining_requests is None
    provider.behave(remaining_requests=5)
    await openai.complete(ask())
    assert openai.rate_hint.remaining_requests == 5
    assert openai.rate_hint.reset_s == 60


# -- streams ---------------------------------------------------------------------------------------


async def test_pieces_add_up_to_the_response(openai: OpenAI) -> None:
    deltas = [delta async for delta in openai.stream(ask())]
    assert [delta.text for delta in deltas] == ["one", " two", " three", ""]
    assert [delta.response is None for delta in deltas] == [True, True, True, False]
    assert deltas[-1].response is not None
    assert deltas[-1].response.text == "one two three"
    assert deltas[-1].response.usage == Usage(input_tokens=3, output_tokens=3)


async def test_a_wrapped_answer_comes_bare_and_in_one_piece(openai: OpenAI) -> None:
    request = ask(grammar=Grammar(kind="choice", options=("a b", "c d")))
    deltas = [delta async for delta in openai.stream(request)]
    assert len(deltas) == 1
    assert deltas[0].text in ("a b", "c d")
    assert deltas[0].text == (await openai.complete(request)).text


async def test_a_reader_that_stops_early_leaves_nothing_open(openai: OpenAI) -> None:
    stream = openai.stream(ask())
    assert (await anext(stream)).text == "one"
    await stream.aclose()
    assert (await openai.complete(ask())).text == "one two three"
