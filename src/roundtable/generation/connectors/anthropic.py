"""The Anthropic Messages API.

Source: https://platform.claude.com/docs/en/api/messages (and .../streaming, .../errors).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from roundtable.errors import RateLimitError, ServerError
from roundtable.generation.connectors.http import HttpConnector, StreamReader
from roundtable.generation.connectors.spaces import ANSWER, space_of
from roundtable.generation.connectors.sse import Event
from roundtable.generation.types import FinishReason, Message, Request, Response, Usage

OFFICIAL = "https://api.anthropic.com/v1"
VERSION = "2023-06-01"
FINISH: dict[str | None, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content-filter",
    "tool_use": "tool",
}


class _Block(msgspec.Struct):
    type: str
    text: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"{}")


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Answer(msgspec.Struct):
    content: list[_Block]
    id: str = ""
    model: str = ""
    stop_reason: str | None = None
    usage: _Usage = msgspec.field(default_factory=_Usage)


class _Change(msgspec.Struct):
    text: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class _Failure(msgspec.Struct):
    type: str = ""


class _Event(msgspec.Struct):
    type: str
    message: _Answer | None = None
    content_block: _Block | None = None
    delta: _Change | None = None
    usage: _Usage | None = None
    error: _Failure | None = None


_decoder = msgspec.json.Decoder(_Answer)
_event_decoder = msgspec.json.Decoder(_Event)


@dataclass(frozen=True)
class Anthropic(HttpConnector):
    """The Messages API of Anthropic.

    An output space is asked for as the input of a tool that the model has to use. The API knows no
    seed and gives no log-probabilities: a seed takes part in the call's key only. Completion
    prompts and temperatures over 1 are refused before anything is sent.

    Args:
        base_url: Where the API is, up to and with its version.
    """

    base_url: str = OFFICIAL

    provider: ClassVar[str] = "anthropic"
    own_key_env: ClassVar[str] = "ANTHROPIC_API_KEY"
    can_enforce: ClassVar[frozenset[str]] = frozenset({"choice", "json-schema"})

    def encode(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the path and the body of a message."""
        if request.completion:
            raise self.unable(
                "continue a text without chat turns",
                fix="use a prompt of the format chat with this model",
            )
        if request.temperature > 1:
            raise self.unable(
                f"take a temperature of {request.temperature:g}", fix="use one from 0 to 1"
            )
        body: dict[str, object] = {
            "model": request.model or self.model,
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "messages": [m for m in request.messages if m.role != "system"],
        }
        if system := _system(request.messages):
            body["system"] = system
        if request.top_p is not None:
            body["top_p"] = request.top_p
        if request.stop:
            body["stop_sequences"] = request.stop
        if (grammar := self.enforced(request)) is not None:
            tool = {
                "name": ANSWER,
                "description": "Gives the answer.",
                "input_schema": space_of(grammar).schema,
            }
            body["tools"] = [tool]
            body["tool_choice"] = {
                "type": "tool",
                "name": ANSWER,
                "disable_parallel_tool_use": True,
            }
        return "messages", body

    def decode(self, payload: bytes, /) -> Response:
        """Returns a message as a response: the tool's input if it was used, or its text."""
        return _response(_decoder.decode(payload))

    def reader(self) -> StreamReader:
        """Returns a new reader of message events."""
        return _Reader()

    def key_headers(self, key: str) -> dict[str, str]:
        """Returns the header that carries the key."""
        return {"x-api-key": key}

    def fixed_headers(self) -> dict[str, str]:
        """Returns the header that names the API's version."""
        return {"anthropic-version": VERSION}


class _Reader:
    """Puts message events together until `message_stop`."""

    def __init__(self) -> None:
        self._answer = _Answer(content=[])
        self._pieces: list[str] = []
        self._block = _Block(type="text")
        self._text: list[str] = []
        self.is_whole = False

    def take(self, event: Event) -> str:
        found = _event_decoder.decode(event.data)
        if found.type == "error":
            kind = found.error.type if found.error else ""
            failed = RateLimitError if kind == "overloaded_error" else ServerError
            raise failed(
                f"anthropic broke the stream off: {kind or 'no reason given'}",
                provider="anthropic",
                billed="maybe",
            )
        if found.message is not None:
            self._answer = found.message
        if found.content_block is not None:
            self._block, self._pieces = found.content_block, []
        if found.type == "content_block_stop":
            self._close_block()
        if found.type == "message_stop":
            self.is_whole = True
        if found.usage is not None:
            self._count(found.usage)
        if found.delta is None:
            return ""
        self._answer.stop_reason = found.delta.stop_reason or self._answer.stop_reason
        self._pieces.append(found.delta.partial_json)
        if self._block.type == "text":
            self._text.append(found.delta.text)
        return found.delta.text or (found.delta.partial_json if self._is_answer() else "")

    def response(self) -> Response:
        self._answer.content.append(_Block(type="text", text="".join(self._text)))
        return _response(self._answer)

    def _is_answer(self) -> bool:
        return self._block.type == "tool_use" and self._block.name == ANSWER

    def _close_block(self) -> None:
        if self._is_answer():
            given = "".join(self._pieces).encode() or b"{}"
            self._block.input = msgspec.Raw(given)
            self._answer.content.append(self._block)

    def _count(self, usage: _Usage) -> None:
        """Takes over the counts that an event gives; the last repeats some, and omits others."""
        for name in _Usage.__struct_fields__:
            if (value := getattr(usage, name)) is not None:
                setattr(self._answer.usage, name, value)


def _system(messages: tuple[Message, ...]) -> str:
    # The API has one place for instructions, before all turns.
    return "\n\n".join(m.content for m in messages if m.role == "system")


def _response(answer: _Answer) -> Response:
    finish = FINISH.get(answer.stop_reason, "unknown")
    tool = next((b for b in answer.content if b.type == "tool_use" and b.name == ANSWER), None)
    if tool is None:
        text = "".join(b.text for b in answer.content if b.type == "text")
    else:
        text = bytes(tool.input).decode()
        # Using this tool is how the model answers.
        finish = "stop" if finish == "tool" else finish
    usage = answer.usage
    cached = usage.cache_read_input_tokens or 0
    # Here, unlike elsewhere, cached tokens are counted beside the input and not in it.
    n_input = (usage.input_tokens or 0) + cached + (usage.cache_creation_input_tokens or 0)
    return Response(
        text=text,
        model=answer.model,
        usage=Usage(
            input_tokens=n_input,
            output_tokens=usage.output_tokens or 0,
            cached_input_tokens=cached,
        ),
        finish_reason=finish,
        request_id=answer.id,
    )
