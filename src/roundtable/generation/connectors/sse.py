"""Reads server-sent events from bytes as they come, and says what puts an answer together.

Source: WHATWG HTML, section 9.2.6, "Interpreting an event stream".
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from roundtable.generation.types import Response


class Event(msgspec.Struct, frozen=True):
    """One event: its name (`message` if it has none) and its data."""

    name: str
    data: bytes


class EventParser:
    """Cuts a stream of bytes into events; where the bytes are split does not matter."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = "message"
        self._data: list[bytes] = []
        self._started = False
        self._after_return = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Takes the next bytes and returns the events that they complete."""
        text = self._rest + chunk
        if not self._started:
            # A byte order mark may open the stream, and may itself come in pieces.
            if len(text) < 3 and b"\xef\xbb\xbf".startswith(text):
                self._rest = text
                return []
            text = text.removeprefix(b"\xef\xbb\xbf")
            self._started = True
        # A carriage return ends its line at once; the newline that may follow adds nothing.
        if self._after_return:
            text = text.removeprefix(b"\n")
        self._after_return = text.endswith(b"\r") or (self._after_return and not text)
        lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop()
        return [event for line in lines if (event := self._take(line)) is not None]

    def _take(self, line: bytes) -> Event | None:
        if line:
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                self._data.append(value)
            elif field == b"event":
                self._name = value.decode("utf-8", "replace") or "message"
            return None
        event = Event(self._name, b"\n".join(self._data)) if self._data else None
        self._name, self._data = "message", []
        return event


class StreamReader(Protocol):
    """Puts one streamed answer together."""

    @property
    def is_whole(self) -> bool:
        """Whether the event that ends an answer has come."""
        ...

    def take(self, event: Event) -> str:
        """Takes the next event and returns the text that it adds."""
        ...

    def response(self) -> Response:
        """Returns the whole answer."""
        ...
