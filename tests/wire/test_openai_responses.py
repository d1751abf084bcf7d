"""Responses: bodies as the API reference shows them, and OpenAI's SDK at the same server."""

import openai
import pytest

from roundtable.errors import RateLimitError, RequestError, ServerError
from roundtable.generation.connectors.openai_responses import OpenAIResponses
from roundtable.generation.connectors.sse import Event
from roundtable.generation.types import Response, Usage
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

OFFICIAL = OpenAIResponses()
INPUT = [
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": SHOT},
    {"role": "assistant", "content": LABEL},
    {"role": "user", "content": QUESTION},
]

# -- requests: API reference, "Responses > Create a model response", "Request body" --------------


def test_a_conversation_is_sent_as_input_and_not_stored() -> None:
    assert sent(OFFICIAL, asked(seed=7, logprobs=True)) == (
        "responses",
        {
            "model": "small-1",
            "input": INPUT,
            "temperature": 0.25,
            "top_p": 0.5,
            "max_output_tokens": 12,
            "store": False,
            "include": ["message.output_text.logprobs"],
        },
    )


@pytest.mark.parametrize(("grammar", "schema"), [(CHOICE, WRAPPED), (JSON_SCHEMA, SCHEMA)])
def test_an_output_space_is_a_text_format(grammar: object, schema: object) -> None:
    # "text.format": JSON schema.
    assert sent(OFFICIAL, asked(grammar=grammar))[1]["text"] == {
        "format": {"type": "json_schema", "name": "answer", "strict": True, "schema": schema}
    }


@pytest.mark.parametrize("more", [{"stop": ("\n",)}, {"completion": True}])
def test_what_the_api_cannot_do_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(RequestError, match="openai-responses cannot"):
        OFFICIAL.encode(asked(**more))


# -- responses: "The response object" and "Streaming events" -------------------------------------


def answer(**more: object) -> dict[str, object]:
    return {
        "id": "resp_67ccd3a9",
        "object": "response",
        "created_at": 1741476777,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "model": "gpt-4o-2024-08-06",
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {
                "type": "message",
                "id": "msg_67ccd3ac",
                "status": "completed",
                "role": "assistant",
                "content": [
                    {
                        "type": "output_text",
                        "text": "A boardwalk.",
                        "annotations": [],
                        "logprobs": [{"token": "A", "logprob": -0.5, "bytes": [65]}],
                    }
                ],
            },
        ],
        "usage": {
            "input_tokens": 328,
            "input_tokens_details": {"cached_tokens": 300},
            "output_tokens": 52,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 380,
        },
        **more,
    }


def test_a_response_object_is_read() -> None:
    assert decoded(OFFICIAL, answer()) == Response(
        text="A boardwalk.",
        model="gpt-4o-2024-08-06",
        usage=Usage(input_tokens=328, output_tokens=52, cached_input_tokens=300),
        finish_reason="stop",
        logprobs=(-0.5,),
        request_id="resp_67ccd3a9",
    )


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("max_output_tokens", "length"),
        ("content_filter", "content-filter"),
        ("new_reason", "unknown"),
    ],
)
def test_an_incomplete_response_says_why(reason: str, finish: str) -> None:
    body = answer(status="incomplete", incomplete_details={"reason": reason})
    assert decoded(OFFICIAL, body).finish_reason == finish


def test_a_refusal_is_an_empty_text() -> None:
    message = {"type": "message", "content": [{"type": "refusal", "refusal": "I cannot."}]}
    response = decoded(OFFICIAL, answer(output=[message]))
    assert (response.text, response.finish_reason) == ("", "content-filter")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("server_error", ServerError), ("rate_limit_exceeded", RateLimitError)],
)
def test_a_failed_response_is_an_error(code: str, kind: type[Exception]) -> None:
    # "The response object": status failed, error.code.
    body = answer(status="failed", error={"code": code, "message": "..."}, output=[])
    with pytest.raises(kind, match=code):
        decoded(OFFICIAL, body)


def test_a_stream_of_events_is_read() -> None:
    # "Streaming events": response.created, response.output_text.delta, response.completed.
    transcript = """\
event: response.created
data: {"type":"response.created","sequence_number":0,"response":{"id":"r1","status":"in_progress",\
"model":"gpt-4o","output":[]}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":1,"item_id":"m","output_index":0,\
"content_index":0,"delta":"In "}

event: response.function_call_arguments.delta
data: {"type":"response.function_call_arguments.delta","delta":{"not":"text"}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":2,"delta":"short."}

event: response.completed
data: {"type":"response.completed","sequence_number":3,"response":{"id":"r1","status":"completed",\
"model":"gpt-4o","output":[{"type":"message","content":[{"type":"output_text","text":"In short."}]\
}],"usage":{"input_tokens":4,"output_tokens":3,"total_tokens":7}}}

"""
    assert streamed(OFFICIAL, transcript) == (
        ["In ", "short."],
        Response(
            text="In short.",
            model="gpt-4o",
            usage=Usage(input_tokens=4, output_tokens=3),
            request_id="r1",
        ),
    )


def test_an_error_event_ends_the_stream() -> None:
    # "Streaming events > error".
    reader = OFFICIAL.reader()
    data = b'{"type":"error","code":"server_error","message":"...","sequence_number":1}'
    with pytest.raises(ServerError, match="server_error"):
        reader.take(Event("error", data))


# -- the SDK, at the same server ------------------------------------------------------------------


async def test_the_sdk_sends_and_reads_the_same(provider: Provider) -> None:
    provider.behave(cached_tokens=3)
    ours = OpenAIResponses(base_url=provider.openai_url)
    response = await ours.complete(asked(grammar=JSON_SCHEMA))
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="k") as client:
        theirs = await client.responses.create(
            model="small-1",
            input=INPUT,  # type: ignore[arg-type]
            temperature=0.25,
            top_p=0.5,
            max_output_tokens=12,
            store=False,
            text={
                "format": {
                    "type": "json_schema",
                    "name": "answer",
                    "strict": True,
                    "schema": SCHEMA,
                }
            },
        )
    assert provider.calls[0].path == provider.calls[1].path
    assert provider.calls[0].body == provider.calls[1].body
    assert theirs.output_text == response.text
    assert theirs.usage is not None
    assert theirs.usage.input_tokens == response.usage.input_tokens
    assert theirs.usage.output_tokens == response.usage.output_tokens
    assert theirs.usage.input_tokens_details.cached_tokens == response.usage.cached_input_tokens
    await ours.aclose()


async def test_the_sdk_streams_the_same(provider: Provider) -> None:
    ours = OpenAIResponses(base_url=provider.openai_url)
    deltas = [delta async for delta in ours.stream(ASKED)]
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="k") as client:
        stream = await client.responses.create(
            model="small-1",
            input=INPUT,  # type: ignore[arg-type]
            temperature=0.25,
            top_p=0.5,
            max_output_tokens=12,
            store=False,
            stream=True,
        )
        events = [event async for event in stream]
    assert provider.calls[0].body == provider.calls[1].body
    texts = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert texts == [delta.text for delta in deltas if delta.text]
    last = events[-1]
    assert last.type == "response.completed"
    assert deltas[-1].response is not None
    assert last.response.output_text == deltas[-1].response.text
    await ours.aclose()
