"""Chat completions and completions: bodies as the API reference shows them, and OpenAI's SDK."""

import openai
import pytest

from roundtable.generation.connectors.openai import OpenAI
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

COMPATIBLE = OpenAI(base_url="http://127.0.0.1:1/v1")
OFFICIAL = OpenAI()
MESSAGES = [
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": SHOT},
    {"role": "assistant", "content": LABEL},
    {"role": "user", "content": QUESTION},
]

# -- requests: API reference, "Chat > Create chat completion", "Request body" --------------------


def test_a_conversation_is_sent_as_chat() -> None:
    assert sent(COMPATIBLE, asked(stop=("\n",), seed=7)) == (
        "chat/completions",
        {
            "model": "small-1",
            "messages": MESSAGES,
            "temperature": 0.25,
            "top_p": 0.5,
            "max_tokens": 12,
            "stop": ["\n"],
            "seed": 7,
        },
    )


def test_openai_itself_takes_max_completion_tokens() -> None:
    # "max_tokens: Deprecated [...] not compatible with o-series models".
    _, body = sent(OFFICIAL, ASKED)
    assert body["max_completion_tokens"] == 12
    assert "max_tokens" not in body
    named = OpenAI(base_url="http://127.0.0.1:1/v1", max_tokens_field="n_predict")
    assert sent(named, ASKED)[1]["n_predict"] == 12


def test_fields_that_are_not_asked_for_are_not_sent() -> None:
    _, body = sent(COMPATIBLE, asked(top_p=None))
    assert body.keys() == {"model", "messages", "temperature", "max_tokens"}


@pytest.mark.parametrize(("grammar", "schema"), [(CHOICE, WRAPPED), (JSON_SCHEMA, SCHEMA)])
def test_an_output_space_is_a_response_format(grammar: object, schema: object) -> None:
    # Guide "Structured model outputs", "How to use": response_format with json_schema.
    assert sent(COMPATIBLE, asked(grammar=grammar))[1]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": schema},
    }


def test_a_completion_prompt_goes_to_completions() -> None:
    # API reference, "Completions > Create completion".
    request = asked(messages=ASKED.messages[-1:], completion=True, logprobs=True, grammar=CHOICE)
    assert sent(OFFICIAL, request) == (
        "completions",
        {
            "model": "small-1",
            "prompt": QUESTION,
            "temperature": 0.25,
            "top_p": 0.5,
            "max_tokens": 12,
            "logprobs": 1,
        },
    )


# -- responses: "The chat completion object" and "The chat completion chunk object" --------------


def test_a_completion_object_is_read() -> None:
    body = {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": "chat.completion",
        "created": 1741569952,
        "model": "gpt-4.1-2025-04-14",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Hello!",
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": {
                    "content": [
                        {"token": "Hello", "logprob": -0.31, "bytes": [72], "top_logprobs": []},
                        {"token": "!", "logprob": -0.02, "bytes": [33], "top_logprobs": []},
                    ],
                    "refusal": None,
                },
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 19,
            "completion_tokens": 10,
            "total_tokens": 29,
            "prompt_tokens_details": {"cached_tokens": 16, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
    }
    assert decoded(OFFICIAL, body) == Response(
        text="Hello!",
        model="gpt-4.1-2025-04-14",
        usage=Usage(input_tokens=19, output_tokens=10, cached_input_tokens=16),
        finish_reason="stop",
        logprobs=(-0.31, -0.02),
        request_id="chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
    )


@pytest.mark.parametrize(
    ("message", "reason", "text", "finish"),
    [
        ({"content": None, "refusal": "I cannot."}, "stop", "", "content-filter"),
        ({"content": "cut", "refusal": None}, "length", "cut", "length"),
        ({"content": "x"}, "content_filter", "x", "content-filter"),
        ({"content": None}, "tool_calls", "", "tool"),
        ({"content": "x"}, "new_reason", "x", "unknown"),
        ({"content": "x"}, None, "x", "unknown"),
    ],
)
def test_every_end_of_an_answer_is_told(
    message: dict[str, object], reason: str | None, text: str, finish: str
) -> None:
    body = {"choices": [{"message": message, "finish_reason": reason}], "usage": None}
    response = decoded(COMPATIBLE, body)
    assert (response.text, response.finish_reason) == (text, finish)
    assert response.usage == Usage()


def test_a_plain_completion_is_read() -> None:
    # "The completion object".
    body = {
        "id": "cmpl-1",
        "object": "text_completion",
        "model": "gpt-3.5-turbo-instruct",
        "choices": [
            {
                "text": "\n\nThis",
                "index": 0,
                "logprobs": {"tokens": ["\n\n", "This"], "token_logprobs": [None, -0.5]},
                "finish_reason": "length",
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }
    response = decoded(OFFICIAL, body)
    assert (response.text, response.finish_reason) == ("\n\nThis", "length")
    assert response.logprobs == (-0.5,)


@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [{"index": 0}]}, {"error": {}}])
def test_what_is_no_completion_is_not_taken_for_one(body: object) -> None:
    with pytest.raises((ValueError, LookupError)):
        decoded(COMPATIBLE, body)


def test_a_stream_of_chunks_is_read() -> None:
    # "Streaming": deltas, a usage chunk without choices (stream_options.include_usage), [DONE].
    transcript = """\
data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{"index":0,\
"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Hel"},\
"logprobs":{"content":[{"token":"Hel","logprob":-0.1}]},"finish_reason":null}]}

data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"lo"},\
"finish_reason":null}]}

data: {"id":"c1","model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c1","model":"gpt-4o-mini","choices":[],\
"usage":{"prompt_tokens":8,"completion_tokens":2,"total_tokens":10}}

data: [DONE]

"""
    assert streamed(OFFICIAL, transcript) == (
        ["Hel", "lo"],
        Response(
            text="Hello",
            model="gpt-4o-mini",
            usage=Usage(input_tokens=8, output_tokens=2),
            logprobs=(-0.1,),
            request_id="c1",
        ),
    )


# -- the SDK, at the same server ------------------------------------------------------------------


async def test_the_sdk_sends_and_reads_the_same(provider: Provider) -> None:
    provider.behave(cached_tokens=3)
    ours = OpenAI(base_url=provider.openai_url)
    response = await ours.complete(asked(grammar=JSON_SCHEMA, stop=("\n",), seed=7))
    theirs: openai.types.chat.ChatCompletion
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="k") as client:
        theirs = await client.chat.completions.create(
            model="small-1",
            messages=MESSAGES,  # type: ignore[arg-type]
            temperature=0.25,
            top_p=0.5,
            max_tokens=12,
            stop=["\n"],
            seed=7,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
            },
        )
    assert provider.calls[0].path == provider.calls[1].path
    assert provider.calls[0].body == provider.calls[1].body
    assert provider.calls[1].headers["authorization"] == "Bearer k"
    assert theirs.choices[0].message.content == response.text
    assert theirs.usage is not None
    assert theirs.usage.prompt_tokens == response.usage.input_tokens
    assert theirs.usage.completion_tokens == response.usage.output_tokens
    assert theirs.usage.prompt_tokens_details is not None
    assert theirs.usage.prompt_tokens_details.cached_tokens == response.usage.cached_input_tokens
    await ours.aclose()


async def test_the_sdk_streams_the_same(provider: Provider) -> None:
    ours = OpenAI(base_url=provider.openai_url)
    deltas = [delta async for delta in ours.stream(ASKED)]
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="k") as client:
        stream = await client.chat.completions.create(
            model="small-1",
            messages=MESSAGES,  # type: ignore[arg-type]
            temperature=0.25,
            top_p=0.5,
            max_tokens=12,
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    assert provider.calls[0].body == provider.calls[1].body
    texts = [c.choices[0].delta.content for c in chunks if c.choices]
    assert [t for t in texts if t] == [d.text for d in deltas if d.text]
    response = deltas[-1].response
    assert response is not None
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == response.usage.output_tokens
    await ours.aclose()


async def test_the_sdk_completes_the_same(provider: Provider) -> None:
    ours = OpenAI(base_url=provider.openai_url)
    request = asked(messages=ASKED.messages[-1:], completion=True)
    response = await ours.complete(request)
    async with openai.AsyncOpenAI(base_url=provider.openai_url, api_key="k") as client:
        theirs = await client.completions.create(
            model="small-1", prompt=QUESTION, temperature=0.25, top_p=0.5, max_tokens=12
        )
    assert provider.calls[0].path == provider.calls[1].path
    assert provider.calls[0].body == provider.calls[1].body
    assert theirs.choices[0].text == response.text
    await ours.aclose()
