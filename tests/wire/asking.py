"""One conversation that every provider is asked, and how to see what is sent for it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from roundtable.generation.connectors.http import HttpConnector
from roundtable.generation.connectors.sse import EventParser
from roundtable.generation.types import Grammar, Message, Request, Response

SYSTEM = "You route requests."
SHOT = "My sink leaks."
LABEL = "plumbing"
QUESTION = "The lights flicker in the hall."
OPTIONS = ("plumbing", "electrical")
CHOICE = Grammar(kind="choice", options=OPTIONS)
WRAPPED = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": list(OPTIONS)}},
    "required": ["answer"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": ["string", "null"]}, "rooms": {"type": "integer"}},
    "required": ["city", "rooms"],
    "additionalProperties": False,
}
JSON_SCHEMA = Grammar(kind="json-schema", source=json.dumps(SCHEMA))
ASKED = Request(
    model="small-1",
    messages=(
        Message(role="system", content=SYSTEM),
        Message(role="user", content=SHOT),
        Message(role="assistant", content=LABEL),
        Message(role="user", content=QUESTION),
    ),
    temperature=0.25,
    top_p=0.5,
    max_tokens=12,
)


def asked(**more: Any) -> Request:
    """The conversation with more fields."""
    return msgspec.structs.replace(ASKED, **more)


def sent(connector: HttpConnector, request: Request) -> tuple[str, Any]:
    """Path and body of a call, the body as the JSON that goes out."""
    path, body = connector.encode(request)
    return path, json.loads(msgspec.json.encode(body))


def decoded(connector: HttpConnector, body: Any) -> Response:
    """The response that a body stands for."""
    return connector.decode(json.dumps(body).encode())


def streamed(connector: HttpConnector, transcript: str) -> tuple[list[str], Response]:
    """The pieces and the response that a stream stands for; it must be whole."""
    reader = connector.reader()
    assert reader is not None
    pieces = [reader.take(event) for event in EventParser().feed(transcript.encode())]
    assert reader.is_whole
    return [piece for piece in pieces if piece], reader.response()
