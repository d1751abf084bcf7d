"""The Gemini API's generateContent.

Source: https://ai.google.dev/api/generate-content and .../gemini-api/docs/structured-output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

import msgspec

from roundtable.generation.connectors.http import HttpConnector
from roundtable.generation.connectors.sse import Event, StreamReader
from roundtable.generation.types import FinishReason, Grammar, Message, Request, Response, Usage

OFFICIAL = "https://generativelanguage.googleapis.com/v1"
FINISH: dict[str | None, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content-filter",
    "RECITATION": "content-filter",
    "BLOCKLIST": "content-filter",
    "PROHIBITED_CONTENT": "content-filter",
    "SPII": "content-filter",
}


class _Part(msgspec.Struct):
    text: str = ""
    thought: bool = False


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Token(msgspec.Struct, rename="camel"):
    log_probability: float


class _Logprobs(msgspec.Struct, rename="camel"):
    chosen_candidates: list[_Token] = []


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content = msgspec.field(default_factory=_Content)
    finish_reason: str | None = None
    logprobs_result: _Logprobs = msgspec.field(default_factory=_Logprobs)


class _Usage(msgspec.Struct, rename="camel"):
    prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0
    cached_content_token_count: int = 0


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str = ""


class _Answer(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] = []
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Usage | None = None
    model_version: str = ""
    response_id: str = ""


_decoder = msgspec.json.Decoder(_Answer)


@dataclass(frozen=True)
class Gemini(HttpConnector):
    """The Gemini API of Google.

    A choice is asked for as an enumeration, a JSON Schema as `responseJsonSchema`. Tokens of
    thought count as output. Completion prompts are refused before anything is sent.

    Args:
        base_url: Where the API is, up to and with its version.
    """

    base_url: str = OFFICIAL

    provider: ClassVar[str] = "gemini"
    own_key_env: ClassVar[str] = "GEMINI_API_KEY"
    can_enforce: ClassVar[frozenset[str]] = frozenset({"choice", "json-schema"})
    wraps: ClassVar[bool] = False

    def encode(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the path, which names the model, and the body of a call."""
        if request.completion:
            raise self.unable(
                "continue a text without chat turns",
                fix="use a prompt of the format chat with this model",
            )
        config: dict[str, object] = {
            "temperature": request.temperature,
            "maxOutputTokens": request.max_tokens,
        }
        if request.top_p is not None:
            config["topP"] = request.top_p
        if request.stop:
            config["stopSequences"] = request.stop
        if request.seed is not None:
            config["seed"] = request.seed
        if request.logprobs:
            config["responseLogprobs"] = True
        if (grammar := self.enforced(request)) is not None:
            config |= _space(grammar)
        body: dict[str, object] = {"contents": _turns(request.messages), "generationConfig": config}
        system = [{"text": m.content} for m in request.messages if m.role == "system"]
        if system:
            body["systemInstruction"] = {"parts": system}
        model = (request.model or self.model).removeprefix("models/")
        return f"models/{quote(model, safe='')}:generateContent", body

    def encode_stream(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the same call, its answer as server-sent events."""
        path, body = self.encode(request)
        return path.removesuffix("generateContent") + "streamGenerateContent?alt=sse", body

    def decode(self, payload: bytes, /) -> Response:
        """Returns the first candidate as a response; an empty one if the prompt was blocked."""
        return _response([_decoder.decode(payload)])

    def reader(self) -> StreamReader:
        """Returns a new reader of partial answers."""
        return _Reader()

    def key_headers(self, key: str) -> dict[str, str]:
        """Returns the header that carries the key."""
        return {"x-goog-api-key": key}


class _Reader:
    """Puts partial answers together; the last has a finish reason."""

    def __init__(self) -> None:
        self._answers: list[_Answer] = []

    @property
    def is_whole(self) -> bool:
        return any(_finish(answer) for answer in self._answers)

    def take(self, event: Event) -> str:
        answer = _decoder.decode(event.data)
        self._answers.append(answer)
        return _text(answer)

    def response(self) -> Response:
        return _response(self._answers)


def _turns(messages: tuple[Message, ...]) -> list[dict[str, object]]:
    return [
        {
            "role": "model" if message.role == "assistant" else "user",
            "parts": [{"text": message.content}],
        }
        for message in messages
        if message.role != "system"
    ]


def _space(grammar: Grammar) -> dict[str, object]:
    if grammar.kind == "choice":
        schema = {"type": "STRING", "enum": grammar.options}
        return {"responseMimeType": "text/x.enum", "responseSchema": schema}
    schema_json = msgspec.Raw(grammar.source.encode())
    return {"responseMimeType": "application/json", "responseJsonSchema": schema_json}


def _response(answers: list[_Answer]) -> Response:
    """Returns one response from an answer's parts, in their order."""
    usage, finish, model, response_id = _Usage(), None, "", ""
    logprobs: list[float] = []
    for answer in answers:
        # Each part counts all tokens until then.
        usage = answer.usage_metadata or usage
        finish = _finish(answer) or finish
        model = answer.model_version or model
        response_id = answer.response_id or response_id
        for candidate in answer.candidates[:1]:
            chosen = candidate.logprobs_result.chosen_candidates
            logprobs += [token.log_probability for token in chosen]
    if finish is None and not any(answer.candidates for answer in answers):
        raise ValueError("neither a candidate nor a reason why there is none")
    return Response(
        text="".join(_text(answer) for answer in answers),
        model=model,
        usage=Usage(
            input_tokens=usage.prompt_token_count,
            output_tokens=usage.candidates_token_count + usage.thoughts_token_count,
            cached_input_tokens=usage.cached_content_token_count,
        ),
        finish_reason="content-filter" if finish == "BLOCKED" else FINISH.get(finish, "unknown"),
        logprobs=tuple(logprobs),
        request_id=response_id,
    )


def _finish(answer: _Answer) -> str | None:
    if answer.prompt_feedback is not None and answer.prompt_feedback.block_reason:
        return "BLOCKED"
    return answer.candidates[0].finish_reason if answer.candidates else None


def _text(answer: _Answer) -> str:
    if not answer.candidates:
        return ""
    parts = answer.candidates[0].content.parts
    return "".join(part.text for part in parts if not part.thought)
