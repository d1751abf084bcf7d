"""A label is right or it is not."""

import pytest

from evaluation.metrics.cases import case
from roundtable.evaluation.metrics.labels import Accuracy, MacroF1


@pytest.mark.parametrize(
    ("value", "target", "right"),
    [
        ("ride", "ride", True),
        ("Ride ", "ride", True),
        ("bus", "ride", False),
        (3, 3, True),
        (3, "3", True),
        (True, True, True),
        (False, True, False),
        ("b", ["a", "b"], True),
    ],
)
def test_the_value_is_compared_with_the_target(value: object, target: object, right: bool) -> None:
    assert Accuracy().score(case("so: whatever", target, value=value)).value is right


def test_without_a_parsed_value_the_text_counts() -> None:
    assert Accuracy().score(case(" ride\n", "ride")).value is True


def test_a_withheld_answer_is_not_right() -> None:
    assert Accuracy().score(case("ride", "ride", abstained=True)).value is False


def test_a_row_without_target_is_not_scored() -> None:
    assert Accuracy().score(case("ride")).value is None


def test_macro_f1_notes_the_label_given_and_is_a_number_of_the_whole() -> None:
    score = MacroF1().score(case("", "ride", value="bus"))
    assert (score.value, score.note) == (False, "bus")
    assert MacroF1.statistic == "corpus"
