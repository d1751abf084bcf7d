"""What a case says and what it expects, as texts that can be compared."""

from __future__ import annotations

import json
import re
import unicodedata

from roundtable.evaluation.types import Case

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def said(case: Case) -> str:
    """Returns the answer as text: its value if that is one, empty if the answer was withheld."""
    if case.answer.abstained:
        return ""
    value = case.answer.value
    return (value if isinstance(value, str) else case.answer.text).strip()


def accepted(case: Case) -> tuple[str, ...] | None:
    """Returns the texts that count as right; None if the case expects nothing.

    A list of no texts means that the right answer is to give none.
    """
    target = case.target
    if target is None:
        return None
    listed = target if isinstance(target, list | tuple) else [target]
    return tuple(spelled(item) for item in listed if item is not None and item != "")


def spelled(value: object) -> str:
    """Returns a value as people would write it: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def squad_normal(text: str) -> str:
    """Returns a text in lower case, without punctuation, articles and repeated white space.

    Punctuation is that of Unicode, not of ASCII only, so that typographic quotes go too.

    Source: Rajpurkar et al. 2016, SQuAD, section 6.1, and its official evaluation script.

    >>> squad_normal("The  “Denver” Broncos!")
    'denver broncos'
    """
    kept = "".join(c for c in text.lower() if not is_punctuation(c))
    return " ".join(_ARTICLES.sub(" ", kept).split())


def is_punctuation(character: str) -> bool:
    """Returns whether a character is punctuation or an ASCII symbol."""
    kind = unicodedata.category(character)
    return kind[0] == "P" or (kind[0] == "S" and character.isascii())


def folded(value: object) -> str:
    """Returns a value's spelling without differences of case and white space."""
    return " ".join(unicodedata.normalize("NFKC", spelled(value)).casefold().split())
