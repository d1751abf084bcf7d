"""The Anthropic Messages API.

Source: https://platform.claude.com/docs/en/api/messages (and .../api/migration-2026-10-21,
.../build-with-claude/streaming, .../build-with-claude/structured-outputs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from roundtable.errors import RateLimitError, ServerError
from roundtable.generation.connectors.http import HttpConnector
from roundtable.generation.connectors.spaces import ANSWER, space_of
from roundtable.generation.connectors.sse import Event, StreamReader
from roundtable.generation.types import FinishReason, Grammar, Message, Request, Response, Usage

OFFICIAL = "https://api.anthropic.com/v1"
SAMPLING_VERSION = "2023-06-01"
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

    From its version 2026-10-21 on, the API has no sampling parameters: temperature and top_p then
    take part in the call's key only. So does a seed in any version, and there are no
    log-probabilities. Completion prompts are refused before anything is sent.

    Args:
        base_url: Where the API is, up to and with its version.
        api_version: The API's dated version. `2023-06-01` takes temperature and top_p; models from
            Claude 4.7 on take only their defaults.
        enforce_by: How an output space is asked for: `format` by structured outputs, `tool` as the
            input of a tool that the model has to use, which models from Claude 5.5 on refuse.
    """

    base_url: str = OFFICIAL
    api_version: str = "2026-10-21"
    enforce_by: Literal["format", "tool"] = "format"

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
        body: dict[str, object] = {
            "model": request.model or self.model,
            "max_tokens": request.max_tokens,
            "messages": [m for m in request.messages if m.role != "system"],
        }
        if system := _system(request.messages):
            body["system"] = system
        if request.stop:
            body["stop_sequences"] = request.stop
        if self.api_version == SAMPLING_VERSION:
            body |= self._sampling(request)
        if (grammar := self.enforced(request)) is not None:
            body |= self._space(grammar)
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
        return {"anthropic-version": self.api_version}

    def identity(self) -> dict[str, object]:
        """Returns what decides an answer beside the request and the address."""
        asked = {"api_version": self.api_version, "enforce_by": self.enforce_by}
        return {**super().identity(), **asked}

    def _sampling(self, request: Request) -> dict[str, object]:
        if request.temperature > 1:
            raise self.unable(
                f"take a temperature of {request.temperature:g}", fix="use one from 0 to 1"
            )
        top_p = {} if request.top_p is None else {"top_p": request.top_p}
        return {"temperature": request.temperature, **top_p}

    def _space(self, grammar: Grammar) -> dict[str, object]:
        schema = space_of(grammar).schema
        if self.enforce_by == "format":
            return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
        tool = {"name": ANSWER, "description": "Gives the answer.", "input_schema": schema}
        forced = {"type": "tool", "name": ANSWER, "disable_parallel_tool_use": True}
        return {"tools": [tool], "tool_choice": forced}


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
