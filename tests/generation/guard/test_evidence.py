"""The sentences that bear on a claim are found, wherever they stand."""

from hypothesis import given
from hypothesis import strategies as st

from roundtable.generation.guard.evidence import content_stems, evidence, lay_out, window, words

FILLER = " ".join(f"Nothing of note happened in the village of Aldor {n}." for n in range(60))
OPENING = "The museum opens at nine on weekdays."
PRICE = "A ticket costs four euros for children."


def chosen(context: str, claim: str) -> list[str]:
    laid = lay_out(context)
    return [laid.text[laid.spans[i].start : laid.spans[i].end] for i in evidence(laid, claim)]


def test_the_sentence_that_says_it_comes_first() -> None:
    context = f"{FILLER} {OPENING} {FILLER}"
    assert chosen(context, "When does the museum open? It opens at nine.")[0] == OPENING


def test_a_claim_of_two_parts_finds_both() -> None:
    context = f"{OPENING} {FILLER} {PRICE}"
    assert {OPENING, PRICE} <= set(chosen(context, "The museum opens at nine; tickets cost four."))


def test_a_short_context_is_given_whole_with_its_space_evened() -> None:
    laid = lay_out(f"{OPENING}\n\n  {PRICE}")
    assert window(laid, [1]) == f"{OPENING} {PRICE}"


def test_a_long_context_is_given_in_its_own_order_and_kept_short() -> None:
    laid = lay_out(f"{OPENING} {FILLER} {PRICE}")
    shown = window(
        laid, evidence(laid, "Tickets for the museum that opens at nine cost four euros")
    )
    assert shown.index(OPENING) < shown.index(PRICE)
    assert len(words(shown)) < 200


def test_numbers_are_whole_and_words_are_stems() -> None:
    assert content_stems("The countries paid 1,250.50 for it") == ["count", "paid", "1250.50"]


@given(st.text(max_size=400), st.text(max_size=100))
def test_any_context_that_has_a_sentence_gives_evidence(context: str, claim: str) -> None:
    laid = lay_out(context)
    rows = evidence(laid, claim)
    assert len(set(rows)) == len(rows) <= 4
    assert all(0 <= row < len(laid.spans) for row in rows)
    assert bool(rows) == bool(laid.spans)
