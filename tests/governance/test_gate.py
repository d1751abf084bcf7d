"""Evidence held against limits: surely enough, or not; and what is missing is never passed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.evaluation.types import Estimate
from roundtable.governance import CheckResult, Evidence, GateLimit, best, decide
from roundtable.governance.gate import check_limit


def estimate(value: float | None, low: float, high: float, **more: object) -> Estimate:
    return Estimate(value=value, interval=(low, high), n=50, **more)  # type: ignore[arg-type]


def evidence(missing: dict[str, str] | None = None, **metrics: Estimate) -> Evidence:
    return Evidence(
        usecase="u", candidate="c", metrics=metrics, n_samples=50, missing=missing or {}
    )


LEAST = GateLimit(metric="accuracy", at_least=0.8)


@pytest.mark.parametrize(
    ("low", "value", "high", "verdict", "words"),
    [
        (0.80, 0.9, 0.95, "pass", "its lower bound 0.800 is at least 0.800"),
        (0.79, 0.9, 0.95, "fail", "more samples may settle it"),
        (0.50, 0.6, 0.70, "fail", "0.600 is below 0.800"),
    ],
)
def test_a_least_value_is_held_against_the_lower_end(
    low: float, value: float, high: float, verdict: str, words: str
) -> None:
    check = check_limit(LEAST, evidence(accuracy=estimate(value, low, high)))
    assert check.verdict == verdict
    assert words in check.why
    assert (check.limit, check.interval, check.n) == (0.8, (low, high), 50)


@pytest.mark.parametrize(
    ("low", "value", "high", "verdict"),
    [(10, 20, 30, "pass"), (10, 20, 31, "fail"), (40, 50, 60, "fail")],
)
def test_a_most_value_is_held_against_the_upper_end(
    low: float, value: float, high: float, verdict: str
) -> None:
    limit = GateLimit(metric="latency", at_most=30)
    check = check_limit(limit, evidence(latency=estimate(value, low, high, unit="ms")))
    assert check.verdict == verdict
    assert " ms" in check.why


@given(
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
    limits=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
)
def test_two_limits_pass_only_an_interval_that_lies_between_them(
    ends: list[float], limits: list[float]
) -> None:
    limit = GateLimit(metric="m", at_least=limits[0], at_most=limits[1])
    check = check_limit(limit, evidence(m=estimate(sum(ends) / 2, *ends)))
    inside = limits[0] <= ends[0] and ends[1] <= limits[1]
    assert check.verdict == ("pass" if inside else "fail")


def test_what_was_not_measured_blocks_and_says_what_was() -> None:
    check = check_limit(LEAST, evidence(rouge_l=estimate(0.5, 0.4, 0.6)))
    assert check.verdict == "blocked"
    assert "(measured: rouge_l)" in check.why


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Estimate(value=None), "no sample has a value"),
        (Estimate(value=0.9, n=1), "1 samples are too few for an interval at 95 %"),
        (
            Estimate(value=0.9, n=9, statistic="corpus", method="no interval holds at every look"),
            "accuracy has no interval holds at every look",
        ),
    ],
)
def test_an_estimate_without_an_interval_blocks(found: Estimate, words: str) -> None:
    check = check_limit(LEAST, evidence(accuracy=found))
    assert check.verdict == "blocked"
    assert words in check.why


def test_an_interval_that_holds_at_every_look_says_so() -> None:
    found = estimate(0.9, 0.85, 0.95, method="anytime betting")
    assert "at 95 %, at every look" in check_limit(LEAST, evidence(accuracy=found)).why


def test_a_failure_goes_before_what_is_missing_and_that_before_a_pass() -> None:
    good, bad = estimate(0.9, 0.85, 0.95), estimate(0.5, 0.4, 0.6)
    missing = {"signoffs": "nobody signed"}
    verdicts = [
        decide([LEAST], evidence(missing=lacks, accuracy=found)).verdict
        for lacks, found in (({}, good), (missing, good), (missing, bad), ({}, bad))
    ]
    assert verdicts == ["pass", "blocked", "fail", "fail"]


def test_the_words_name_the_checks_that_decided() -> None:
    lacking = decide(
        [LEAST], evidence(missing={"license": "unknown"}, accuracy=estimate(0.9, 0.85, 0.95))
    )
    assert lacking.why == "license: unknown"
    passed = decide([LEAST], evidence(accuracy=estimate(0.9, 0.85, 0.95)))
    assert passed.why == "the one check passes"


def test_without_limits_nothing_stands_against_it_and_the_gate_says_so() -> None:
    result = decide([], evidence())
    assert result.verdict == "pass"
    assert "no limits are set" in result.why


class Polite:
    """A check of one's own."""

    def check(self, evidence: Evidence, /) -> CheckResult:
        return CheckResult(name="polite", verdict="fail", why="it is rude")


def test_a_check_of_ones_own_counts_like_a_limit() -> None:
    result = decide([LEAST], evidence(accuracy=estimate(0.9, 0.85, 0.95)), checks=[Polite()])
    assert result.verdict == "fail"
    assert [check.name for check in result.checks] == ["accuracy", "polite"]


def test_the_best_candidate_is_the_best_verdict_then_the_best_rank_then_the_first() -> None:
    good = decide([LEAST], evidence(accuracy=estimate(0.9, 0.85, 0.95)))
    bad = decide([LEAST], evidence(accuracy=estimate(0.99, 0.5, 1.0)))
    assert best({"a": bad, "b": good}, {"a": 0.99, "b": 0.9}) == "b"
    assert best({"a": good, "b": good}, {"a": 0.8, "b": 0.9}) == "b"
    assert best({"a": good, "b": good}, {"a": 0.9, "b": 0.9}) == "a"
    assert best({"a": bad, "b": bad}, {}) == "a"
