"""Answers in words against accepted answers."""

import pytest

from evaluation.metrics.cases import case
from roundtable.errors import PluginError
from roundtable.evaluation.metrics.texts import Contains, ExactMatch, RegexMatch, RougeL, TokenF1


@pytest.mark.parametrize(
    ("answer", "target", "right"),
    [
        ("The Denver Broncos.", "denver broncos", True),
        ("“Denver” Broncos", ["New York", "Denver Broncos"], True),
        ("Denver", "Denver Broncos", False),
        ("308", [308], True),
        ("", [], True),
        ("I know", [], False),
        ("", "x", False),
    ],
)
def test_exact_match_normalizes_as_squad_does(answer: str, target: object, right: bool) -> None:
    assert ExactMatch().score(case(answer, target)).value is right


def test_a_withheld_answer_is_right_where_there_is_none() -> None:
    assert ExactMatch().score(case("I don't know", [], abstained=True)).value is True
    assert TokenF1().score(case("I don't know", ["x"], abstained=True)).value == 0.0


@pytest.mark.parametrize(
    ("answer", "target", "f1"),
    [
        ("Denver", "Denver Broncos", 2 / 3),
        ("a b b", "b b b c", 2 * 2 / 6),  # "a" is an article; two of b are shared
        ("nothing", "else", 0.0),
        ("the", "a", 1.0),  # nothing but articles on both sides
        ("the cat sat", ["dog", "cat sat down"], 2 * 2 / 5),
    ],
)
def test_token_f1_takes_the_nearest_accepted_answer(answer: str, target: object, f1: float) -> None:
    assert TokenF1().score(case(answer, target)).value == pytest.approx(f1)


def test_rouge_l_is_the_longest_common_subsequence_in_any_script() -> None:
    pytest.importorskip("rouge_score")
    police = "police killed the gunman"
    assert RougeL().score(case("police kill the gunman", police)).value == pytest.approx(1.0)
    unstemmed = RougeL(stem=False).score(case("police kill the gunman", police)).value
    assert unstemmed == pytest.approx(0.75)
    assert RougeL().score(case("the gunman police killed", police)).value == pytest.approx(0.5)
    assert RougeL().score(case("Ich weiß es", ["nein", "ich weiß"])).value == pytest.approx(0.8)
    assert RougeL().score(case("anything")).value is None


def test_contains_looks_for_any_accepted_text() -> None:
    assert Contains().score(case("It was Kawann Short.", ["kawann short"])).value is True
    assert Contains(ignore_case=False).score(case("It was KS", ["ks"])).value is False
    assert Contains(texts=("thank",)).score(case("Thanks!")).value is True
    assert Contains().score(case("x", None)).value is None


def test_regex_match_holds_the_whole_answer() -> None:
    assert RegexMatch(r"\d{4}-\d\d").score(case(" 2026-11 ")) is True
    assert RegexMatch(r"\d{4}").score(case("in 2026")) is False


def test_a_wrong_pattern_is_refused_when_it_is_declared() -> None:
    with pytest.raises(PluginError, match="not a regular expression"):
        RegexMatch("(")
