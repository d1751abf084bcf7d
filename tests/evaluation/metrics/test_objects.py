"""Objects: their form, and their fields."""

import pytest

from evaluation.metrics.cases import case
from roundtable.errors import PluginError
from roundtable.evaluation.metrics.objects import FieldAccuracy, JsonValid

TARGET = {"city": ["Campbell", "campbell ca"], "date": None, "seats": 2, "rated": [True]}


def test_every_field_has_its_own_word() -> None:
    given = {"city": " Campbell  CA", "date": "today", "seats": "2", "rated": True}
    score = FieldAccuracy().score(case("", TARGET, value=given))
    assert score.value == pytest.approx(0.75)
    assert score.parts == {"city": 1.0, "date": 0.0, "seats": 1.0, "rated": 1.0}
    assert score.note == "wrong: date"


@pytest.mark.parametrize("given", [{}, {"date": None}, {"date": " "}])
def test_where_null_is_expected_absent_null_and_empty_are_right(given: dict[str, object]) -> None:
    assert FieldAccuracy().score(case("", {"date": None}, value=given)).value == 1.0
    assert FieldAccuracy().score(case("", {"date": "today"}, value=given)).value == 0.0


def test_an_answer_that_is_no_object_gets_nothing() -> None:
    score = FieldAccuracy().score(case("Campbell", TARGET))
    assert (score.value, set(score.parts.values())) == (0.0, {0.0})
    assert FieldAccuracy().score(case('["Campbell"]', TARGET)).value == 0.0


def test_text_that_is_an_object_is_read() -> None:
    assert FieldAccuracy(fields=("city",)).score(case('{"city": "campbell"}', TARGET)).value == 1.0


def test_a_target_that_is_no_object_is_not_scored() -> None:
    assert FieldAccuracy().score(case("{}", "Campbell")).value is None


def test_json_is_valid_or_the_note_says_why_not() -> None:
    assert JsonValid().score(case('{"a": 1}')).value is True
    wrong = JsonValid().score(case('```{"a": 1}```'))
    assert (wrong.value, wrong.note[:8]) == (False, "not JSON")
    assert JsonValid().score(case("[" * 100_000)).value is False


def test_json_must_fit_a_schema_if_there_is_one() -> None:
    metric = JsonValid(schema={"type": "object", "required": ["a"]})
    assert metric.score(case('{"a": 1}')).value is True
    assert metric.score(case('{"b": 1}')).note == "'a' is a required property"


def test_a_wrong_schema_is_refused_when_it_is_declared() -> None:
    with pytest.raises(PluginError, match="not a JSON Schema"):
        JsonValid(schema={"type": "thing"})
