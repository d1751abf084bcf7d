"""What connectors over HTTP share: one pooled client, keys, errors, streams.

A provider subclasses `HttpConnector` as a frozen dataclass and writes two pure functions, `encode`
and `decode`; to stream, it also hands out a `StreamReader`.
"""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NoReturn

import aiohttp
import msgspec
from multidict import CIMultiDict
from yarl import URL

from roundtable.digest import canonical
from roundtable.errors import PluginError, RequestError, ResponseError
from roundtable.generation.connectors.address import (
    base_of,
    check_variable,
    is_loopback,
    key_in,
    proxy_for,
)
from roundtable.generation.connectors.failures import (
    blanked,
    failure_of,
    raise_lost,
    refusal_of,
    request_id_of,
)
from roundtable.generation.connectors.pool import release, session_for
from roundtable.generation.connectors.rates import RateHint
from roundtable.generation.connectors.spaces import space_of, unwrapped
from roundtable.generation.connectors.sse import Event, EventParser, StreamReader
from roundtable.generation.types import Delta, Grammar, Request, Response

_encode_json = msgspec.json.Encoder().encode
_LOST = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True)
class HttpConnector(ABC):
    """A provider that is asked over HTTP; subclass it, and write `encode` and `decode`.

    Args:
        model: The model's name, for requests that name none.
        base_url: Where the API is, up to and with its version: `http://127.0.0.1:8080/v1`.
        api_key_env: The environment variable that holds the key; empty for the provider's usual
            one, which only its own servers get. Unset, no key is sent to this machine, and no
            call is made to another.
        headers: More headers of each call. They take no part in a call's identity.
        timeout_s: The longest that a call may take, in seconds.
        connect_timeout_s: The longest that making a connection may take, in seconds.
        enforce: The output spaces that the server is asked to enforce, where it takes fewer than
            this provider does; None for all of them.
        options: More fields of a request's body, as the provider names them.
        omit: Fields of a request's body that this server or model does not take, as `temperature`.
    """

    model: str = ""
    base_url: str = ""
    api_key_env: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    timeout_s: float = 120.0
    connect_timeout_s: float = 10.0
    enforce: tuple[str, ...] | None = None
    options: Mapping[str, object] = field(default_factory=dict, hash=False)
    omit: tuple[str, ...] = ()

    provider: ClassVar[str]
    own_key_env: ClassVar[str] = ""
    can_enforce: ClassVar[frozenset[str]] = frozenset()
    wraps: ClassVar[bool] = True  # whether a choice is asked for as `{"answer": ...}` (see spaces)

    def __post_init__(self) -> None:
        base_of(self.base_url, self.provider)
        check_variable(self.api_key_env, self.provider)
        if strange := set(self.enforce or ()) - self.can_enforce:
            raise PluginError(
                f"{self.provider} cannot enforce {', '.join(sorted(strange))}",
                fix=f"name some of {', '.join(sorted(self.can_enforce)) or 'nothing'} in enforce",
            )

    # -- what a provider writes -------------------------------------------------------------------

    @abstractmethod
    def encode(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns the path after `base_url`, and the body as a value that has a JSON form.

        Raises:
            RequestError: the provider has no way to ask this (see `unable`).
        """

    @abstractmethod
    def decode(self, payload: bytes, /) -> Response:
        """Returns the answer that the body of a successful call holds.

        Raises:
            ValueError: it is not such a body; so does msgspec. LookupError counts likewise.
        """

    def encode_stream(self, request: Request, /) -> tuple[str, dict[str, object]]:
        """Returns path and body of a call whose answer is streamed."""
        path, body = self.encode(request)
        return path, {**body, "stream": True}

    def reader(self) -> StreamReader | None:
        """Returns a new reader of a streamed answer; None if this provider does not stream."""
        return None

    def key_headers(self, key: str) -> dict[str, str]:
        """Returns the headers that carry the key."""
        return {"Authorization": f"Bearer {key}"}

    def fixed_headers(self) -> dict[str, str]:
        """Returns the headers that every call to this provider has."""
        return {}

    def identity(self) -> dict[str, object]:
        """Returns what decides an answer beside the request and the address."""
        more: dict[str, object] = {}
        if self.enforce is not None:
            more["enforce"] = sorted(self.enforce)
        if self.options:
            more["options"] = self.options
        if self.omit:
            more["omit"] = sorted(self.omit)
        return more

    # -- what callers use -------------------------------------------------------------------------

    @property
    def enforces(self) -> frozenset[str]:
        """The output spaces that the server is asked to enforce."""
        return self.can_enforce if self.enforce is None else frozenset(self.enforce)

    @cached_property
    def endpoint(self) -> str:
        """The part of a call's key that says where it goes and with what more than the request."""
        more = self.identity()
        return str(self._base) + (f"#{canonical(more).decode()}" if more else "")

    @cached_property
    def rate_hint(self) -> RateHint:
        """What the provider's last answer said about how many calls remain."""
        return RateHint()

    async def complete(self, request: Request, /) -> Response:
        """Answers one request.

        Raises:
            ProviderError: it cannot; the class says why, `billed` whether it may have cost.
        """
        path, body = self.encode(request)
        post = self._post(path, body)
        started_s = time.perf_counter()
        try:
            async with post as answer:
                payload = await answer.read()
        except _LOST as error:
            self._raise_lost(error)
        latency_ms = (time.perf_counter() - started_s) * 1000
        self.rate_hint.update(answer.headers)
        if answer.status != 200:
            self._raise_failure(answer, payload, request)
        try:
            response = self.decode(payload)
        except (ValueError, LookupError) as error:
            self._raise_malformed(answer, payload, request, cause=error)
        return self._finished(request, response, answer, latency_ms)

    async def stream(self, request: Request, /) -> AsyncGenerator[Delta, None]:
        """Yields the answer's pieces as they come; the last one carries the whole response.

        An answer held to a wrapped output space comes in one piece.

        Raises:
            ProviderError: as `complete`; ResponseError also if the stream ends too early.
        """
        reader = self.reader()
        if reader is None:
            response = await self.complete(request)
            yield Delta(text=response.text, response=response)
            return
        path, body = self.encode_stream(request)
        post = self._post(path, body)
        whole = self._wrapping(request) is not None
        started_s = time.perf_counter()
        try:
            async with post as answer:
                self.rate_hint.update(answer.headers)
                if answer.status != 200:
                    self._raise_failure(answer, await answer.read(), request)
                parser = EventParser()
                async for chunk in answer.content.iter_any():
                    for event in parser.feed(chunk):
                        text = self._taken(reader, event, answer, request)
                        if text and not whole:
                            yield Delta(text=text)
                latency_ms = (time.perf_counter() - started_s) * 1000
        except _LOST as error:
            self._raise_lost(error)
        if not reader.is_whole:
            raise ResponseError(
                f"the stream of {self.provider} ended too early",
                provider=self.provider,
                request_id=request_id_of(answer.headers),
                billed="maybe",
            )
        response = self._finished(request, reader.response(), answer, latency_ms)
        yield Delta(text=response.text if whole else "", response=response)

    async def aclose(self) -> None:
        """Ends the use of the shared client; the connector opens it again if it is used again."""
        await release(self)

    def enforced(self, request: Request) -> Grammar | None:
        """Returns the request's output space if the server is asked to enforce it."""
        grammar = request.grammar
        if grammar is None or request.completion or grammar.kind not in self.enforces:
            return None
        return grammar

    def unable(self, what: str, *, fix: str) -> RequestError:
        """Returns the error of a request that this provider has no way to ask; nothing is sent."""
        return RequestError(f"{self.provider} cannot {what}", provider=self.provider, fix=fix)

    # -- inside -----------------------------------------------------------------------------------

    @cached_property
    def _base(self) -> URL:
        return base_of(self.base_url, self.provider)

    @cached_property
    def _is_local(self) -> bool:
        return is_loopback(self._base)

    @cached_property
    def _proxy(self) -> str | None:
        # Read once: the client's own look-up would also search netrc files for every call.
        return proxy_for(self._base)

    @cached_property
    def _urls(self) -> dict[str, URL]:
        return {}

    @cached_property
    def _prepared(self) -> dict[str, CIMultiDict[str]]:
        return {}

    @cached_property
    def _timeout(self) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=self.timeout_s, sock_connect=self.connect_timeout_s)

    def _post(
        self, path: str, body: dict[str, object]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = URL(f"{self._base}/{path}", encoded=True)
        if self.options:
            body = _merged(body, self.options)
        for name in self.omit:
            body.pop(name, None)
        # Before the client is opened: without a key there is nothing to close.
        headers = self._headers()
        return session_for(self).post(
            url,
            data=_encode_json(body),
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
            proxy=self._proxy,
        )

    def _headers(self) -> CIMultiDict[str]:
        # Read anew for each call: a key that is replaced counts at once.
        key = key_in(self._key_variable, provider=self.provider, is_local=self._is_local)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = CIMultiDict(
                {
                    "Content-Type": "application/json",
                    "User-Agent": "roundtable",
                    **self.fixed_headers(),
                    **self.headers,
                    **(self.key_headers(key) if key else {}),
                }
            )
            self._prepared.clear()
            self._prepared[key] = prepared
        return prepared

    @cached_property
    def _key_variable(self) -> str:
        # A provider's own key is for its own servers: unasked, it goes nowhere else.
        is_own = self._base.host == URL(type(self).base_url).host
        return self.api_key_env or (self.own_key_env if is_own else "")

    def _wrapping(self, request: Request) -> Grammar | None:
        """Returns the output space whose answers come wrapped, if that is how it was asked for."""
        grammar = self.enforced(request) if self.wraps else None
        return grammar if grammar is not None and space_of(grammar).wrapped else None

    def _finished(
        self,
        request: Request,
        response: Response,
        answer: aiohttp.ClientResponse,
        latency_ms: float,
    ) -> Response:
        text, logprobs = response.text, response.logprobs
        grammar = self._wrapping(request)
        if grammar is not None and (bare := unwrapped(text, grammar)) != text:
            # The tokens' log-probabilities are those of the wrapping too.
            text, logprobs = bare, ()
        return Response(
            text=text,
            model=response.model or request.model or self.model,
            usage=response.usage,
            finish_reason=response.finish_reason,
            scores=response.scores,
            logprobs=logprobs,
            request_id=request_id_of(answer.headers) or response.request_id,
            latency_ms=latency_ms,
        )

    def _taken(
        self, reader: StreamReader, event: Event, answer: aiohttp.ClientResponse, request: Request
    ) -> str:
        try:
            return reader.take(event)
        except (ValueError, LookupError) as error:
            self._raise_malformed(answer, event.data, request, cause=error)

    def _raise_failure(
        self, answer: aiohttp.ClientResponse, payload: bytes, request: Request
    ) -> NoReturn:
        raise failure_of(
            answer.status,
            answer.headers,
            payload=payload,
            provider=self.provider,
            private=self._private(request),
        )

    def _raise_malformed(
        self, answer: aiohttp.ClientResponse, payload: bytes, request: Request, *, cause: Exception
    ) -> NoReturn:
        # Some compatible servers answer 200 with an error object: its message is the reason.
        said = blanked(refusal_of(payload).message, self._private(request))
        raise ResponseError(
            f"{self.provider} answered something else than an answer"
            + (f": {said}" if said else ""),
            provider=self.provider,
            status=answer.status,
            request_id=request_id_of(answer.headers),
            billed="maybe",
        ) from cause

    def _raise_lost(self, error: Exception) -> NoReturn:
        raise_lost(
            error, provider=self.provider, host=self._base.host or "", timeout_s=self.timeout_s
        )

    def _private(self, request: Request) -> tuple[str, ...]:
        key = os.environ.get(self._key_variable, "").strip()
        return (key, *(message.content for message in request.messages))


def _merged(body: dict[str, object], more: Mapping[str, object]) -> dict[str, object]:
    """Returns the body with more fields; a field that is an object in both has those of both."""
    merged = dict(body)
    for name, value in more.items():
        own = merged.get(name)
        if isinstance(own, dict) and isinstance(value, Mapping):
            value = {**own, **value}
        merged[name] = value
    return merged
