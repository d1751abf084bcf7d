"""What an answer cites, sentence by sentence, and whether what is cited says so.

Source: Gao et al. 2023, Enabling Large Language Models to Generate Text with Citations (ALCE),
section 3: citation recall and precision by entailment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from roundtable.generation.grounding.context import joined
from roundtable.generation.guard.protocol import Checker
from roundtable.generation.guard.scoring import score
from roundtable.generation.guard.sentences import sentences
from roundtable.generation.guard.types import Claim
from roundtable.generation.types import Passage

SUPPORTED_AT_MOST = 0.5
"""A sentence is held to be supported if its estimated probability not to be is at most this."""

_MARK = re.compile(r"\[\s*\d{1,4}(?:\s*[,;]\s*\d{1,4})*\s*\]", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """One mark such as `[1, 2]`.

    Args:
        start: Its first character in the answer.
        end: One past its last.
        numbers: The passages it names, counted from 1, in its order; a number may name none.
    """

    start: int
    end: int
    numbers: tuple[int, ...]


class CitedSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence with the marks that belong to it.

    Args:
        start: Its first character in the answer.
        end: One past its last.
        citations: Its marks; also those that follow its full stop.
    """

    start: int
    end: int
    citations: tuple[Citation, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Returns the passages it cites, each once."""
        return tuple(dict.fromkeys(n for one in self.citations for n in one.numbers))


class VerifiedSentence(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a sentence's citations.

    Args:
        sentence: The sentence.
        p_unsupported: Estimated probability that all that it cites, taken together, does not
            support it; 1 where it cites nothing.
        right: By number cited: whether that citation belongs there.
    """

    sentence: CitedSentence
    p_unsupported: float
    right: dict[int, bool]

    @property
    def is_supported(self) -> bool:
        """Returns whether what it cites supports it."""
        return self.p_unsupported <= SUPPORTED_AT_MOST


def citations(text: str) -> list[Citation]:
    """Returns the marks of a text, in order.

    >>> [one.numbers for one in citations("So it is [1, 2], and more [3][1].")]
    [(1, 2), (3,), (1,)]
    """
    return [
        Citation(
            start=found.start(),
            end=found.end(),
            numbers=tuple(int(number) for number in _NUMBER.findall(found[0])),
        )
        for found in _MARK.finditer(text)
    ]


def without_marks(text: str) -> str:
    """Returns a text with blanks in place of its marks: every other character stays where it is.

    >>> without_marks("So [1]. [2]")
    'So    .    '
    """
    return _MARK.sub(lambda found: " " * len(found[0]), text)


def uncited(text: str) -> str:
    """Returns a text as a reader wants it who does not follow citations.

    >>> uncited("It opens at 9 [1], every day. [2][3]")
    'It opens at 9, every day.'
    """
    return re.sub(r"[ \t]*" + _MARK.pattern, "", text, flags=re.ASCII).strip()


def cited_sentences(text: str) -> list[CitedSentence]:
    """Returns the sentences that say something, in order, each with its marks.

    A mark belongs to the sentence it stands in, or if it stands between two, to the one before.
    """
    plain = without_marks(text)
    found = [one for one in sentences(plain) if _says_something(plain[one.start : one.end])]
    marks = citations(text)
    made = []
    for number, span in enumerate(found):
        begin = span.start if number else 0
        end = found[number + 1].start if number + 1 < len(found) else len(text)
        own = tuple(one for one in marks if begin <= one.start < end)
        last = max((one.end for one in own), default=0)
        made.append(CitedSentence(start=span.start, end=max(span.end, last), citations=own))
    return made


def verified(
    text: str, passages: Sequence[Passage], *, checker: Checker | None = None
) -> list[VerifiedSentence]:
    """Returns, sentence by sentence, whether the cited passages support it; CPU work.

    A citation belongs where it stands if its passage alone supports the sentence, or if the
    sentence loses its support without it. A number that names no passage never does.

    Args:
        text: The answer, with its marks.
        passages: As they were numbered, the first is 1.
        checker: Another than the one built in.

    Raises:
        MissingExtraError: the checker's engine is not installed.
    """
    plain = without_marks(text)
    held = cited_sentences(text)
    asked: dict[tuple[int, tuple[int, ...]], Claim] = {}
    for index, one in enumerate(held):
        known = tuple(n for n in one.numbers if 0 < n <= len(passages))
        sets = [known, *((n,) for n in known)]
        sets += [tuple(m for m in known if m != n) for n in known if len(known) > 1]
        for numbers in sets:
            if numbers:
                asked[index, numbers] = Claim(
                    id=f"{index}",
                    context=joined(passages[n - 1] for n in numbers),
                    answer=plain[one.start : one.end].strip(),
                )
    verdicts = score(asked.values(), checker=checker)
    p = {key: verdict.score for key, verdict in zip(asked, verdicts, strict=True)}
    return [_verified(index, one, p) for index, one in enumerate(held)]


def recall(found: Sequence[VerifiedSentence]) -> float | None:
    """Returns the share of sentences that what they cite supports; None without sentences."""
    return _share(one.is_supported for one in found)


def precision(found: Sequence[VerifiedSentence]) -> float | None:
    """Returns the share of citations that belong where they stand; None without citations."""
    return _share(right for one in found for right in one.right.values())


def _verified(
    index: int, one: CitedSentence, p: dict[tuple[int, tuple[int, ...]], float]
) -> VerifiedSentence:
    def supports(numbers: Iterable[int]) -> bool:
        return p.get((index, tuple(numbers)), 1.0) <= SUPPORTED_AT_MOST

    known = tuple(n for n in one.numbers if (index, (n,)) in p)
    together = p.get((index, known), 1.0)
    right = dict.fromkeys(one.numbers, False)
    if together <= SUPPORTED_AT_MOST:
        for n in known:
            right[n] = supports((n,)) or not supports(m for m in known if m != n)
    return VerifiedSentence(sentence=one, p_unsupported=together, right=right)


def _share(values: Iterable[bool]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def _says_something(text: str) -> bool:
    return any(c.isalnum() for c in text)
