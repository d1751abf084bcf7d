"""generateContent: bodies as the API reference shows them, and Google's SDK at the same server."""

import pytest
from google import genai
from google.genai import types

from roundtable.errors import RequestError
from roundtable.generation.connectors.gemini import Gemini
from roundtable.generation.types import Response, Usage
from servers.provider import Provider
from wire.asking import (
    ASKED,
    CHOICE,
    JSON_SCHEMA,
    LABEL,
    OPTIONS,
    QUESTION,
    SCHEMA,
    SHOT,
    SYSTEM,
    asked,
    decoded,
    sent,
    streamed,
)

OFFICIAL = Gemini()

# -- requests: API reference, "models.generateContent", "Request body" ---------------------------


def test_a_conversation_is_sent_as_contents() -> None:
    assert sent(OFFICIAL, asked(stop=("\n",), seed=7, logprobs=True)) == (
        "models/small-1:generateContent",
        {
            "systemInstruction": {"parts": [{"text": SYSTEM}]},
            "contents": [
                {"role": "user", "parts": [{"text": SHOT}]},
                {"role": "model", "parts": [{"text": LABEL}]},
                {"role": "user", "parts": [{"text": QUESTION}]},
            ],
            "generationConfig": {
                "temperature": 0.25,
                "topP": 0.5,
                "maxOutputTokens": 12,
                "stopSequences": ["\n"],
                "seed": 7,
                "responseLogprobs": True,
            },
        },
    )


def test_a_choice_is_an_enumeration_and_a_schema_is_json() -> None:
    # Guide "Structured output": text/x.enum, and responseJsonSchema with application/json.
    choice = sent(OFFICIAL, asked(grammar=CHOICE))[1]["generationConfig"]
    assert choice["responseMimeType"] == "text/x.enum"
    assert choice["responseSchema"] == {"type": "STRING", "enum": list(OPTIONS)}
    schema = sent(OFFICIAL, asked(grammar=JSON_SCHEMA))[1]["generationConfig"]
    assert schema["responseMimeType"] == "application/json"
    assert schema["responseJsonSchema"] == SCHEMA


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("models/gemini-2.5-flash", "models/gemini-2.5-flash:generateContent"),
        ("a/../b?c", "models/a%2F..%2Fb%3Fc:generateContent"),
    ],
)
def test_a_models_name_is_one_step_of_the_path(name: str, path: str) -> None:
    assert sent(OFFICIAL, asked(model=name))[0] == path


def test_a_completion_prompt_is_refused() -> None:
    with pytest.raises(RequestError, match="gemini cannot"):
        OFFICIAL.encode(asked(completion=True))


# -- responses: "GenerateContentResponse" --------------------------------------------------------


def answer(**candidate: object) -> dict[str, object]:
    content = {
        "role": "model",
        "parts": [{"text": "Let me see.", "thought": True}, {"text": "AI "}, {"text": "learns."}],
    }
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0, **candidate}],
        "usageMetadata": {
            "promptTokenCount": 8,
            "candidatesTokenCount": 12,
            "thoughtsTokenCount": 100,
            "cachedContentTokenCount": 4,
            "totalTokenCount": 120,
        },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "wsVRaL",
    }


def test_an_answer_is_read_without_its_thoughts_which_are_paid() -> None:
    logprobs = {"chosenCandidates": [{"token": "AI", "tokenId": 1, "logProbability": -0.5}]}
    assert decoded(OFFICIAL, answer(logprobsResult=logprobs)) == Response(
        text="AI learns.",
        model="gemini-2.5-flash",
        usage=Usage(input_tokens=8, output_tokens=112, cached_input_tokens=4),
        finish_reason="stop",
        logprobs=(-0.5,),
        request_id="wsVRaL",
    )


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content-filter"),
        ("RECITATION", "content-filter"),
        ("MALFORMED_FUNCTION_CALL", "unknown"),
    ],
)
def test_every_finish_reason_is_told(reason: str, finish: str) -> None:
    # "FinishReason".
    assert decoded(OFFICIAL, answer(finishReason=reason)).finish_reason == finish


@pytest.mark.parametrize(
    "body",
    [
        # "PromptFeedback": a blocked prompt has no candidates; a stopped one may have no content.
        {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 8}},
        {"candidates": [{"finishReason": "SAFETY"}], "usageMetadata": {"promptTokenCount": 8}},
    ],
)
def test_what_is_blocked_is_an_empty_text(body: object) -> None:
    response = decoded(OFFICIAL, body)
    assert (response.text, response.finish_reason) == ("", "content-filter")
    assert response.usage == Usage(input_tokens=8)


def test_an_empty_body_is_no_answer() -> None:
    with pytest.raises(ValueError, match="neither a candidate"):
        decoded(OFFICIAL, {})


def test_a_stream_of_partial_answers_is_read() -> None:
    # "models.streamGenerateContent" with alt=sse: each event is a GenerateContentResponse.
    transcript = """\
data: {"candidates":[{"content":{"parts":[{"text":"AI "}],"role":"model"},"index":0}],\
"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8},"modelVersion":"gemini-2.5-flash"}

data: {"candidates":[{"content":{"parts":[{"text":"learns."}],"role":"model"},\
"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":8,\
"candidatesTokenCount":3,"totalTokenCount":11},"modelVersion":"gemini-2.5-flash"}

"""
    assert streamed(OFFICIAL, transcript) == (
        ["AI ", "learns."],
        Response(
            text="AI learns.",
            model="gemini-2.5-flash",
            usage=Usage(input_tokens=8, output_tokens=3),
        ),
    )


# -- the SDK, at the same server ------------------------------------------------------------------

CONTENTS: list[types.ContentUnionDict] = [
    types.UserContent(SHOT),
    types.ModelContent(LABEL),
    types.UserContent(QUESTION),
]


def config(**more: object) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction=SYSTEM, temperature=0.25, top_p=0.5, max_output_tokens=12, **more
    )


def client_of(provider: Provider) -> genai.Client:
    return genai.Client(api_key="k", http_options=types.HttpOptions(base_url=provider.url))


@pytest.mark.parametrize(
    ("grammar", "more"),
    [
        (None, {}),
        (
            CHOICE,
            {
                "response_mime_type": "text/x.enum",
                "response_schema": {"type": "STRING", "enum": list(OPTIONS)},
            },
        ),
        (
            JSON_SCHEMA,
            {"response_mime_type": "application/json", "response_json_schema": SCHEMA},
        ),
    ],
    ids=["text", "choice", "json"],
)
async def test_the_sdk_sends_and_reads_the_same(
    provider: Provider, grammar: object, more: dict[str, object]
) -> None:
    provider.behave(cached_tokens=3)
    ours = Gemini(base_url=provider.gemini_url)
    response = await ours.complete(asked(grammar=grammar, seed=7))
    client = client_of(provider)
    theirs = client.models.generate_content(
        model="small-1", contents=CONTENTS, config=config(seed=7, **more)
    )
    client.close()
    assert provider.calls[0].path == provider.calls[1].path
    assert bare(provider.calls[0].body) == bare(provider.calls[1].body)
    assert provider.calls[1].headers["x-goog-api-key"] == "k"
    assert theirs.text == response.text
    usage = theirs.usage_metadata
    assert usage is not None
    assert usage.prompt_token_count == response.usage.input_tokens
    assert usage.candidates_token_count == response.usage.output_tokens
    assert usage.cached_content_token_count == response.usage.cached_input_tokens
    await ours.aclose()


def bare(body: dict[str, object]) -> dict[str, object]:
    """A body without the one difference: the SDK gives the instruction a role, which is unused."""
    instruction = {**body["systemInstruction"]}  # type: ignore[dict-item]
    instruction.pop("role", None)
    return {**body, "systemInstruction": instruction}


async def test_the_sdk_streams_the_same(provider: Provider) -> None:
    ours = Gemini(base_url=provider.gemini_url)
    deltas = [delta async for delta in ours.stream(ASKED)]
    client = client_of(provider)
    parts = list(
        client.models.generate_content_stream(model="small-1", contents=CONTENTS, config=config())
    )
    client.close()
    assert provider.calls[0].path == provider.calls[1].path
    assert bare(provider.calls[0].body) == bare(provider.calls[1].body)
    assert [part.text for part in parts] == [delta.text for delta in deltas if delta.text]
    await ours.aclose()
