"""Answering from labelled examples alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.conformance import check_connector
from roundtable.errors import RequestError, UsageError
from roundtable.generation.connectors.baseline import Baseline
from roundtable.generation.types import Example, Message, Request


def ask(*examples: tuple[str, float], scores: tuple[str, ...] = ()) -> Request:
    return Request(
        model="neighbours",
        messages=(Message(role="user", content="a cab, please"),),
        examples=tuple(Example(text="", target=target, weight=w) for target, w in examples),
        scores=scores,
    )


async def test_the_target_that_weighs_most_is_the_answer() -> None:
    response = await Baseline().complete(ask(("bus", 0.5), ("ride", 0.3), ("ride", 0.3)))
    assert (response.text, response.model) == ("ride", "neighbours")


async def test_the_class_with_most_rows_is_the_majority() -> None:
    response = await Baseline("majority").complete(ask(("bus", 40.0), ("ride", 60.0)))
    assert response.text == "ride"


async def test_scores_are_the_logarithms_of_the_shares() -> None:
    response = await Baseline().complete(
        ask(("ride", 0.6), ("bus", 0.2), scores=("bus", "ride", "taxi"))
    )
    assert response.text == "ride"
    assert [score.option for score in response.scores] == ["bus", "ride", "taxi"]
    shares = [math.exp(score.logprob) for score in response.scores]
    assert shares == pytest.approx([0.25, 0.75, 0.0], abs=1e-5)
    assert all(math.isfinite(score.logprob) for score in response.scores)


async def test_only_an_option_is_answered_when_options_are_scored() -> None:
    response = await Baseline().complete(ask(("plane", 0.9), ("bus", 0.1), scores=("ride", "bus")))
    assert response.text == "bus"


@given(st.permutations([("ride", 0.5), ("bus", 0.25), ("bus", 0.25), ("cab", 0.5)]))
async def test_ties_do_not_depend_on_the_order_of_the_examples(
    examples: list[tuple[str, float]],
) -> None:
    # Of equal weight, `bus` has more examples.
    assert (await Baseline().complete(ask(*examples))).text == "bus"


async def test_where_nothing_is_similar_every_example_counts_the_same() -> None:
    response = await Baseline().complete(ask(("bus", 0.0), ("ride", 0.0), ("ride", -0.1)))
    assert response.text == "ride"


async def test_without_examples_it_says_how_to_give_some() -> None:
    with pytest.raises(RequestError, match="no examples") as caught:
        await Baseline().complete(ask())
    assert 'select = "similar"' in caught.value.fix


def test_another_baseline_is_refused() -> None:
    with pytest.raises(UsageError, match="no baseline 'median'"):
        Baseline("median")


def test_it_conforms() -> None:
    check_connector(Baseline(), model="neighbours")
