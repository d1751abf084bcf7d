"""The OpenAI API's responses.

Source: https://platform.openai.com/docs/api-reference/responses (and .../responses-streaming).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from roundtable.errors import RateLimitError, ServerError
from roundtable.generation.connectors.http import HttpConnector
from roundtable.generation.connectors.openai import OFFICIAL
from roundtable.generation.connectors.spaces import space_of
from roundtable.generation.connectors.sse import Event, StreamReader
from roundtable.generation.types import FinishReason, Request, Response, Usage

_LOGPROBS = "message.output_text.logprobs"
_ENDINGS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class _TokenLogprob(msgspec.Struct):
    logprob: float


class _Part(msgspec.Struct):
    type: str
    text: str = ""
    logprobs: list[_TokenLogprob] | None = None


class _Item(msgspec.Struct):
    type: str
    content: list[_Part] | None = None


class _InputDetails(msgspec.Struct):
    cached_tokens: int = 0


class _Usage(msgspec.Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _InputDetails | None = None


class _Incomplete(msgspec.Struct):
    reason: str | None = None


class _Failure(msgspec.Struct):
    code: str | None = None


class _Answer(msgspec.Struct):
    status: str
    output: list[_Item]
    id: str = ""
    model: str = ""
    incomplete_details: _Incomplete | None = None
    error: _Failure | None = None
    usage: _Usage | None = None


class _Event(msgspec.Struct):
    type: str
    delta: msgspec.Raw = msgspec.Raw(b'""')
    response: _Answer | None = None
    code: str | None = None


_decoder = msgspec.json.Decoder(_Answer)
_event_decoder = msgspec.json.Decoder(_Event)


@dataclass(frozen=True)
class OpenAIResponses(HttpConnector):
    """The responses of the OpenAI API; nothing is stored at the provider.

    The API knows no seed: it takes part in the call's key only. Completion prompts and stop texts
    are refused before anything is sent.

    Args:
        base_url: Where the API is, up to and with its version.
    """

    base_url: str = OFFICIAL

    provider: ClassVar[str] = "openai-responses"
    own_key_env: ClassVar[str] = "OPENAI_API_KEY"
    can_enforce: ClassVar[frozenset[str]] = frozenset({"choice", "json-schema"})

    def encode(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the path and the body of a response to be made."""
        if request.completion:
            raise self.unable(
                "continue a text without chat turns",
                fix="use a prompt of the format chat with this model",
            )
        if request.stop:
            raise self.unable(
                "end an answer at a given text",
                fix="take `stop` out of the prompt's parameters, or use the provider openai",
            )
        body: dict[str, object] = {
            "model": request.model or self.model,
            "input": request.messages,
            "temperature": request.temperature,
            "max_output_tokens": request.max_tokens,
            "store": False,
        }
        if request.top_p is not None:
            body["top_p"] = request.top_p
        if request.logprobs:
            body["include"] = [_LOGPROBS]
        if (grammar := self.enforced(request)) is not None:
            space = space_of(grammar)
            body["text"] = {
                "format": {
                    "type": "json_schema",
                    "name": "answer",
                    "schema": space.schema,
                    "strict": space.strict,
                }
            }
        return "responses", body

    def decode(self, payload: bytes, /) -> Response:
        """Returns the text of all messages of the output as a response."""
        return _response(_decoder.decode(payload))

    def reader(self) -> StreamReader:
        """Returns a new reader of response events."""
        return _Reader()


class _Reader:
    """Hands on text as it comes; the event that ends the response carries all of it."""

    def __init__(self) -> None:
        self._answer: _Answer | None = None

    @property
    def is_whole(self) -> bool:
        return self._answer is not None

    def take(self, event: Event) -> str:
        found = _event_decoder.decode(event.data)
        if found.type == "response.output_text.delta":
            return msgspec.json.decode(found.delta, type=str)
        if found.type == "error":
            raise _failure(found.code)
        if found.type in _ENDINGS:
            self._answer = found.response
        return ""

    def response(self) -> Response:
        if self._answer is None:
            raise ValueError("the response has not ended")
        return _response(self._answer)


def _response(answer: _Answer) -> Response:
    if answer.status in ("failed", "cancelled"):
        raise _failure(answer.error.code if answer.error else None)
    parts = [
        part for item in answer.output for part in item.content or () if item.type == "message"
    ]
    texts = [part for part in parts if part.type == "output_text"]
    usage = answer.usage or _Usage()
    details = usage.input_tokens_details or _InputDetails()
    return Response(
        text="".join(part.text for part in texts),
        model=answer.model,
        usage=Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_input_tokens=details.cached_tokens,
        ),
        finish_reason=_finish(answer, has_refusal=len(texts) < len(parts)),
        logprobs=tuple(t.logprob for part in texts for t in part.logprobs or ()),
        request_id=answer.id,
    )


def _finish(answer: _Answer, *, has_refusal: bool) -> FinishReason:
    if has_refusal:
        return "content-filter"
    if answer.status == "completed":
        return "stop"
    reason = answer.incomplete_details.reason if answer.incomplete_details else None
    if reason == "max_output_tokens":
        return "length"
    return "content-filter" if reason == "content_filter" else "unknown"


def _failure(code: str | None) -> ServerError | RateLimitError:
    failed = RateLimitError if code == "rate_limit_exceeded" else ServerError
    return failed(
        f"openai-responses could not finish: {code or 'no reason given'}",
        provider="openai-responses",
        billed="maybe",
    )
