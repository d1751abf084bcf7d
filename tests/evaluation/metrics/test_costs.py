"""What an answer takes."""

from evaluation.metrics.cases import case
from roundtable.evaluation.metrics.costs import Latency, Tokens, Usd


def test_costs_are_those_of_the_answer_and_lower_is_better() -> None:
    assert Latency().score(case("x")) == 120.0
    assert Tokens().score(case("x")) == 37.0
    assert Tokens(count="input").score(case("x")) == 30.0
    assert Tokens(count="output").score(case("x")) == 7.0
    assert Usd().score(case("x")) == 0.002
    assert {Latency.direction, Tokens.direction, Usd.direction} == {"lower"}
