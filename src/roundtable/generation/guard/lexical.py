"""What words alone tell of a claim and its context: shares, gaps, numbers, names, negation."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from roundtable.generation.guard.evidence import STOP_WORDS, Context, content_stems, stem, words
from roundtable.generation.guard.types import Span
from roundtable.similarity.wordpiece import ranks

NAMES: tuple[str, ...] = (
    "weight_found",
    "share_found",
    "weight_in_evidence",
    "weight_in_best",
    "pairs_found",
    "copied_pairs",
    "copied_triples",
    "copied_run",
    "order_kept",
    "weight_missing",
    "heaviest_missing",
    "n_missing",
    "numbers_missing",
    "numbers_elsewhere",
    "names_missing",
    "names_elsewhere",
    "negation_differs",
    "asks",
    "log_words",
    "log_context_words",
)
"""The features, in order."""

_DENY = "not no never none nobody nothing neither nor without cannot hardly barely"
_NEGATIONS = frozenset(_DENY.split())
_NAME = re.compile(r"(?<=[\w,;:'’\"] )[A-Z][\w’'-]*")  # noqa: RUF001
_REACH = 3


@lru_cache(maxsize=200_000)
def weight(word: str) -> float:
    """Returns how much a word tells, in [0, 1]: rare words, names and numbers tell most.

    >>> weight("water") < weight("photosynthesis")
    True
    """
    rank = ranks().get(word)
    if rank is None:
        return 1.0
    return min(1.0, math.log1p(rank) / 10.0)


def features(context: Context, claim: str, rows: Sequence[int]) -> list[float]:
    """Returns the features of a claim, in the order of `NAMES`.

    Args:
        context: The context.
        claim: A sentence, or a whole answer.
        rows: The sentences of the context that bear most on it, best first.
    """
    listed = words(claim)
    heavy: dict[str, float] = {}
    for word in listed:
        if word not in STOP_WORDS:
            heavy[stem(word)] = max(weight(word), heavy.get(stem(word), 0.0))
    total = sum(heavy.values())
    near = {one for row in rows for one in context.stems[row]}
    nearest = set(context.stems[rows[0]]) if rows else set()
    missing = [w for one, w in heavy.items() if one not in context.rows]
    best = max((_weight_in(heavy, context.stems[row]) for row in rows), default=0.0)
    numbers = {one for one in heavy if one[0].isdigit()}
    names = {stem(one.lower()) for one in _NAME.findall(claim) if one.lower() not in STOP_WORDS}
    sequence = content_stems(claim)
    shown = [one for row in sorted(rows) for one in context.stems[row]]
    n_context = sum(len(each) for each in context.stems)
    return [
        (total - sum(missing)) / total if total else 1.0,
        1.0 - len(missing) / len(heavy) if heavy else 1.0,
        sum(w for one, w in heavy.items() if one in near) / total if total else 1.0,
        best / total if total else 1.0,
        _pairs_found(sequence, shown),
        _copied(listed, context, 2),
        _copied(listed, context, 3),
        _longest_run(listed, context) / len(listed) if listed else 1.0,
        _longest_common(sequence, shown) / len(sequence) if sequence else 1.0,
        min(sum(missing), 12.0),
        max(missing, default=0.0),
        float(min(len(missing), 20)),
        float(sum(one not in context.rows for one in numbers)),
        float(sum(one in context.rows and one not in nearest for one in numbers)),
        float(min(sum(one not in context.rows for one in names), 8)),
        float(min(sum(one in context.rows and one not in nearest for one in names), 8)),
        float(_negates(listed) != _negates(words(_text(context, rows[:1])))),
        float(claim.rstrip().endswith("?")),
        math.log1p(len(listed)),
        math.log1p(n_context),
    ]


def share_of_content_words(context: str, answer: str) -> float:
    """Returns the share, in [0, 1], of an answer's content words that its context holds.

    The baseline that a checker must beat: it cannot see a contradiction in the same words.
    """
    held = set(content_stems(context))
    wanted = content_stems(answer)
    return sum(one in held for one in wanted) / len(wanted) if wanted else 1.0


def _weight_in(heavy: dict[str, float], stems: Sequence[str]) -> float:
    held = set(stems)
    return sum(w for one, w in heavy.items() if one in held)


def _pairs_found(sequence: Sequence[str], shown: Sequence[str]) -> float:
    """Returns the share of neighboring content words that are near each other in the evidence."""
    pairs = set(pairwise(sequence))
    if not pairs:
        return 1.0
    there = {(a, b) for i, a in enumerate(shown) for b in shown[i + 1 : i + 1 + _REACH]}
    return len(pairs & there) / len(pairs)


def _copied(listed: Sequence[str], context: Context, n: int) -> float:
    """Returns the share of the runs of n words that the context holds word for word."""
    runs = [tuple(listed[i : i + n]) for i in range(len(listed) - n + 1)]
    return sum(run in context.runs[n] for run in runs) / len(runs) if runs else 1.0


def _longest_run(listed: Sequence[str], context: Context) -> int:
    """Returns how many words in a row the context holds, counted by its runs of three."""
    longest = run = 0
    for i in range(len(listed) - 2):
        run = run + 1 if tuple(listed[i : i + 3]) in context.runs[3] else 0
        longest = max(longest, run)
    return longest + 2 if longest else 0


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """Returns the length of the longest common subsequence.

    Source: Hyyrö 2004, Bit-parallel LCS-length computation revisited, section 3.
    """
    at: dict[str, int] = {}
    for position, one in enumerate(first):
        at[one] = at.get(one, 0) | 1 << position
    full = (1 << len(first)) - 1
    row = full
    for one in second:
        match = row & at.get(one, 0)
        row = ((row + match) | (row - match)) & full
    return len(first) - row.bit_count()


def _negates(listed: Sequence[str]) -> bool:
    return any(word in _NEGATIONS or word.endswith("n't") for word in listed)


def _text(context: Context, rows: Sequence[int]) -> str:
    spans: list[Span] = [context.spans[row] for row in rows]
    return " ".join(context.text[span.start : span.end] for span in spans)
