"""Numbers as people read them: shares as per cent, money as dollars, times with their unit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import floor, isfinite, log10

from roundtable.evaluation.types import Estimate

NONE = "\N{EN DASH}"
_SMALLEST_MS = 0.1
_LABELS = {
    "latency_p50_ms": "Median latency",
    "latency_p95_ms": "95th percentile of latency",
    "usd_per_1k": "Cost of 1,000 samples",
    "macro_f1": "Macro F1",
    "token_f1": "Token F1",
    "rouge_l": "ROUGE-L",
    "json_valid": "Valid JSON",
    "usd": "Cost of a sample",
    "signoffs": "Sign-offs",
}


def is_share(estimates: Iterable[Estimate]) -> bool:
    """Returns whether a metric's values all lie in [0, 1] and have no unit."""
    known = [e for e in estimates if e.value is not None]
    ends = [end for e in known for end in (e.value, *(e.interval or ())) if end is not None]
    return all(not e.unit and e.statistic != "total" for e in known) and all(
        -1e-9 <= end <= 1 + 1e-9 for end in ends
    )


def number(value: float | None, *, unit: str = "", share: bool = False) -> str:
    """Returns a value with as many digits as mean something.

    Args:
        value: None, or what is not finite, gives a dash.
        unit: `ms`, `s`, `usd` or any other; empty for none.
        share: Whether it is in [0, 1] and shown as per cent.
    """
    if value is None or not isfinite(value):
        return NONE
    if share:
        return f"{value * 100:.1f} %"
    if unit == "usd":
        return f"${value:,.2f}" if value == 0 or abs(value) >= 1 else f"${_digits(value)}"
    if unit == "ms" and 0 < value < _SMALLEST_MS:
        return f"under {_SMALLEST_MS} ms"
    if unit == "ms" and abs(value) >= 10_000:
        return f"{_digits(value / 1000)} s"
    return f"{_digits(value)} {unit}".strip()


def label(metric: str) -> str:
    """Returns a metric's name as people write it.

    >>> label("exact_match")
    'Exact match'
    """
    words = metric.replace("_", " ")
    return _LABELS.get(metric, words[:1].upper() + words[1:])


def span(interval: tuple[float, float] | None, *, unit: str = "", share: bool = False) -> str:
    """Returns an interval in words; empty if there is none, or its ends look alike."""
    if interval is None or interval[0] == interval[1]:
        return ""
    low, high = (number(end, unit=unit, share=share) for end in interval)
    if low == high:
        return ""
    for tail in (" %", f" {unit}" if unit else " "):
        if tail.strip() and low.endswith(tail) and high.endswith(tail):
            low = low.removesuffix(tail)
    return f"{low} to {high}"


def duration(seconds: float) -> str:
    """Returns a time such as `2 min 5 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(text: str) -> str:
    """Returns an ISO 8601 time in UTC as people write it, and any other text as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:Z|\+00:00)", text)
    return f"{found[1]} {found[2]} UTC" if found else text


def _digits(value: float) -> str:
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e9:
        return f"{value:.3g}"
    return f"{value:,.{max(0, 2 - floor(log10(abs(value))))}f}"
