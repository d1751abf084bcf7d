"""A comparison in words, such as a report and a terminal give it."""

from __future__ import annotations

from math import floor, log10

from roundtable.evaluation.comparison import Comparison


def in_words(comparison: Comparison, *, a: str, b: str) -> str:
    """Returns the comparison as a sentence, such as a report gives it.

    Args:
        comparison: Of the first with the second.
        a: The first's name.
        b: The second's.
    """
    c = comparison
    better = c.difference > 0 if c.direction == "higher" else c.difference < 0
    size = _amount(abs(c.difference), c)
    if c.difference == 0:
        claim = f"{a} and {b} are equal on {c.metric}"
    else:
        claim = f"{a} is {size} {'better' if better else 'worse'} than {b} on {c.metric}"
    return f"{claim} ({_uncertainty(c)}): {_verdict(c)}"


def _uncertainty(c: Comparison) -> str:
    if c.interval is None:
        interval = "too few samples for an interval"
    else:
        # Seen from the claim, so that the claim's own amount is positive.
        low, high = c.interval if c.difference >= 0 else (-c.interval[1], -c.interval[0])
        interval = f"{c.confidence * 100:g} % interval {_number(low, c)} to {_number(high, c)}"
    p_value = f"p {_p(c.p_value)}"
    if c.n_comparisons > 1:
        p_value += f", {_p(c.p_adjusted).removeprefix('= ')} corrected for {c.n_comparisons}"
        p_value += " comparisons"
    return f"{interval}, {p_value}"


def _verdict(c: Comparison) -> str:
    outside = c.interval is not None and not c.interval[0] <= 0 <= c.interval[1]
    if c.told_apart:
        # The interval and the test are different methods: near the border they can disagree.
        return "told apart" if outside else "told apart by the test, though not by the interval"
    if outside:
        corrected = c.p_value <= 1 - c.confidence
        why = "after the correction" if corrected else "by the test, the stricter of the two"
        refuted = f"not told apart {why}"
    else:
        refuted = "not told apart"
    if c.n_more is not None:
        samples = "sample" if c.n_more == 1 else "samples"
        return (
            f"{refuted}; about {_rounded(c.n_more)} more {samples} would be needed to tell a "
            "difference of this size"
        )
    if c.detectable is not None:
        return (
            f"{refuted}; {c.n} samples tell a difference of about "
            f"{_amount(c.detectable, c)} or more"
        )
    return refuted


def _amount(value: float, c: Comparison) -> str:
    number = _number(value, c)
    if c.unit:
        return f"{number} {c.unit}"
    return f"{number} point{'' if number == '1.0' else 's'}"


def _number(value: float, c: Comparison) -> str:
    """Returns shares and scores as points of 100, other values with three digits."""
    if not c.unit:
        text = f"{value * 100:.1f}"
    elif value == 0 or not 1e-4 <= abs(value) < 1e6:
        text = f"{value:.3g}"
    else:
        text = f"{value:.{max(0, 2 - floor(log10(abs(value))))}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _p(value: float) -> str:
    if value < 0.001:
        return "< 0.001"
    return f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"


def _rounded(count: int) -> str:
    """Returns a count with two digits that mean something."""
    step = 10 ** max(0, len(str(count)) - 2)
    return f"{-(-count // step) * step:,}"
