"""Messages: bodies as the API reference shows them, and Anthropic's SDK at the same server."""

import json
from typing import Any, Literal

import anthropic
import pytest

from roundtable.errors import RateLimitError, RequestError
from roundtable.generation.connectors.anthropic import Anthropic
from roundtable.generation.connectors.sse import Event
from roundtable.generation.types import Grammar, Message, Response, Usage
from servers.provider import Provider
from wire.asking import (
    ASKED,
    CHOICE,
    JSON_SCHEMA,
    LABEL,
    QUESTION,
    SCHEMA,
    SHOT,
    SYSTEM,
    WRAPPED,
    asked,
    decoded,
    sent,
    streamed,
)

OFFICIAL = Anthropic()
BEFORE = Anthropic(api_version="2023-06-01")
BY_TOOL = Anthropic(enforce_by="tool")
MESSAGES: list[Any] = [
    {"role": "user", "content": SHOT},
    {"role": "assistant", "content": LABEL},
    {"role": "user", "content": QUESTION},
]
TOOL_CHOICE = {"type": "tool", "name": "answer", "disable_parallel_tool_use": True}

# -- requests: API reference, "Messages > Create a Message", "Body Parameters" -------------------


def test_a_conversation_is_sent_as_messages() -> None:
    # "Migrating to API version 2026-10-21": temperature, top_p and top_k are removed.
    assert sent(OFFICIAL, asked(stop=("\n\nHuman:",), seed=7)) == (
        "messages",
        {
            "model": "small-1",
            "system": SYSTEM,
            "messages": MESSAGES,
            "max_tokens": 12,
            "stop_sequences": ["\n\nHuman:"],
        },
    )


def test_the_version_before_takes_sampling_parameters() -> None:
    _, body = sent(BEFORE, ASKED)
    assert (body["temperature"], body["top_p"]) == (0.25, 0.5)
    assert "top_p" not in sent(BEFORE, asked(top_p=None))[1]
    with pytest.raises(RequestError, match=r"temperature of 1\.5"):
        BEFORE.encode(asked(temperature=1.5))


def test_all_instructions_stand_in_the_one_place_for_them() -> None:
    # "system": "there is no 'system' role for input messages".
    messages = (
        Message(role="system", content="One."),
        Message(role="user", content="Hello"),
        Message(role="system", content="Two."),
    )
    _, body = sent(OFFICIAL, asked(messages=messages))
    assert body["system"] == "One.\n\nTwo."
    assert body["messages"] == [{"role": "user", "content": "Hello"}]


@pytest.mark.parametrize(("grammar", "schema"), [(CHOICE, WRAPPED), (JSON_SCHEMA, SCHEMA)])
def test_an_output_space_is_a_format(grammar: object, schema: object) -> None:
    # Guide "Structured outputs", "JSON outputs".
    _, body = sent(OFFICIAL, asked(grammar=grammar))
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": schema}}


@pytest.mark.parametrize(("grammar", "schema"), [(CHOICE, WRAPPED), (JSON_SCHEMA, SCHEMA)])
def test_or_the_input_of_a_forced_tool(grammar: object, schema: object) -> None:
    # Guide "Implement tool use", "Forcing tool use".
    _, body = sent(BY_TOOL, asked(grammar=grammar))
    assert body["tool_choice"] == TOOL_CHOICE
    assert [(tool["name"], tool["input_schema"]) for tool in body["tools"]] == [("answer", schema)]


def test_the_version_and_the_key_are_headers() -> None:
    # "API overview", "Authentication": x-api-key and anthropic-version.
    assert OFFICIAL.fixed_headers() == {"anthropic-version": "2026-10-21"}
    assert BEFORE.fixed_headers() == {"anthropic-version": "2023-06-01"}
    assert OFFICIAL.key_headers("k") == {"x-api-key": "k"}
    assert len({OFFICIAL.endpoint, BEFORE.endpoint, BY_TOOL.endpoint}) == 3


def test_a_completion_prompt_is_refused() -> None:
    with pytest.raises(RequestError, match="anthropic cannot"):
        OFFICIAL.encode(asked(completion=True))


# -- responses: "Returns" and "Streaming Messages" -----------------------------------------------


def answer(**more: object) -> dict[str, object]:
    return {
        "id": "msg_013Zva2CMHLNnjNjJJKqJ2EF",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Hi! My name is Claude.", "citations": None}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 2095,
            "cache_creation_input_tokens": 2051,
            "cache_read_input_tokens": 2048,
            "output_tokens": 503,
            "service_tier": "standard",
        },
        **more,
    }


def test_a_message_is_read_and_cached_tokens_are_part_of_the_input() -> None:
    # Guide "Prompt caching", "Tracking cache performance":
    # total input = cache_read + cache_creation + input_tokens.
    assert decoded(OFFICIAL, answer()) == Response(
        text="Hi! My name is Claude.",
        model="claude-sonnet-4-5",
        usage=Usage(input_tokens=6194, output_tokens=503, cached_input_tokens=2048),
        finish_reason="stop",
        request_id="msg_013Zva2CMHLNnjNjJJKqJ2EF",
    )


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("refusal", "content-filter"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "unknown"),
    ],
)
def test_every_stop_reason_is_told(reason: str, finish: str) -> None:
    # Guide "Handling stop reasons".
    assert decoded(OFFICIAL, answer(stop_reason=reason)).finish_reason == finish


def test_the_input_of_the_forced_tool_is_the_answer() -> None:
    content = [
        {"type": "thinking", "thinking": "...", "signature": "..."},
        {"type": "tool_use", "id": "toolu_1", "name": "answer", "input": {"city": None, "n": 2}},
    ]
    response = decoded(OFFICIAL, answer(content=content, stop_reason="tool_use"))
    assert response.text == '{"city": null, "n": 2}'
    assert response.finish_reason == "stop"


def test_another_tool_is_no_answer() -> None:
    content = [{"type": "tool_use", "id": "toolu_1", "name": "search", "input": {}}]
    response = decoded(OFFICIAL, answer(content=content, stop_reason="tool_use"))
    assert (response.text, response.finish_reason) == ("", "tool")


def test_a_stream_of_text_is_read() -> None:
    # "Streaming Messages", "Basic streaming request".
    transcript = """\
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",\
"content":[],"model":"claude-sonnet-4-5","stop_reason":null,"stop_sequence":null,\
"usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"!"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},\
"usage":{"output_tokens":15}}

event: message_stop
data: {"type":"message_stop"}

"""
    assert streamed(OFFICIAL, transcript) == (
        ["Hello", "!"],
        Response(
            text="Hello!",
            model="claude-sonnet-4-5",
            usage=Usage(input_tokens=30, output_tokens=15, cached_input_tokens=5),
            request_id="msg_1",
        ),
    )


def test_a_stream_of_a_tools_input_is_read() -> None:
    # "Streaming Messages", "Input JSON delta".
    transcript = """\
data: {"type":"message_start","message":{"id":"msg_1","content":[],"model":"m",\
"usage":{"input_tokens":9,"output_tokens":1}}}

data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t",\
"name":"answer","input":{}}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta",\
"partial_json":""}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta",\
"partial_json":"{\\"city\\": \\"San"}}

data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta",\
"partial_json":" Jose\\"}"}}

data: {"type":"content_block_stop","index":0}

data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":8}}

data: {"type":"message_stop"}

"""
    pieces, response = streamed(OFFICIAL, transcript)
    assert "".join(pieces) == response.text == '{"city": "San Jose"}'
    assert response.finish_reason == "stop"


def test_an_error_event_ends_the_stream() -> None:
    # "Streaming Messages", "Error events".
    data = b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}'
    with pytest.raises(RateLimitError, match="overloaded_error"):
        OFFICIAL.reader().take(Event("error", data))


# -- the SDK, at the same server ------------------------------------------------------------------


FORMAT = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
TOOL = {"name": "answer", "description": "Gives the answer.", "input_schema": SCHEMA}
FORCED = {"tools": [TOOL], "tool_choice": TOOL_CHOICE}


@pytest.mark.parametrize(
    ("enforce_by", "grammar", "space"),
    [("format", None, {}), ("format", JSON_SCHEMA, FORMAT), ("tool", JSON_SCHEMA, FORCED)],
    ids=["text", "format", "tool"],
)
async def test_the_sdk_sends_and_reads_the_same(
    provider: Provider,
    enforce_by: Literal["format", "tool"],
    grammar: Grammar | None,
    space: dict[str, Any],
) -> None:
    provider.behave(cached_tokens=3)
    ours = Anthropic(base_url=provider.openai_url, enforce_by=enforce_by)
    response = await ours.complete(asked(grammar=grammar, stop=("#",)))
    async with anthropic.AsyncAnthropic(base_url=provider.url, api_key="k") as client:
        theirs = await client.messages.create(
            model="small-1",
            system=SYSTEM,
            messages=MESSAGES,
            max_tokens=12,
            stop_sequences=["#"],
            **space,
        )
    assert provider.calls[0].path == provider.calls[1].path == "/v1/messages"
    assert provider.calls[0].body == provider.calls[1].body
    version = "anthropic-version"
    assert provider.calls[0].headers[version] == provider.calls[1].headers[version]
    block = theirs.content[0]
    if block.type == "text":
        assert block.text == response.text
    else:
        assert block.input == json.loads(response.text)
    assert theirs.usage.output_tokens == response.usage.output_tokens
    assert theirs.usage.cache_read_input_tokens == response.usage.cached_input_tokens
    total = theirs.usage.input_tokens + theirs.usage.cache_read_input_tokens
    assert total == response.usage.input_tokens
    await ours.aclose()


async def test_the_sdk_streams_the_same(provider: Provider) -> None:
    ours = Anthropic(base_url=provider.openai_url)
    deltas = [delta async for delta in ours.stream(ASKED)]
    async with (
        anthropic.AsyncAnthropic(base_url=provider.url, api_key="k") as client,
        client.messages.stream(
            model="small-1",
            system=SYSTEM,
            messages=MESSAGES,
            max_tokens=12,
        ) as stream,
    ):
        texts = [text async for text in stream.text_stream]
        theirs = await stream.get_final_message()
    assert provider.calls[0].body == provider.calls[1].body
    assert texts == [delta.text for delta in deltas if delta.text]
    response = deltas[-1].response
    assert response is not None
    assert theirs.usage.output_tokens == response.usage.output_tokens
    assert theirs.usage.input_tokens == response.usage.input_tokens
    await ours.aclose()
