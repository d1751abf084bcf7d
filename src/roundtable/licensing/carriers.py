"""Which ancestors bring what reaches an asset: a search upwards, and the shortest way of each.

The masks of `Reach` say beforehand where the search can succeed, so it goes only along ways that
carry what is looked for. What it finds, round by round, is a `Trail`: entries that each lead back
towards the used asset for some origins. Rounds of few entries are walked one by one, a search that
grows wide goes over to arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roundtable.licensing.graph import spans
from roundtable.licensing.reach import Reach, Words, mask_of
from roundtable.licensing.steps import N_STATES, STEPS, WORK, sources
from roundtable.licensing.vocabulary import RELATIONS, Relation

LONGEST = 24
"""A way over more assets than this is shown by its ends."""
_END = 4
_WIDE = 512
# Relation and state at the child, as one number, to: (state at the parent, step).
_SOURCES = [sources(STEPS[one], state) for one in RELATIONS for state in range(N_STATES)]
_FIRST = np.concatenate(([0], np.cumsum([len(one) for one in _SOURCES])))
_BEFORE, _STEP = np.array([pair for one in _SOURCES for pair in one]).T.copy()


class Trail(NamedTuple):
    """Entries of a search, the used asset first: what each says of itself, by number."""

    # Asset and state as one number.
    keys: Sequence[int]
    # The entry that it leads on to.
    below: Sequence[int]
    relations: Sequence[int]
    # How many steps the used asset is away.
    n_steps: Sequence[int]
    # On a longer way, the entry that is `_END` steps away from the used asset.
    ends: Sequence[int]


class Way(NamedTuple):
    """The shortest way from an ancestor down: where it begins on the trail of its search."""

    trail: Trail
    entry: int

    @property
    def n_steps(self) -> int:
        """How many steps it has."""
        return self.trail.n_steps[self.entry]

    def hops(self) -> list[tuple[int, Relation | None]]:
        """Returns its assets, each with how the next was made from it.

        Of a long way only the ends; -1 stands for the middle.
        """
        keys, below, relations, n_steps, ends = self.trail
        found: list[tuple[int, Relation | None]] = []
        here = self.entry
        for _ in range(n_steps[here]):
            if len(found) == _END and n_steps[self.entry] >= LONGEST:
                found.append((-1, None))
                found += Way(self.trail, ends[self.entry]).hops()
                return found
            found.append((keys[here] // N_STATES, RELATIONS[relations[here]]))
            here = below[here]
        found.append((keys[here] // N_STATES, None))
        return found


class Carrier(NamedTuple):
    """An ancestor that reaches the used asset."""

    position: int
    origin: int
    # A bit for each state in which it reaches, of those looked for.
    states: int
    # State to the shortest way from the ancestor to the used asset.
    ways: Mapping[int, Way]


def carriers(
    reach: Reach, position: int, wanted: Mapping[int, int], *, wide: int = _WIDE
) -> list[Carrier]:
    """Returns the ancestors of some origins that reach an asset in some states.

    Args:
        reach: What reaches each asset.
        position: The used asset.
        wanted: Origin to a bit for each state.
        wide: A round of so many entries goes over to arrays; what is found is the same.
    """
    found: dict[int, dict[int, Way]] = {}
    for state in range(N_STATES):
        mask = mask_of(origin for origin, states in wanted.items() if states >> state & 1)
        if mask := mask & reach.mask(position, state):
            start = position * N_STATES + state
            searched = _one_by_one(reach, start, mask, wide)
            trail, entries = searched or _at_once(reach, start, mask)
            for entry in entries:
                one = trail.keys[entry] // N_STATES
                found.setdefault(one, {})[state] = Way(trail, entry)
    return [
        Carrier(one, int(reach.origin_of[one]), mask_of(ways), ways) for one, ways in found.items()
    ]


def _one_by_one(reach: Reach, start: int, mask: int, wide: int) -> tuple[Trail, list[int]] | None:
    """Returns the trail and the entries of ancestors; None where it grows wide."""
    graph = reach.graph
    begins: Any = memoryview(graph.starts)  # type: ignore[arg-type]
    parents: Any = memoryview(graph.parents)  # type: ignore[arg-type]
    codes: Any = memoryview(graph.relations)  # type: ignore[arg-type]
    origin_of: Any = memoryview(reach.origin_of)  # type: ignore[arg-type]
    keys, below, relations, n_steps, ends, masks = [start], [0], [0], [0], [0], [mask]
    seen = {start: mask}
    entries = []
    first, last, round = 0, 1, 0
    while first < last:
        if last - first >= wide:
            return None
        round += 1
        for entry in range(first, last):
            here, state = divmod(keys[entry], N_STATES)
            origins = masks[entry]
            if state == WORK and origins >> origin_of[here] & 1:
                entries.append(entry)
            end = entry if round <= _END + 1 else ends[entry]
            for edge in range(begins[here], begins[here + 1]):
                code = codes[edge]
                above = parents[edge] * N_STATES
                for before, step in _SOURCES[code * N_STATES + state]:
                    key = above + before
                    new = origins & reach.mask_at(key)
                    if new and step < 0:
                        new &= reach.able(here, step, state)
                    if new:
                        known = seen.get(key, 0)
                        if new := new & ~known:
                            seen[key] = known | new
                            keys.append(key)
                            below.append(entry)
                            relations.append(code)
                            n_steps.append(round)
                            ends.append(end)
                            masks.append(new)
        first, last = last, len(keys)
    return Trail(keys, below, relations, n_steps, ends), entries


def _at_once(reach: Reach, start: int, mask: int) -> tuple[Trail, list[int]]:
    """Does the same, a round at a time."""
    seen = np.zeros((len(reach.graph) * N_STATES, reach.n_words), np.uint64)
    origins = reach.words([mask])
    keys = np.array([start])
    seen[keys] = origins
    below = relations = ends = np.zeros(1, np.int64)
    rounds: list[tuple[NDArray[np.int64], ...]] = []
    entries: list[int] = []
    n, round = 0, 0
    while len(keys):
        numbers = np.arange(n, n + len(keys))
        if round <= _END:
            ends = numbers
        rounds.append((keys, below, relations, np.full(len(keys), round), ends))
        entries += (n + _ancestors(reach, keys, origins)).tolist()
        n, round = n + len(keys), round + 1
        keys, origins, by, relations = _round(reach, keys, origins, seen)
        below, ends = numbers[by], ends[by]
    columns = [np.concatenate(column) for column in zip(*rounds, strict=True)]
    return Trail(*(memoryview(column) for column in columns)), entries  # type: ignore[arg-type]


def _ancestors(reach: Reach, keys: NDArray[np.int64], origins: Words) -> NDArray[np.int64]:
    """Returns which entries stand at an ancestor whose own origin they carry."""
    here, state = np.divmod(keys, N_STATES)
    word, bit = np.divmod(reach.origin_of[here].astype(np.int64), 64)
    own = origins[np.arange(len(keys)), word] >> bit.astype(np.uint64) & np.uint64(1)
    return np.flatnonzero((state == WORK) & (own != 0))


def _round(
    reach: Reach, keys: NDArray[np.int64], origins: Words, seen: Words
) -> tuple[NDArray[np.int64], Words, NDArray[np.int64], NDArray[np.int64]]:
    """Returns the next round: keys, origins, the entries they lead on to, and relations."""
    graph = reach.graph
    here, state = np.divmod(keys, N_STATES)
    edges = spans(graph.starts[here], graph.starts[here + 1])
    by = np.repeat(np.arange(len(keys)), graph.starts[here + 1] - graph.starts[here])
    row = graph.relations[edges].astype(np.int64) * N_STATES + state[by]
    source = spans(_FIRST[row], _FIRST[row + 1])
    n_sources = _FIRST[row + 1] - _FIRST[row]
    edges, by = np.repeat(edges, n_sources), np.repeat(by, n_sources)
    above = graph.parents[edges].astype(np.int64) * N_STATES + _BEFORE[source]
    new = origins[by] & reach.words_at(above) & ~seen[above]
    depends = np.flatnonzero((_STEP[source] < 0) & new.any(axis=1))
    if len(depends):
        which = by[depends]
        new[depends] &= reach.able_words(here[which], _STEP[source[depends]], state[which])
    found = []
    left = np.flatnonzero(new.any(axis=1))
    while len(left):
        # Of several entries at one place, the first takes what it can, then the next.
        order = left[np.argsort(above[left], kind="stable")]
        is_first = np.diff(above[order], prepend=-1) != 0
        taken = order[is_first]
        seen[above[taken]] |= new[taken]
        found.append(taken)
        left = np.sort(order[~is_first])
        new[left] &= ~seen[above[left]]
        left = left[new[left].any(axis=1)]
    taken = np.sort(np.concatenate(found)) if found else left
    return above[taken], new[taken], by[taken], graph.relations[edges[taken]].astype(np.int64)
