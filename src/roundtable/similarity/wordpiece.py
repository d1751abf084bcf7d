"""The uncased English WordPiece vocabulary, and the tokenizer over it."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

from roundtable.errors import MissingExtraError

_VOCABULARY = "minilm/vocab.txt"


def tokenizer(*, max_tokens: int | None = None) -> Any:
    """Returns a tokenizer of its own for the caller (of the package `tokenizers`).

    Args:
        max_tokens: Where a text is cut, or None to keep it whole.

    Raises:
        MissingExtraError: the package is not installed.
    """
    try:
        from tokenizers import BertWordPieceTokenizer
    except ImportError as error:
        raise MissingExtraError("reading texts as word pieces", "search") from error
    with resources.as_file(resources.files("roundtable.similarity").joinpath(_VOCABULARY)) as path:
        made = BertWordPieceTokenizer(str(path), lowercase=True)
    if max_tokens is not None:
        made.enable_truncation(max_tokens)
    return made


@lru_cache(maxsize=1)
def ranks() -> dict[str, int]:
    """Returns the whole words of the vocabulary with their ranks, the most frequent first.

    The vocabulary lists words by how often they occur in English books and Wikipedia, so that a
    rank stands in for a frequency (Zipf's law).
    """
    listed = resources.files("roundtable.similarity").joinpath(_VOCABULARY).read_text("utf-8")
    words = [one for one in listed.splitlines() if one and one[0] not in "[#"]
    return {word: rank for rank, word in enumerate(words)}
