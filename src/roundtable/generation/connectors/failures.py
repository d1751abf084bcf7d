"""Turns what a provider answers instead of an answer into the one hierarchy of failures.

Messages hold neither prompt text nor keys: whatever a provider quotes of them is blanked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NoReturn

import aiohttp
import msgspec

from roundtable.errors import (
    AuthError,
    ConnectionFailed,
    ProviderError,
    RateLimitError,
    RequestError,
    ResponseError,
    ServerError,
)
from roundtable.generation.connectors.rates import duration_s, retry_after_s

_MAX_CHARACTERS = 300
_QUOTED_CHARACTERS = 12
# Codes that say: the account has no money or no quota left. Waiting does not bring it back.
_SPENT = frozenset({"insufficient_quota", "billing_error", "billing_hard_limit_reached"})
_OVERLOADED = frozenset({"overloaded_error", "UNAVAILABLE"})


class Refusal(msgspec.Struct, frozen=True):
    """What the body of a failed call says: its message, its codes, and how long to wait."""

    message: str = ""
    codes: frozenset[str] = frozenset()
    wait_s: float | None = None


def failure_of(
    status: int,
    headers: Mapping[str, str],
    *,
    payload: bytes,
    provider: str,
    private: Iterable[str] = (),
) -> ProviderError:
    """Returns the error that an HTTP answer with a failing status stands for.

    Args:
        status: The HTTP status, not 200.
        headers: The answer's headers, looked up without regard to case.
        payload: The answer's body.
        provider: The connector's name.
        private: Texts that no message may quote: the key and the prompt.
    """
    refusal = refusal_of(payload)
    said = blanked(refusal.message, private)
    kind: type[ProviderError]
    billed: Literal["no", "maybe"] = "no"
    fix = "run the same command again to go on"
    if refusal.codes & _SPENT or status == 402 or _is_out_of_credit(status, refusal.message):
        kind, what = AuthError, f"{provider} has no quota or credit left for this key"
        fix = "check the plan and the billing of the account, then run the same command again"
    elif status == 401:
        # The provider's own message quotes (part of) the key, and adds nothing.
        kind, what, said = AuthError, f"{provider} does not accept the key", ""
        fix = "check the variable that the model's api_key_env names"
    elif status == 403:
        kind, what = AuthError, f"{provider} does not allow this key to do that"
        fix = "check the key's rights, and that the account may use this model"
    elif status == 429:
        kind, what = RateLimitError, f"{provider} takes no more calls for now"
        fix = "lower the model's max_in_flight, or run the same command later to go on"
    elif status == 529 or refusal.codes & _OVERLOADED:
        kind, what = RateLimitError, f"{provider} is overloaded"
    elif status >= 500 or status in (408, 409, 425):
        kind, what = ServerError, f"{provider} failed"
        billed = "no" if status in (503, 409, 425) else "maybe"
    elif 300 <= status < 400:
        # Not followed: the key would go to whatever host the answer names.
        kind, what, said = RequestError, f"{provider} answers from another address", ""
        fix = "write the final address as the model's base_url"
    else:
        kind, what = RequestError, f"{provider} refuses the request"
        fix = (
            "change what its message names, in the prompt or its parameters; a field that this "
            "model does not take is left out by `omit` in the model's file"
        )
    wait_s = retry_after_s(headers)
    return kind(
        f"{what} (HTTP {status})" + (f": {said}" if said else ""),
        provider=provider,
        status=status,
        request_id=request_id_of(headers),
        retry_after_s=refusal.wait_s if wait_s is None else wait_s,
        billed=billed,
        fix=fix,
    )


def raise_lost(error: Exception, *, provider: str, host: str, timeout_s: float) -> NoReturn:
    """Raises, for an exception of the HTTP client, the error that it stands for.

    Raises:
        ConnectionFailed: no connection, a reset one or a time-out.
        ResponseError: an answer that was cut, or is not HTTP.
    """
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
        reason = "no connection in time" if isinstance(error, TimeoutError) else _reason(error)
        raise ConnectionFailed(
            f"{provider} cannot be reached at {host}: {reason}",
            provider=provider,
            fix="check base_url and the network, then run the same command again",
        ) from error
    if isinstance(error, TimeoutError):
        raise ConnectionFailed(
            f"{provider} did not answer within {timeout_s:g} s",
            provider=provider,
            billed="maybe",
            fix="raise the model's timeout_s, or run the same command again to go on",
        ) from error
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
        raise ResponseError(
            f"the answer of {provider} was cut or is not HTTP", provider=provider, billed="maybe"
        ) from error
    raise ConnectionFailed(
        f"the connection to {provider} broke before it answered", provider=provider, billed="maybe"
    ) from error


def refusal_of(payload: bytes) -> Refusal:
    """Returns what the body of a failed call says, whatever its shape; empty if it says nothing.

    Source: the error objects of the OpenAI (`error.message/type/code`), Anthropic
        (`error.type/message`) and Gemini (`error.status/message/details[].retryDelay`) APIs;
        compatible servers also answer `{"message"}`, `{"detail"}` or `{"error": "text"}`.
    """
    try:
        body = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return Refusal()
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return Refusal()
    error = body.get("error", body)
    if isinstance(error, str):
        return Refusal(message=error)
    if not isinstance(error, dict):
        return Refusal()
    message = next(
        (v for key in ("message", "detail") if isinstance(v := error.get(key), str) and v), ""
    )
    codes = frozenset(
        v for key in ("code", "type", "status") if isinstance(v := error.get(key), str)
    )
    return Refusal(message=message, codes=codes, wait_s=_retry_delay_s(error.get("details")))


def blanked(message: str, private: Iterable[str]) -> str:
    """Returns a message in one short line, without the pieces that it quotes of private texts."""
    message = " ".join(message.split())
    hidden = bytearray(len(message))
    for text in private:
        text = " ".join(text.split())
        size = min(_QUOTED_CHARACTERS, len(text))
        if size < 4:
            continue
        for start in range(len(message) - size + 1):
            if message[start : start + size] in text:
                hidden[start : start + size] = b"\1" * size
    shown = "".join("\0" if h else c for c, h in zip(message, hidden, strict=True))
    while "\0\0" in shown:
        shown = shown.replace("\0\0", "\0")
    shown = shown.replace("\0", "[...]")
    return shown if len(shown) <= _MAX_CHARACTERS else shown[: _MAX_CHARACTERS - 3] + "..."


def request_id_of(headers: Mapping[str, str]) -> str:
    """Returns the provider's id of the call, or an empty text."""
    return headers.get("x-request-id") or headers.get("request-id") or ""


def _is_out_of_credit(status: int, message: str) -> bool:
    # Anthropic answers 400 invalid_request_error, told apart only by its sentence.
    return status == 400 and "credit balance is too low" in message


def _retry_delay_s(details: Any) -> float | None:
    if not isinstance(details, list):
        return None
    for detail in details:
        if isinstance(detail, dict) and isinstance(delay := detail.get("retryDelay"), str):
            return duration_s(delay)
    return None


def _reason(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the host's name is unknown"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    return os.strerror(error.os_error.errno) if error.os_error.errno else "no connection"
