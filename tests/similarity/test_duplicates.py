"""Near-duplicates are found exactly."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.similarity import near_duplicates, overlap

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=9).map(" ".join)


def pairs(queries: list[str], pool: list[str]) -> set[tuple[int, int]]:
    return {(match.query, match.row) for match in near_duplicates(queries, pool)}


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_the_join_finds_what_comparing_all_pairs_finds(queries: list[str], pool: list[str]) -> None:
    alike = {
        (q, p)
        for (q, one), (p, other) in product(enumerate(queries), enumerate(pool))
        if overlap(one, other) >= 0.8
    }
    assert pairs(queries, pool) == alike


def test_case_and_punctuation_do_not_make_a_difference() -> None:
    assert pairs(["I need a cab, please!"], ["no", "i need a CAB please"]) == {(0, 1)}


@pytest.mark.parametrize(
    ("first", "second", "similarity"),
    [
        ("a b c d", "a b c d", 1.0),
        ("a b c d", "a b c e", 1 / 3),
        ("a b", "a b", 1.0),
        ("a b", "a b c", 0.0),
        ("!!", "!!", 1.0),
        ("!!", "??", 0.0),
        ("", "", 1.0),
    ],
)
def test_overlap_is_the_share_of_common_grams(first: str, second: str, similarity: float) -> None:
    assert overlap(first, second) == pytest.approx(similarity)


def test_texts_past_one_batch_keep_their_positions() -> None:
    pool = [f"text number {i} of the whole pool" for i in range(9000)]
    found = list(near_duplicates([pool[8500], "x"] * 2500 + [pool[3]], pool))
    assert {match.row for match in found} == {8500, 3}
    assert found[-1].query == 5000
