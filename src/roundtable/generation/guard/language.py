"""Whether a text looks like English, by its letters and its commonest words."""

from __future__ import annotations

from roundtable.generation.guard.evidence import STOP_WORDS, words

_FOREIGN_LETTERS = 0.2
_MAX_CHARS = 20_000
# The commonest words of the other languages in Latin letters that a product meets most, without
# those that are English words as well.
_WORDS = """
aan alla alle anche ao att au auch auf aux av avec bij bir bu ce cette che com como con da dalla
dans das dat de dei del della dem der des det di dos du e een ein eine einem einen el elle em en
er es est esta este et foi für gli ha hasta het hij il ile im ist için jest la las le les lo los
maar mais met mit más na naar nel nicht nie niet non não o och og ook op os para pas pelo per pero
più plus por pour på que questo qui se ses sich sind się som son sono sont su sur sus são te til
tot um uma un una und une van ve von voor w wird y z zijn zu às är è
"""
_FOREIGN = frozenset(_WORDS.split())
_ENGLISH = STOP_WORDS - _FOREIGN


def looks_english(text: str) -> bool:
    """Returns whether a text may be English; a few words get the benefit of the doubt.

    >>> looks_english("The museum opens at nine."), looks_english("Museum 开放时间为九点。")
    (True, False)
    """
    letters = [c for c in text[:_MAX_CHARS] if c.isalpha()]
    if sum(not c.isascii() for c in letters) > _FOREIGN_LETTERS * len(letters):
        return False
    listed = words(text[:_MAX_CHARS])
    n_foreign = sum(word in _FOREIGN for word in listed)
    return n_foreign < 2 or n_foreign <= sum(word in _ENGLISH for word in listed)
