"""A text as the words that count: what typesetting, markup and spelling change is gone.

Two texts are the same here if they hold the same words in the same order. Line breaks, case,
quotes, dashes, comment signs, Markdown and HTML never reach the words, so none of them can change
an answer.

Source: SPDX License List Matching Guidelines (SPDX specification 2.3, annex B), read on 2026-11-24:
whitespace, capitals, punctuation, code comment indicators, varietal words, copyright symbol, http.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

import msgspec

from roundtable.licensing.identifying.word_lists import BOILERPLATE

_MARKS = "'`\u2019\u02bc\u00b4"
_WORD = re.compile(rf"[^\W_]+(?:[{_MARKS}][^\W_]+)*|[©%]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u0000]")
_APOSTROPHES = re.compile(f"[{_MARKS}]")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(\s*<?[a-z]{0,6}:?[^()\s<>]{1,300}>?(?:\s+\"[^\"]*\")?\)")
_TAG_NAMES = (
    "a|abbr|article|b|base|big|blockquote|body|br|button|center|code|dd|details|div|dl|dt|em|font|"
    "footer|h[1-6]|head|header|hr|html|i|img|input|label|li|link|main|meta|nav|noscript|ol|p|pre|"
    "section|small|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot|th|thead|title|tr|"
    "tt|u|ul|path|script|style|template|form|option|select|aside|figure|figcaption|cite|s|del|ins"
)
_TAG = re.compile(
    rf"</?(?:{_TAG_NAMES})(?:\s[^<>]{{0,2000}})?/?>|<!--.*?-->|<!doctype[^>]*>", re.I | re.S
)
_UNSEEN = re.compile(r"<(script|style|template)\b[^>]*>.*?</\1\s*>", re.I | re.S)
_MARKER = re.compile(r"\d{1,2}|[a-z]|[ivx]{2,5}")
_SPELLINGS = {
    "licence": "license", "licences": "licenses", "licenced": "licensed", "licencing": "licensing",
    "licencee": "licensee", "licencees": "licensees", "licencor": "licensor",
    "licenser": "licensor",
    "sublicence": "sublicense", "sublicences": "sublicenses", "sublicencing": "sublicensing",
    "sublicenced": "sublicensed", "sublicensable": "sublicenseable",
    "acknowledgement": "acknowledgment", "acknowledgements": "acknowledgments",
    "analogue": "analog", "analyse": "analyze", "artefact": "artifact", "artefacts": "artifacts",
    "authorisation": "authorization", "authorisations": "authorizations",
    "authorise": "authorize", "authorised": "authorized", "authorising": "authorizing",
    "behaviour": "behavior", "calibre": "caliber", "cancelled": "canceled", "catalogue": "catalog",
    "categorise": "categorize", "categorised": "categorized", "centre": "center",
    "colour": "color", "defence": "defense", "emphasise": "emphasize", "favour": "favor",
    "favourite": "favorite", "fulfil": "fulfill", "fulfilment": "fulfillment", "honour": "honor",
    "initialise": "initialize", "judgement": "judgment", "labelling": "labeling",
    "labelled": "labeled", "labour": "labor", "maximise": "maximize", "minimise": "minimize",
    "modelled": "modeled", "modelling": "modeling", "neighbour": "neighbor", "offence": "offense",
    "offences": "offenses", "optimise": "optimize", "optimised": "optimized",
    "organisation": "organization", "organisations": "organizations", "organise": "organize",
    "personalise": "personalize", "practise": "practice", "programme": "program",
    "realise": "realize", "recognise": "recognize", "recognised": "recognized",
    "signalling": "signaling", "utilise": "utilize", "utilised": "utilized",
    "utilisation": "utilization", "whilst": "while", "wilful": "willful", "favorable": "favorable",
    "%": "percent", "©": "c",
}  # fmt: skip
_SENTENCE_END = re.compile(r"[.;:!?]\s|\n\s*\n")
_NOT_WORDS = frozenset({"http", "https", "www"})


class Words(msgspec.Struct, frozen=True):
    """A text's words, and where each stands in the text they were taken from.

    Args:
        text: The text without invisible signs and markup, in compatibility form (NFKC).
        words: In lower case and one spelling.
        starts: Offset of each word's first character in `text`.
        ends: Offset behind each word's last character.
    """

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def passage(self, first: int, last: int) -> str:
        """Returns the text of the words from `first` up to, and without, `last`, on one line."""
        if first >= last:
            return ""
        return " ".join(self.text[self.starts[first] : self.ends[last - 1]].split())

    def slice(self, first: int, last: int) -> Words:
        """Returns a stretch of the words, over the same text."""
        return Words(
            self.text, self.words[first:last], self.starts[first:last], self.ends[first:last]
        )

    def line(self, index: int) -> int:
        """Returns the line, from 1, in which a word stands."""
        return self.text.count("\n", 0, self.starts[index]) + 1

    def is_marker(self, index: int) -> bool:
        """Says whether the word stands like the number of an item: `1.`, `(b)`, `iv)`."""
        if not _MARKER.fullmatch(self.words[index]):
            return False
        after = self.text[self.ends[index] : self.ends[index] + 1]
        return after in {".", ")", "]", ":"}


def words_of(text: str) -> Words:
    """Returns the words of a text."""
    plain = plain_text(text)
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for word, start, end in _merged(_found(plain)):
        words.append(word)
        starts.append(start)
        ends.append(end)
    return Words(plain, tuple(words), tuple(starts), tuple(ends))


def is_sentence_end(words: Words, index: int) -> bool:
    """Says whether a sentence ends between the word before and the word at `index`."""
    return _SENTENCE_END.search(words.text, words.ends[index - 1], words.starts[index]) is not None


def sentences(words: Words) -> list[tuple[int, int]]:
    """Returns the sentences of a text as stretches of its words."""
    found: list[tuple[int, int]] = []
    first = 0
    for i in range(1, len(words.words)):
        if is_sentence_end(words, i):
            found.append((first, i))
            first = i
    if first < len(words.words):
        found.append((first, len(words.words)))
    return found


def own_words(words: Words) -> bytearray:
    """Returns a flag for each word: 0 in sentences that disclaim as anybody does."""
    own = bytearray(len(words.words))
    for first, last in sentences(words):
        if BOILERPLATE.isdisjoint(words.words[first:last]):
            own[first:last] = b"\1" * (last - first)
    return own


def plain_text(text: str) -> str:
    """Returns the text without invisible signs, HTML and the targets of Markdown links."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if "<" in plain:
        plain = _TAG.sub(" ", _UNSEEN.sub(" ", plain))
    if "&" in plain:
        plain = html.unescape(plain)
    if "](" in plain:
        plain = _LINK.sub(r"\1 ", plain)
    return plain


def digest_of(words: Sequence[str]) -> str:
    """Returns the SHA-256 of the words, one space between two."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    has_cjk = _CJK.search(text) is not None
    for match in _WORD.finditer(text):
        word = match.group()
        if has_cjk and _CJK.search(word):
            # Such scripts put no spaces between words: every sign counts as one.
            yield from _signs(word, match.start())
            continue
        word = _APOSTROPHES.sub("", word).lower()
        if word not in _NOT_WORDS:
            yield _SPELLINGS.get(word, word), match.start(), match.end()


def _signs(word: str, offset: int) -> Iterator[tuple[str, int, int]]:
    for part in re.finditer(rf"{_CJK.pattern}|(?:(?!{_CJK.pattern}).)+", word):
        yield part.group().lower(), offset + part.start(), offset + part.end()


def _merged(found: Iterator[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """Joins what is written as one word or as two: `non-commercial`, `sub-license`, `per cent`."""
    held: tuple[str, int, int] | None = None
    for word, start, end in found:
        if held is not None:
            first = held[0]
            if first == "non" or (first == "sub" and word.startswith("licens")):
                joined = _SPELLINGS.get(first + word, first + word)
                yield joined, held[1], end
                held = None
                continue
            if (first, word) == ("per", "cent"):
                yield "percent", held[1], end
                held = None
                continue
            if (first, word) == ("copyright", "owner"):
                word = "holder"
            elif (first, word) == ("copyright", "owners"):
                word = "holders"
            yield held
        held = (word, start, end)
    if held is not None:
        yield held
