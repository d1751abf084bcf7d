"""An imprint finds the same differences as the text would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.licensing.identifying.alignment import Row
from roundtable.licensing.identifying.imprint import packed_imprint, unpacked_imprint
from roundtable.licensing.identifying.words import words_of

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"]), min_size=6, max_size=60)


@settings(max_examples=200, deadline=None)
@given(left=WORDS, right=WORDS)
def test_between_two_hunks_both_texts_have_the_same_words(
    left: list[str], right: list[str]
) -> None:
    imprint = unpacked_imprint("own", packed_imprint(words_of(" ".join(left))))
    i = j = 0
    for hunk in imprint.hunks(Row(right)):
        assert i <= hunk.left_first <= hunk.left_last <= len(left)
        assert j <= hunk.first <= hunk.last <= len(right)
        assert left[i : hunk.left_first] == right[j : hunk.first]
        i, j = hunk.left_last, hunk.last
    assert left[i:] == right[j:]


@settings(max_examples=100, deadline=None)
@given(at=st.integers(5, 85), n=st.integers(1, 8))
def test_words_taken_out_are_counted_where_they_stood(at: int, n: int) -> None:
    left = [f"w{i}" for i in range(100)]
    right = left[:at] + left[at + n :]
    gone = len(left) - len(right)
    imprint = unpacked_imprint("own", packed_imprint(words_of(" ".join(left))))
    (hunk,) = imprint.hunks(Row(right))
    assert (hunk.left_first, hunk.left_last - hunk.left_first) == (at, gone)
    assert hunk.first == hunk.last
