"""What a report shows of support: sentences without it, and abstentions."""

from __future__ import annotations

import msgspec


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a text as it is shown; `marked` is what the eye is led to."""

    text: str
    marked: bool = False


class Unsupported(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that its passages do not support.

    Args:
        sample: The sample's id.
        asked: What was asked.
        answer: The answer, its unsupported sentences marked.
        p: Estimated probability that it is not supported.
        source: Where the passage is from that bears most on the worst sentence; may be empty.
        passage: That passage, the stretch that bears on it marked.
    """

    sample: str
    asked: str
    answer: tuple[Piece, ...]
    p: float
    source: str = ""
    passage: tuple[Piece, ...] = ()


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that did not go out as it was written: what, and why."""

    sample: str
    asked: str
    original: str
    why: str


class CandidateSupport(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate's answers held against passages.

    Args:
        id: The candidate.
        n: Samples that it was asked.
        n_answered: Of these, how many were given an answer that was checked.
        n_unsupported: Of those, how many are likelier unsupported than supported.
        n_declined: Samples for which the model itself said that it has no answer, or nothing was
            found to answer from.
        n_withheld: Samples whose answer was written and withheld.
        n_cut: Samples whose answer lost sentences.
        p: The probabilities of the answers checked, least first.
        unsupported: The worst answers.
        withheld: Some that did not go out as written.
    """

    id: str
    n: int
    n_answered: int
    n_unsupported: int
    n_declined: int
    n_withheld: int
    n_cut: int
    p: tuple[float, ...]
    unsupported: tuple[Unsupported, ...]
    withheld: tuple[Withheld, ...]
