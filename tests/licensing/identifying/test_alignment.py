"""The difference of two word lists leads from the one to the other."""

from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.licensing.identifying.alignment import hunks_between

words = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=60)


@given(left=words, right=words)
@settings(deadline=None)
def test_the_hunks_turn_the_left_text_into_the_right_one(left: list[str], right: list[str]) -> None:
    made: list[str] = []
    at = 0
    for hunk in hunks_between(left, right):
        made += left[at : hunk.left_first]
        assert len(made) == hunk.first
        made += right[hunk.first : hunk.last]
        at = hunk.left_last
    assert made + left[at:] == right


@given(text=words)
def test_a_text_does_not_differ_from_itself(text: list[str]) -> None:
    assert hunks_between(text, text) == []


def test_a_long_text_with_one_changed_word_has_one_hunk() -> None:
    left = [f"w{i % 997}" for i in range(20_000)]
    right = [*left[:12_345], "other", *left[12_346:]]
    (hunk,) = hunks_between(left, right)
    assert (hunk.left_first, hunk.left_last, hunk.first, hunk.last) == (
        12_345, 12_346, 12_345, 12_346,
    )  # fmt: skip
