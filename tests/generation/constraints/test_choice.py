"""Reading an answer as one of some options."""

import pytest

from roundtable.conformance import check_constraint
from roundtable.errors import ConstraintError, UsageError
from roundtable.generation.constraints.choice import Choice

CARS = Choice(("rental car", "car", "ride", "C++"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ride", "ride"),
        (" ride\n", "ride"),
        ("Ride.", "ride"),
        ("RENTAL-CAR!", "rental car"),
        ('"rental  car"', "rental car"),
        ("It is a rental car, I think.", "rental car"),
        ("Category: ride", "ride"),
        ("C++", "C++"),
    ],
)
def test_an_answer_that_names_one_option_is_read_as_it(said: str, meant: str) -> None:
    assert CARS.parse(said) == meant


@pytest.mark.parametrize("said", ["", "plane", "carpet", "rides", "?!"])
def test_an_answer_that_names_no_option_is_refused(said: str) -> None:
    with pytest.raises(ConstraintError, match="names none of the options"):
        CARS.parse(said)


def test_an_answer_that_names_two_options_is_refused_by_their_names() -> None:
    with pytest.raises(ConstraintError, match="names 2 options: 'car', 'ride'"):
        CARS.parse("a car or a ride")
    with pytest.raises(ConstraintError, match="names 2 options"):
        CARS.parse("rental car, no, car")


def test_options_that_differ_only_in_case_are_told_apart_only_to_the_letter() -> None:
    choice = Choice(("US", "us"))
    assert choice.parse("us") == "us"
    with pytest.raises(ConstraintError):
        choice.parse("Us")


@pytest.mark.parametrize("options", [(), ("a", "a"), ("a", " ")])
def test_options_that_leave_no_choice_are_refused(options: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        Choice(options)


def test_it_conforms() -> None:
    check_constraint(CARS, valid=["ride"], invalid=["car or ride", "plane", ""])
