"""Saying that one does not know: what is written then, and how a model's own word is read."""

from __future__ import annotations

UNKNOWN = "I don't know."
"""What a grounded pipeline says where the corpus says nothing."""

_SAID = (
    "i don't know",
    "i do not know",
    "i dont know",
    "don't know",
    "i'm not sure",
    "i am not sure",
    "not in the passages",
    "the passages do not say",
    "the passages don't say",
    "the context does not say",
    "unknown",
)


def says_unknown(text: str) -> bool:
    """Returns whether an answer begins by saying that it has none.

    >>> says_unknown("I do not know; the passages are silent."), says_unknown("Known as X.")
    (True, False)
    """
    plain = " ".join(text.replace("\u2019", "'").lower().split()).lstrip("\"'([ ")
    return any(
        plain.startswith(said) and not plain[len(said) : len(said) + 1].isalnum() for said in _SAID
    )
