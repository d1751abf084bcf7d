"""Whole licenses inside a longer text: a file of several licenses, a README that ends with one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from roundtable.licensing.identifying.catalog import Catalog, Entry, Reference
from roundtable.licensing.identifying.comparison import Comparison
from roundtable.licensing.identifying.template import Template
from roundtable.licensing.identifying.words import Words

_RUN = 6
_ENOUGH = 0.3
"""Share of a license's runs that must stand near each other for a window to be looked at."""
_MOST_WINDOWS = 12


class Found(msgspec.Struct, frozen=True):
    """A license whose whole text is the words `[first, last)` of a longer one."""

    entry: Entry
    first: int
    last: int


def whole_licenses(
    words: Words,
    references: Sequence[Reference],
    catalog: Catalog,
    is_usual: Callable[[str], bool],
) -> list[Found]:
    """Returns the licenses that stand whole in a text, in order; none overlaps another.

    Args:
        words: The text.
        references: The licenses' texts to look for.
        catalog: Where the texts are.
        is_usual: Says of an id whether people use it: of two licenses that fit the same words, it
            is taken.
    """
    at = defaultdict(list)
    for i in range(len(words.words) - _RUN + 1):
        at[words.words[i : i + _RUN]].append(i)
    found: list[Found] = []
    for reference in references:
        template = catalog.template(reference)
        if not isinstance(template, Template) or reference.entry.kind == "notice":
            continue
        for first, last in _windows(template.words.words, at, len(words.words)):
            window = words.slice(first, last)
            one = Comparison(reference, template, window, catalog.foreign_titles(reference.entry))
            inside = one.inside
            if inside is not None:
                found.append(Found(reference.entry, first + inside[0], first + inside[1]))
    # The longest first; of equals, the usual one.
    found.sort(key=lambda f: (f.first - f.last, not is_usual(f.entry.id), f.entry.id))
    kept: list[Found] = []
    for candidate in found:
        if all(candidate.last <= k.first or candidate.first >= k.last for k in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda f: f.first)


def _windows(
    wanted: Sequence[str], at: dict[tuple[str, ...], list[int]], n_words: int
) -> list[tuple[int, int]]:
    """Returns stretches of the text that hold a good part of a license's runs, in place."""
    n_runs = len(wanted) - _RUN + 1
    if n_runs < 1:
        return []
    # Where the license would begin, were each of its runs in its place.
    begins = sorted(
        begin - i for i in range(n_runs) for begin in at.get(tuple(wanted[i : i + _RUN]), ())
    )
    slack = max(12, len(wanted) // 8)
    windows: list[tuple[int, int]] = []
    i = 0
    while i < len(begins) and len(windows) < _MOST_WINDOWS:
        j = i
        while j < len(begins) and begins[j] - begins[i] <= slack:
            j += 1
        if j - i >= _ENOUGH * n_runs:
            first = max(0, begins[i] - 40)
            last = min(n_words, begins[j - 1] + len(wanted) + slack)
            windows.append((first, last))
            i = j
        else:
            i += 1
    return windows
