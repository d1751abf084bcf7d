from __future__ import annotations

import pytest

from roundtable.evaluation.types import Estimate
from roundtable.reports.numbers import duration, is_share, label, moment, number, span


@pytest.mark.parametrize(
    ("value", "unit", "share", "text"),
    [
        (0.8125, "", True, "81.2 %"),
        (None, "", True, "\N{EN DASH}"),
        (float("nan"), "ms", False, "\N{EN DASH}"),
        (1234.5, "ms", False, "1,234 ms"),
        (45_000, "ms", False, "45.0 s"),
        (0.00477, "ms", False, "under 0.1 ms"),
        (0, "ms", False, "0 ms"),
        (0.00123, "usd", False, "$0.00123"),
        (12.5, "usd", False, "$12.50"),
        (0, "usd", False, "$0.00"),
        (3.14159, "", False, "3.14"),
        (1e-9, "", False, "1e-09"),
    ],
)
def test_numbers_have_the_digits_that_mean_something(
    value: float | None, unit: str, share: bool, text: str
) -> None:
    assert number(value, unit=unit, share=share) == text


def test_a_span_names_its_unit_once() -> None:
    assert span((0.77, 0.85), share=True) == "77.0 to 85.0 %"
    assert span((10, 20), unit="ms") == "10.0 to 20.0 ms"
    assert span((9_000, 11_000), unit="ms") == "9,000 ms to 11.0 s"
    assert span((1, 2), unit="usd") == "$1.00 to $2.00"
    assert span(None) == ""


def test_a_score_past_one_is_no_share() -> None:
    assert is_share([Estimate(value=0.5), Estimate(value=1.0, interval=(0.9, 1.0))])
    assert not is_share([Estimate(value=0.5), Estimate(value=4.0)])
    assert not is_share([Estimate(value=0.5, unit="ms")])
    assert not is_share([Estimate(value=1.0, statistic="total")])


def test_long_times_are_told_in_minutes_and_hours() -> None:
    assert duration(12.34) == "12.3 s"
    assert duration(125) == "2 min 5 s"
    assert duration(7260) == "2 h 1 min"


def test_a_time_is_read_without_its_t() -> None:
    assert moment("2026-11-24T10:50:20+00:00") == "2026-11-24 10:50:20 UTC"
    assert moment("2026-11-24T10:50:20.125Z") == "2026-11-24 10:50:20 UTC"
    assert moment("2026-11-24T10:50:20+02:00") == "2026-11-24T10:50:20+02:00"
    assert moment("yesterday") == "yesterday"


def test_an_interval_without_width_is_not_told() -> None:
    assert span((0.0, 0.0), unit="usd") == ""


def test_an_interval_whose_ends_read_alike_is_not_told() -> None:
    assert span((0.004, 0.009), unit="ms") == ""


def test_a_metric_has_a_name_as_people_write_it() -> None:
    assert label("latency_p95_ms") == "95th percentile of latency"
    assert label("field_accuracy") == "Field accuracy"
    assert label("") == ""
