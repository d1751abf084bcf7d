"""From scores and from repeated answers to probabilities."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import UsageError
from roundtable.generation.constraints.probabilities import option_probabilities, vote
from roundtable.generation.types import OptionScore


def scores(*parts: tuple[str, float, int]) -> list[OptionScore]:
    return [OptionScore(option=o, logprob=p, n_tokens=n) for o, p, n in parts]


def test_the_sum_gives_the_models_own_odds() -> None:
    given_scores = scores(("ride", math.log(0.2), 1), ("rental car", math.log(0.05), 2))
    ride, car = option_probabilities(given_scores, normalize="sum")
    assert (ride.option, car.option) == ("ride", "rental car")
    assert ride.p / car.p == pytest.approx(4)


def test_the_mean_does_not_hold_a_long_option_at_a_disadvantage() -> None:
    given_scores = scores(("ride", math.log(0.2), 1), ("rental car", math.log(0.09), 2))
    car, ride = option_probabilities(given_scores, normalize="mean")
    assert (car.option, ride.option) == ("rental car", "ride")
    assert car.p / ride.p == pytest.approx(0.3 / 0.2)


def test_calibration_divides_by_what_is_said_of_nothing() -> None:
    said = scores(("yes", math.log(0.6), 1), ("no", math.log(0.3), 1))
    of_nothing = scores(("no", math.log(0.1), 1), ("yes", math.log(0.8), 1))
    no, yes = option_probabilities(said, calibration=of_nothing)
    assert (no.option, yes.option) == ("no", "yes")
    assert no.p / yes.p == pytest.approx((0.3 / 0.1) / (0.6 / 0.8))


@given(st.lists(st.floats(-1e4, 0), min_size=1, max_size=12), st.sampled_from(["mean", "sum"]))
def test_probabilities_add_up_to_one_and_keep_the_order_of_equals(
    logprobs: list[float], normalize: str
) -> None:
    given_scores = scores(*((str(n), p, 1) for n, p in enumerate(logprobs)))
    options = option_probabilities(given_scores, normalize=normalize)  # type: ignore[arg-type]
    assert math.fsum(option.p for option in options) == pytest.approx(1)
    assert [o.p for o in options] == sorted((o.p for o in options), reverse=True)
    best = logprobs.index(max(logprobs))
    assert options[0].option == str(best) or options[0].p == options[1].p


def test_what_gives_no_probabilities_is_refused() -> None:
    with pytest.raises(UsageError, match="no scores"):
        option_probabilities([])
    with pytest.raises(UsageError, match="other options"):
        option_probabilities(scores(("a", -1.0, 1)), calibration=scores(("b", -1.0, 1)))
    with pytest.raises(UsageError, match="none of the answers"):
        vote(["plane"], ["car", "ride"])


def test_repeated_answers_vote_and_ties_go_by_the_order_of_options() -> None:
    options = vote(["ride", "car", "plane", "ride", "car"], ["train", "car", "ride"])
    assert [(o.option, o.p) for o in options] == [("car", 0.5), ("ride", 0.5), ("train", 0.0)]
