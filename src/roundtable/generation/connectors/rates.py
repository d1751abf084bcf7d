"""What a provider's headers say about waiting: how long now, and how many calls remain."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)")
_UNIT_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
# (how many remain, when they are all back): per request first, then per token.
_REQUESTS = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
)
_TOKENS = (
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
)


class RateHint(msgspec.Struct, kw_only=True):
    """What the provider's last answer said about its limit on calls; it changes with each answer.

    Args:
        remaining_requests: Calls left in the provider's window, or None if it did not say.
        reset_s: Seconds from `at_s` until the window is whole again, or None.
        at_s: When that answer came, by `time.monotonic`.
    """

    remaining_requests: int | None = None
    reset_s: float | None = None
    at_s: float = 0.0

    def update(self, headers: Mapping[str, str]) -> None:
        """Takes over what an answer's headers say; leaves all as it is if they say nothing."""
        for remaining, reset in _REQUESTS:
            if (text := headers.get(remaining)) is not None:
                self.remaining_requests = int(text) if text.isdecimal() else None
                self.reset_s = _wait_s(headers.get(reset, ""))
                self.at_s = time.monotonic()
                return


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Returns how long the provider asks to wait, in seconds, or None if it does not say.

    Args:
        headers: The answer's headers, looked up without regard to case.

    Source: RFC 9110, section 10.2.3 (Retry-After: seconds or a date); `retry-after-ms` and
        `x-ratelimit-*` as the OpenAI API sends them; `anthropic-ratelimit-*` (RFC 3339 times).
    """
    if (ms := _number(headers.get("retry-after-ms", ""))) is not None:
        return ms / 1000
    text = headers.get("retry-after", "").strip()
    if text:
        wait_s = _number(text)
        return wait_s if wait_s is not None else _until_http_date(text)
    waits = [
        wait_s
        for remaining, reset in (*_REQUESTS, *_TOKENS)
        if headers.get(remaining) == "0" and (wait_s := _wait_s(headers.get(reset, ""))) is not None
    ]
    return max(waits, default=None)


def duration_s(text: str) -> float | None:
    """Returns a duration such as `1s`, `6m0s` or `120ms` in seconds, or None if it is none.

    >>> duration_s("6m0s"), duration_s("120ms"), duration_s("soon")
    (360.0, 0.12, None)
    """
    if not text or _DURATION.sub("", text):
        return None
    return sum(float(number) * _UNIT_S[unit] for number, unit in _DURATION.findall(text))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _wait_s(text: str) -> float | None:
    """Seconds until a limit is whole again, from a duration, bare seconds or an RFC 3339 time."""
    if (wait_s := duration_s(text)) is not None:
        return wait_s
    if (wait_s := _number(text)) is not None:
        return wait_s
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _until(at)


def _until_http_date(text: str) -> float | None:
    try:
        return _until(parsedate_to_datetime(text))
    except ValueError:
        return None


def _until(at: datetime) -> float:
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
