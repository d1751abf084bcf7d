import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from roundtable.generation.connectors.rates import RateHint, duration_s, retry_after_s


def from_now(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0.25"}, 0.25),
        ({"Retry-After": "3", "retry-after-ms": "2500"}, 2.5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Tue, 15 Nov 1994 08:12:31 GMT"}, 0.0),
        # What has not run out says nothing about this refusal.
        ({"x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "8s"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, 360.0),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "120ms",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "2s",
            },
            2.0,
        ),
    ],
)
def test_a_wait_is_what_the_headers_ask_for(
    headers: dict[str, str], expected: float | None
) -> None:
    assert retry_after_s(CIMultiDict(headers)) == expected


def test_a_wait_until_a_date_is_counted_from_now() -> None:
    assert retry_after_s({"retry-after": format_datetime(from_now(30), usegmt=True)}) == (
        pytest.approx(30, abs=1.5)
    )


def test_anthropic_names_the_time_when_its_limits_are_whole() -> None:
    headers = {
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": from_now(20).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    assert retry_after_s(headers) == pytest.approx(20, abs=1.5)


@given(st.integers(0, 47), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_durations_add_up(h: int, m: int, s: int, ms: int) -> None:
    assert duration_s(f"{h}h{m}m{s}s{ms}ms") == pytest.approx(h * 3600 + m * 60 + s + ms / 1000)


@given(st.text(alphabet="hms0123456789. x"))
def test_no_text_is_a_negative_duration(text: str) -> None:
    found = duration_s(text)
    assert found is None or found >= 0


def test_a_hint_holds_what_the_last_answer_said() -> None:
    hint = RateHint()
    hint.update({"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "1m0s"})
    assert (hint.remaining_requests, hint.reset_s) == (7, 60.0)
    assert hint.at_s == pytest.approx(time.monotonic(), abs=1)
    hint.update({})
    assert hint.remaining_requests == 7
    # Azure says -1 for "unknown".
    hint.update({"x-ratelimit-remaining-requests": "-1"})
    assert (hint.remaining_requests, hint.reset_s) == (None, None)
