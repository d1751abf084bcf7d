"""The OpenAI API's chat completions, as hundreds of servers speak them.

Source: https://platform.openai.com/docs/api-reference/chat and .../completions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from roundtable.generation.connectors.http import HttpConnector
from roundtable.generation.connectors.spaces import space_of
from roundtable.generation.connectors.sse import Event, StreamReader
from roundtable.generation.types import FinishReason, Request, Response, Usage

OFFICIAL = "https://api.openai.com/v1"
FINISH: dict[str | None, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content-filter",
    "tool_calls": "tool",
    "function_call": "tool",
}


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _TokenLogprob(msgspec.Struct):
    logprob: float


class _Logprobs(msgspec.Struct):
    content: list[_TokenLogprob] | None = None
    token_logprobs: list[float | None] | None = None


class _Choice(msgspec.Struct):
    message: _Message | None = None
    delta: _Message | None = None
    text: str | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _InputDetails(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _InputDetails | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    id: str | None = None
    model: str | None = None
    usage: _Usage | None = None


_decoder = msgspec.json.Decoder(_Completion)


@dataclass(frozen=True)
class OpenAI(HttpConnector):
    """Chat completions of the OpenAI API, or of any server that speaks it.

    Completion prompts go to `/completions`. A server that does not take `response_format` says
    `enforce = []`; a model that does not take a temperature says `omit = ["temperature"]`.

    Args:
        base_url: Where the API is, up to and with its version: `http://127.0.0.1:8080/v1`.
        max_tokens_field: What this server calls the most tokens of an answer. Empty:
            `max_completion_tokens` for OpenAI's own address, `max_tokens` elsewhere.
    """

    base_url: str = OFFICIAL
    max_tokens_field: str = ""

    provider: ClassVar[str] = "openai"
    own_key_env: ClassVar[str] = "OPENAI_API_KEY"
    can_enforce: ClassVar[frozenset[str]] = frozenset({"choice", "json-schema"})

    def encode(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the path and the body of a chat completion, or of a plain one."""
        body: dict[str, object] = {
            "model": request.model or self.model,
            "temperature": request.temperature,
        }
        if request.top_p is not None:
            body["top_p"] = request.top_p
        if request.stop:
            body["stop"] = request.stop
        if request.seed is not None:
            body["seed"] = request.seed
        if request.completion:
            body["prompt"] = "".join(message.content for message in request.messages)
            body["max_tokens"] = request.max_tokens
            if request.logprobs:
                body["logprobs"] = 1
            return "completions", body
        body["messages"] = request.messages
        body[self._max_tokens_name()] = request.max_tokens
        if request.logprobs:
            body["logprobs"] = True
        if (grammar := self.enforced(request)) is not None:
            space = space_of(grammar)
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": space.schema, "strict": space.strict},
            }
        return "chat/completions", body

    def encode_stream(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the same call, streamed, with the usage at the end."""
        path, body = self.encode(request)
        return path, {**body, "stream": True, "stream_options": {"include_usage": True}}

    def decode(self, payload: bytes, /) -> Response:
        """Returns the first choice as a response."""
        found = _decoder.decode(payload)
        choice = found.choices[0]
        if choice.message is None and choice.text is None:
            raise ValueError("a choice without a message or a text")
        message = choice.message or _Message(content=choice.text)
        return Response(
            text=message.content or "",
            model=found.model or "",
            usage=_usage(found.usage),
            finish_reason=_finish(choice.finish_reason, message.refusal),
            logprobs=tuple(_logprobs(choice.logprobs)),
            request_id=found.id or "",
        )

    def reader(self) -> StreamReader:
        """Returns a new reader of chunks."""
        return _Reader()

    def _max_tokens_name(self) -> str:
        if self.max_tokens_field:
            return self.max_tokens_field
        official = self.base_url.startswith("https://api.openai.com")
        return "max_completion_tokens" if official else "max_tokens"


class _Reader:
    """Puts chunks together until `[DONE]`, or the stream's end after a finish reason."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._logprobs: list[float] = []
        self._finish: str | None = None
        self._refusal: str | None = None
        self._usage: _Usage | None = None
        self._model = ""
        self._id = ""

    @property
    def is_whole(self) -> bool:
        # The usage chunk may come after it; servers without [DONE] just close.
        return self._finish is not None

    def take(self, event: Event) -> str:
        if event.data == b"[DONE]":
            return ""
        chunk = _decoder.decode(event.data)
        self._model = self._model or chunk.model or ""
        self._id = self._id or chunk.id or ""
        self._usage = chunk.usage or self._usage
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        message = choice.delta or _Message(content=choice.text)
        self._finish = choice.finish_reason or self._finish
        self._refusal = message.refusal or self._refusal
        self._logprobs += _logprobs(choice.logprobs)
        text = message.content or ""
        self._text.append(text)
        return text

    def response(self) -> Response:
        return Response(
            text="".join(self._text),
            model=self._model,
            usage=_usage(self._usage),
            finish_reason=_finish(self._finish, self._refusal),
            logprobs=tuple(self._logprobs),
            request_id=self._id,
        )


def _finish(reason: str | None, refusal: str | None) -> FinishReason:
    return "content-filter" if refusal else FINISH.get(reason, "unknown")


def _usage(usage: _Usage | None) -> Usage:
    if usage is None:
        return Usage()
    details = usage.prompt_tokens_details
    return Usage(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cached_input_tokens=(details.cached_tokens or 0) if details else 0,
    )


def _logprobs(found: _Logprobs | None) -> list[float]:
    if found is None:
        return []
    if found.content is not None:
        return [token.logprob for token in found.content]
    return [value for value in found.token_logprobs or () if value is not None]
