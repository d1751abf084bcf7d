import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import (
    AuthError,
    ProviderError,
    RateLimitError,
    RequestError,
    ServerError,
)
from roundtable.generation.connectors.failures import blanked, failure_of, refusal_of


def failure(status: int, body: Any = None, **headers: str) -> ProviderError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return failure_of(status, named, payload=payload, provider="openai")


@pytest.mark.parametrize(
    ("status", "kind", "billed"),
    [
        (302, RequestError, "no"),
        (400, RequestError, "no"),
        (401, AuthError, "no"),
        (402, AuthError, "no"),
        (403, AuthError, "no"),
        (404, RequestError, "no"),
        (408, ServerError, "maybe"),
        (409, ServerError, "no"),
        (422, RequestError, "no"),
        (429, RateLimitError, "no"),
        (500, ServerError, "maybe"),
        (502, ServerError, "maybe"),
        (503, ServerError, "no"),
        (504, ServerError, "maybe"),
        (529, RateLimitError, "no"),
    ],
)
def test_a_status_says_what_failed(status: int, kind: type[ProviderError], billed: str) -> None:
    error = failure(status, {"error": {"message": "why"}}, x_request_id="req_7", retry_after="2")
    assert type(error) is kind
    assert error.status == status
    assert error.request_id == "req_7"
    assert error.retry_after_s == 2.0
    assert error.billed == billed
    assert error.retryable is (kind in (RateLimitError, ServerError))
    assert f"HTTP {status}" in error.what


@pytest.mark.parametrize(
    "body",
    [
        # OpenAI, Anthropic, Gemini, and the shapes of compatible servers.
        {"error": {"message": "bad field", "type": "invalid_request_error", "code": None}},
        {"type": "error", "error": {"type": "invalid_request_error", "message": "bad field"}},
        {"error": {"code": 400, "message": "bad field", "status": "INVALID_ARGUMENT"}},
        [{"error": {"code": 400, "message": "bad field", "status": "INVALID_ARGUMENT"}}],
        {"object": "error", "message": "bad field", "code": 400},
        {"detail": "bad field"},
        {"error": "bad field"},
    ],
)
def test_the_providers_reason_is_told_whatever_its_form(body: Any) -> None:
    assert failure(400, body).what == "openai refuses the request (HTTP 400): bad field"


@pytest.mark.parametrize("payload", [b"", b"<html>", b"null", b"[]", b'{"error": 3}', b"{}"])
def test_a_body_that_says_nothing_is_no_obstacle(payload: bytes) -> None:
    assert failure(400, payload).what == "openai refuses the request (HTTP 400)"


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["error", "message", "detail", "code", "type", "status", "details"]), inner
    ),
))  # fmt: skip
def test_no_body_breaks_the_reading_of_errors(body: Any) -> None:
    assert isinstance(refusal_of(json.dumps(body).encode()).message, str)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, {"message": "quota", "type": "insufficient_quota", "code": "insufficient_quota"}),
        (403, {"message": "x", "type": "billing_error"}),
        (400, {"message": "Your credit balance is too low", "type": "invalid_request_error"}),
    ],
)
def test_an_empty_account_stops_at_once(status: int, error: dict[str, str]) -> None:
    found = failure(status, {"error": error})
    assert type(found) is AuthError
    assert not found.retryable
    assert "credit" in found.what


def test_an_overload_is_a_limit_whatever_its_status() -> None:
    assert type(failure(500, {"error": {"type": "overloaded_error"}})) is RateLimitError


def test_gemini_says_in_the_body_how_long_to_wait() -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    error = failure(429, {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{}, detail]}})
    assert error.retry_after_s == 34.0


def test_a_refused_key_is_never_quoted() -> None:
    error = failure(401, {"error": {"message": "Incorrect API key provided: sk-live-1234"}})
    assert "1234" not in str(error)


def test_a_message_is_short_and_quotes_neither_prompt_nor_key() -> None:
    prompt = "My neighbor Alice Example has not paid her rent since March."
    message = f"Invalid input: 'Alice Example has not paid her' with {'x' * 500} key sk-live-12345"
    shown = blanked(message, ("sk-live-12345", prompt))
    assert shown.startswith("Invalid input: '[...]' with xxx")
    assert len(shown) == 300
    assert "Alice" not in shown
    assert "12345" not in blanked("key sk-live-12345", ("sk-live-12345",))


@given(st.text(min_size=12, max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_no_long_piece_of_a_prompt_survives(prompt: str, before: str, after: str) -> None:
    prompt = " ".join(prompt.split())
    shown = blanked(f"{before} {prompt} {after}", (prompt,))
    pieces = {prompt[i : i + 12] for i in range(len(prompt) - 11)}
    assert not any(piece in shown for piece in pieces if "[...]" not in piece)


def test_a_message_without_quotes_stays_as_it_is() -> None:
    assert blanked("field `stop` is too long", ("Where is my order?",)) == (
        "field `stop` is too long"
    )
