"""A provider on the loopback that speaks four wire formats, answers by rule, and fails on cue.

In a test: `with Provider(Behavior(faults={"429": 0.1})) as provider: ... provider.openai_url`.
As a process: `python tests/servers/provider.py --port 0 --latency-ms 50 --faults 429=0.1,reset=0.1`
prints one JSON line `{"port", "url", "openai_url"}`; `GET /stats` gives the counters, `POST /reset`
sets them to nothing. It is an `asyncio.Protocol` without a framework, so that a benchmark measures
its client: it needs about 0.15 ms of CPU a call.

The answer is a function of the request: a JSON Schema is filled (an enum by a hash of the
conversation), a rule of `answers` is followed, otherwise the last user's words are repeated.
Tokens are words. A fault hits the first `fault_attempts` calls with the same body, chosen by a hash
of seed and body, so what fails does not depend on the order of calls.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

# As a script, this file finds its neighbors too.
sys.path.insert(0, str(Path(__file__).parents[1]))
from servers.formats import (
    Asked,
    events_of,
    read_chat,
    read_completion,
    read_gemini,
    read_messages,
    read_responses,
    write_answer,
)

FAULTS = ("429", "500", "503", "529", "reset", "malformed", "cut", "slow", "quota", "hang")
REASONS = {
    200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error", 503: "Service Unavailable", 529: "Overloaded",
}  # fmt: skip
ERROR_TYPES = {
    400: ("invalid_request_error", "INVALID_ARGUMENT"),
    401: ("authentication_error", "UNAUTHENTICATED"),
    404: ("not_found_error", "NOT_FOUND"),
    429: ("rate_limit_error", "RESOURCE_EXHAUSTED"),
    500: ("api_error", "INTERNAL"),
    503: ("api_error", "UNAVAILABLE"),
    529: ("overloaded_error", "UNAVAILABLE"),
}


@dataclass(frozen=True)
class Behavior:
    """What the server does.

    Args:
        latency_ms: From the request's last byte to the answer's first.
        faults: Share of distinct requests hit, by kind (see FAULTS); at most 1 in sum.
        fault_attempts: How many calls with one body a fault hits.
        seed: Decides which requests a fault hits.
        retry_after_ms: What a 429, 503 or 529 asks to wait.
        slow_ms: The latency of the fault `slow`.
        key: The key that is asked for; empty asks for none.
        fail_after: After so many calls, every call gets `fail_status`; None: never.
        fail_status: See `fail_after`.
        max_in_flight: More calls at once than this get a 429; 0: no limit.
        remaining_requests: Sent as the provider's rate headers if not None.
        answers: Part of the last user's message -> answer; the first that is found counts.
        cached_tokens: Input tokens that are said to come from a cache.
        record: How many of the latest calls are kept in `Provider.calls`.
    """

    latency_ms: float = 0.0
    faults: Mapping[str, float] = field(default_factory=dict)
    fault_attempts: int = 1
    seed: int = 0
    retry_after_ms: int = 20
    slow_ms: float = 500.0
    key: str = ""
    fail_after: int | None = None
    fail_status: int = 500
    max_in_flight: int = 0
    remaining_requests: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    cached_tokens: int = 0
    record: int = 0


@dataclass
class Call:
    """One call as it came."""

    path: str
    headers: dict[str, str]
    body: Any
    status: int = 0


@dataclass
class Stats:
    """Counters since the start or the last reset; a call is answered when its 200 was written."""

    calls: int = 0
    answered: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    connections: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    seen: Counter[bytes] = field(default_factory=Counter)
    paid: Counter[bytes] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "answered": self.answered,
            "distinct": len(self.seen),
            "paid_twice": sum(n - 1 for n in self.paid.values()),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "connections": self.connections,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "by_status": dict(self.by_status),
            "by_fault": dict(self.by_fault),
        }


# -- the server ------------------------------------------------------------------------------------


class Connection(asyncio.Protocol):
    """Reads one HTTP/1.1 request after another and answers each after its latency."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.buffer = b""
        self.is_busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.provider.stats.connections += 1
        self.provider.open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.provider.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.read()

    def read(self) -> None:
        head, mark, rest = self.buffer.partition(b"\r\n\r\n")
        if not mark or self.is_busy:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)
        }
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        method, target, _ = first.split(" ", 2)
        self.is_busy = True
        self.provider.take(self, method, target, headers, rest[:length])

    def send(self, status: int, payload: bytes, headers: Mapping[str, str], cut: int = 0) -> None:
        """Writes an answer; `cut` bytes of it are held back, and the connection closed."""
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Length: {len(payload)}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        self.transport.write(head.encode() + b"\r\n" + payload[: len(payload) - cut])
        self.done(close=cut > 0)

    def send_events(self, events: list[bytes], headers: Mapping[str, str], cut: int = 0) -> None:
        """Writes events as chunks; the last `cut` of them are held back, and the end."""
        head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        shown = events[: len(events) - cut]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in shown)
        self.transport.write(head.encode() + b"\r\n" + chunks + (b"" if cut else b"0\r\n\r\n"))
        self.done(close=cut > 0)

    def done(self, *, close: bool = False) -> None:
        self.is_busy = False
        if close:
            self.transport.close()
        elif self.buffer:
            self.read()


class Provider:
    """The server. As a context manager it runs in a thread of its own."""

    def __init__(self, behavior: Behavior | None = None, *, port: int = 0) -> None:
        self.behavior = behavior or Behavior()
        self.stats = Stats()
        self.calls: deque[Call] = deque(maxlen=self.behavior.record or 256)
        self.open: set[asyncio.Transport] = set()
        self.port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def gemini_url(self) -> str:
        return f"{self.url}/v1"

    def behave(self, **changes: Any) -> None:
        """Changes the behavior from now on."""
        self.behavior = replace(self.behavior, **changes)

    def reset(self) -> None:
        """Sets the counters to nothing; calls still in flight stay counted as in flight."""
        self.stats = Stats(in_flight=self.stats.in_flight)
        self.calls.clear()

    async def serve(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Connection(self), "127.0.0.1", self.port, backlog=1024
        )
        self.port = server.sockets[0].getsockname()[1]
        return server

    def __enter__(self) -> Provider:
        ready = threading.Event()

        async def run() -> None:
            self._loop = asyncio.get_running_loop()
            self._stop = asyncio.Event()
            server = await self.serve()
            ready.set()
            await self._stop.wait()
            server.close()
            for transport in list(self.open):
                transport.abort()
            await asyncio.sleep(0)

        self._thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        self._thread.start()
        assert ready.wait(5), "the provider did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    # -- one call ---------------------------------------------------------------------------------

    def take(
        self, at: Connection, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> None:
        path = target.partition("?")[0]
        if method == "GET" and path == "/stats":
            return at.send(200, msgspec.json.encode(self.stats.document()), JSON)
        if method == "POST" and path == "/reset":
            self.reset()
            return at.send(200, b"{}", JSON)
        stats, behavior = self.stats, self.behavior
        stats.calls += 1
        stats.in_flight += 1
        stats.max_in_flight = max(stats.max_in_flight, stats.in_flight)
        identity = hashlib.blake2b(path.encode() + body, digest_size=8).digest()
        stats.seen[identity] += 1
        fault = self.fault_of(identity, headers)
        if fault == "hang":
            return None
        latency_ms = behavior.slow_ms if fault == "slow" else behavior.latency_ms
        work = (at, path, headers, body, identity, fault)
        loop = asyncio.get_running_loop()
        # At least one turn of the loop: in flight is what came in one burst too.
        loop.call_later(latency_ms / 1000, self.answer, *work)
        return None

    def fault_of(self, identity: bytes, headers: dict[str, str]) -> str:
        behavior, stats = self.behavior, self.stats
        if behavior.key and behavior.key not in (
            headers.get("authorization", "").removeprefix("Bearer "),
            headers.get("x-api-key"),
            headers.get("x-goog-api-key"),
        ):
            return "401"
        if behavior.fail_after is not None and stats.calls > behavior.fail_after:
            return str(behavior.fail_status)
        if behavior.max_in_flight and stats.in_flight > behavior.max_in_flight:
            return "429"
        if behavior.faults and stats.seen[identity] <= behavior.fault_attempts:
            drawn = hashlib.blake2b(b"%d" % behavior.seed + identity, digest_size=8).digest()
            at = int.from_bytes(drawn) / 2**64
            for kind, share in behavior.faults.items():
                if at < share:
                    return kind
                at -= share
        return ""

    def answer(
        self, at: Connection, path: str, headers: dict[str, str], body: bytes, identity: bytes,
        fault: str,
    ) -> None:  # fmt: skip
        stats, behavior = self.stats, self.behavior
        stats.in_flight -= 1
        if fault:
            stats.by_fault[fault] += 1
        call = Call(path, headers, msgspec.json.decode(body) if body else None)
        self.calls.append(call)
        if fault == "reset":
            stats.by_status["reset"] += 1
            at.transport.abort()
            return None
        if fault.isdecimal() or fault == "quota":
            return self.refuse(at, call, 429 if fault == "quota" else int(fault), fault=fault)
        asked = self.read(path, call.body)
        if asked is None:
            return self.refuse(at, call, 404)
        document, n_out = write_answer(asked, behavior.answers, behavior.cached_tokens)
        call.status = 200
        stats.by_status["200"] += 1
        stats.input_tokens += asked.input_tokens
        stats.output_tokens += n_out
        extra = {**JSON, "x-request-id": f"req_{stats.calls}"}
        if behavior.remaining_requests is not None:
            extra |= self.rate_headers(path, behavior.remaining_requests)
        if fault not in ("malformed", "cut") and not at.transport.is_closing():
            stats.answered += 1
            stats.paid[identity] += 1
        if asked.stream:
            events = events_of(asked, document)
            if fault == "malformed":
                events[1] = b"data: {not json\n\n"
            extra["Content-Type"] = "text/event-stream"
            return at.send_events(events, extra, cut=2 if fault == "cut" else 0)
        payload = msgspec.json.encode(document)
        if fault == "malformed":
            payload = payload[: len(payload) // 2] + b"<html>"
        return at.send(200, payload, extra, cut=len(payload) // 3 if fault == "cut" else 0)

    def read(self, path: str, body: Any) -> Asked | None:
        if path.endswith("/chat/completions"):
            return read_chat(body)
        if path.endswith("/completions"):
            return read_completion(body)
        if path.endswith("/responses"):
            return read_responses(body)
        if path.endswith("/messages"):
            return read_messages(body)
        model, mark, verb = path.rpartition("/models/")[2].partition(":")
        if mark:
            return read_gemini(body, model, stream=verb == "streamGenerateContent")
        return None

    def refuse(self, at: Connection, call: Call, status: int, fault: str = "") -> None:
        call.status = status
        self.stats.by_status[str(status)] += 1
        name, google = ERROR_TYPES.get(status, ("api_error", "UNKNOWN"))
        code = "insufficient_quota" if fault == "quota" else None
        message = f"refused with {status}"
        document: dict[str, Any]
        if call.path.endswith("/messages"):
            document = {"type": "error", "error": {"type": name, "message": message}}
        elif ":" in call.path:
            document = {"error": {"code": status, "message": message, "status": google}}
        else:
            document = {"error": {"message": message, "type": code or name, "code": code}}
        extra = {**JSON, "x-request-id": f"req_{self.stats.calls}"}
        if status in (429, 503, 529) and not code:
            wait_ms = self.behavior.retry_after_ms
            extra |= {"retry-after-ms": str(wait_ms), "Retry-After": str(-(-wait_ms // 1000))}
        at.send(status, msgspec.json.encode(document), extra)

    def rate_headers(self, path: str, remaining: int) -> dict[str, str]:
        if path.endswith("/messages"):
            until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
            return {
                "anthropic-ratelimit-requests-remaining": str(remaining),
                "anthropic-ratelimit-requests-reset": until,
            }
        return {
            "x-ratelimit-remaining-requests": str(remaining),
            "x-ratelimit-reset-requests": "1m0s",
        }


JSON = {"Content-Type": "application/json"}


# -- as a process ----------------------------------------------------------------------------------


def shares(text: str) -> dict[str, float]:
    """Reads `429=0.1,reset=0.05`, or one number that is spread over the usual faults."""
    if not text:
        return {}
    if "=" not in text:
        kinds = ("429", "500", "503", "reset", "malformed", "cut")
        return {kind: float(text) / len(kinds) for kind in kinds}
    found = {kind: float(share) for kind, _, share in (p.partition("=") for p in text.split(","))}
    if strange := found.keys() - set(FAULTS):
        raise SystemExit(f"unknown faults: {strange}; there are {', '.join(FAULTS)}")
    return found


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--faults", type=shares, default={}, help="429=0.1,reset=0.1 or 0.2 in all")
    parser.add_argument("--fault-attempts", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--retry-after-ms", type=int, default=20)
    parser.add_argument("--slow-ms", type=float, default=500.0)
    parser.add_argument("--key", default="")
    parser.add_argument("--fail-after", type=int)
    parser.add_argument("--fail-status", type=int, default=500)
    parser.add_argument("--max-in-flight", type=int, default=0)
    parser.add_argument("--answers", type=json.loads, default={}, help="JSON: part -> answer")
    given = vars(parser.parse_args())
    port = given.pop("port")
    provider = Provider(Behavior(**given), port=port)
    server = await provider.serve()
    where = {"port": provider.port, "url": provider.url, "openai_url": provider.openai_url}
    print(json.dumps(where), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
