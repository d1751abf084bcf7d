"""What words alone tell."""

import math

from hypothesis import given
from hypothesis import strategies as st

from roundtable.generation.guard.evidence import evidence, lay_out
from roundtable.generation.guard.lexical import (
    NAMES,
    features,
    share_of_content_words,
    weight,
)

CONTEXT = "Marie Curie was born in Warsaw in 1867. She moved to Paris and won two Nobel prizes."


def told(claim: str, context: str = CONTEXT) -> dict[str, float]:
    laid = lay_out(context)
    return dict(zip(NAMES, features(laid, claim, evidence(laid, claim)), strict=True))


def test_a_copied_sentence_is_found_whole() -> None:
    found = told("Marie Curie was born in Warsaw in 1867.")
    assert found["weight_found"] == found["copied_triples"] == found["order_kept"] == 1.0
    assert found["weight_missing"] == found["numbers_missing"] == found["names_missing"] == 0.0


def test_another_number_and_another_name_are_missed() -> None:
    assert told("She was born in 1868.")["numbers_missing"] == 1.0
    assert told("She was born in London.")["names_missing"] == 1.0


def test_a_denial_differs_from_its_evidence() -> None:
    assert told("Marie Curie was not born in Warsaw.")["negation_differs"] == 1.0
    assert told("Marie Curie was born in Warsaw.")["negation_differs"] == 0.0


def test_words_in_another_order_are_not_taken_for_the_same() -> None:
    assert told("Warsaw born Curie Marie")["order_kept"] < 1.0
    assert told("Warsaw born Curie Marie")["weight_found"] == 1.0


def test_rare_words_weigh_more() -> None:
    assert 0.0 < weight("city") < weight("radium") <= 1.0


def test_the_baseline_is_the_share_of_content_words() -> None:
    assert share_of_content_words(CONTEXT, "Curie was born in London") == 2 / 3
    assert share_of_content_words(CONTEXT, "") == 1.0


@given(st.text(max_size=200), st.text(max_size=100))
def test_features_are_finite_for_any_text(context: str, claim: str) -> None:
    laid = lay_out(context)
    found = features(laid, claim, evidence(laid, claim))
    assert len(found) == len(NAMES)
    assert all(math.isfinite(value) for value in found)
