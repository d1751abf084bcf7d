"""How ancestors reach an asset: each in one or more states, carried from parent to child.

All ancestors are carried at once. Assets with the same terms and the same lineage are one `Origin`,
an origin is a bit, and what reaches an asset in a state is a mask of origins; so one pass from the
parents to the children, linear in edges times states, answers for every asset of the graph.

Source: the table of states of the rules page of issue 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roundtable.errors import NotFoundError
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import KnowledgeBase
from roundtable.licensing.steps import (
    BASES,
    LEARNT,
    MERGED,
    MIXED,
    MODIFIED,
    N_STATES,
    OTHER,
    SAME,
    STEPS,
    WORK,
)
from roundtable.licensing.types import Terms
from roundtable.licensing.vocabulary import RELATIONS

Words = NDArray[np.uint64]
_WORD = 64
_FEW = 64


class Origin(NamedTuple):
    """What assets bring that have the same terms and the same lineage."""

    terms: Terms
    undisclosed: bool


class Reach:
    """What reaches each asset of a graph, under some terms.

    Args:
        graph: The assets.
        knowledge: The terms.
        few: Below so many edges a level is walked one by one; the result is the same.

    Raises:
        NotFoundError: an asset's license is in no terms; with its place.
    """

    def __init__(self, graph: Graph, knowledge: KnowledgeBase, *, few: int = _FEW) -> None:
        self.graph = graph
        self.origins: list[Origin] = []
        self.origin_of: NDArray[np.int32] = self._grouped(graph, knowledge)
        """The origin of each asset: shape (assets,)."""
        self.n_words = max(1, -(-len(self.origins) // _WORD))
        families = [
            {id(knowledge.find(member)) for member in one.terms.family} for one in self.origins
        ]
        self._with_family = mask_of(n for n, family in enumerate(families) if family)
        strangers = [
            mask_of(
                n for n, family in enumerate(families) if family and id(one.terms) not in family
            )
            for one in self.origins
        ]
        # Of origins with a family: those outside of whose family some root of the asset lies.
        self._outside = self.words(strangers)[self.origin_of]
        self._masks = np.zeros((len(graph), N_STATES, self.n_words), np.uint64)
        own = self.words([1 << number for number in range(len(self.origins))])
        self._masks[:, WORK] = own[self.origin_of]
        self._carry(graph, few)
        self._flat: Any = memoryview(self._masks.reshape(-1))  # type: ignore[arg-type]
        self._flat_outside: Any = memoryview(self._outside.reshape(-1))  # type: ignore[arg-type]

    @classmethod
    def of(cls, graph: Graph, knowledge: KnowledgeBase) -> Reach:
        """Returns the reach under these terms; the latest one of a graph is kept with it."""
        if graph.latest is None or graph.latest[0] is not knowledge:
            graph.latest = (knowledge, cls(graph, knowledge))
        found: Reach = graph.latest[1]
        return found

    def states(self, position: int) -> Iterator[tuple[int, int]]:
        """Yields each origin that reaches an asset, and a bit for each state in which it does."""
        row = [self.mask(position, state) for state in range(N_STATES)]
        anywhere = 0
        for mask in row:
            anywhere |= mask
        for number in bits_of(anywhere):
            yield number, mask_of(s for s, mask in enumerate(row) if mask >> number & 1)

    def mask(self, position: int, state: int) -> int:
        """Returns the origins that reach an asset in a state, a bit each."""
        return self.mask_at(position * N_STATES + state)

    def mask_at(self, key: int) -> int:
        """Returns the same of an asset and a state as one number."""
        n, flat = self.n_words, self._flat
        mask: int = flat[key * n]
        for word in range(1, n):
            mask |= flat[key * n + word] << _WORD * word
        return mask

    def words_at(self, keys: NDArray[np.int64]) -> Words:
        """Returns the same as words: shape (keys, words)."""
        found: Words = self._masks.reshape(-1, self.n_words)[keys]
        return found

    def able(self, child: int, step: int, after: int) -> int:
        """Returns the origins that a step takes to a state at the child, a bit each."""
        if step >= 0:
            return -1
        n = self.n_words
        outside = 0
        for word in range(n):
            outside |= self._flat_outside[child * n + word] << _WORD * word
        if step == MERGED:
            return outside if after == MIXED else ~outside
        same = self._with_family & ~outside
        return same if after == SAME else ~same

    def able_words(
        self, child: NDArray[np.int64], step: NDArray[np.int64], after: NDArray[np.int64]
    ) -> Words:
        """Returns the same for many, of steps that depend on roots: shape (children, words)."""
        outside = self._outside[child]
        same = self.words([self._with_family]) & ~outside
        merged = np.where((after == MIXED)[:, None], outside, ~outside)
        learnt = np.where((after == SAME)[:, None], same, ~same)
        return np.where((step == MERGED)[:, None], merged, learnt)

    def _grouped(self, graph: Graph, knowledge: KnowledgeBase) -> NDArray[np.int32]:
        keys = [(one.license, one.lineage) for one in graph.assets]
        numbers = dict.fromkeys(keys, -1)
        by_terms: dict[tuple[int, bool], int] = {}
        for key in numbers:
            try:
                terms = knowledge.get(key[0])
            except NotFoundError as error:
                error.where = graph.place(keys.index(key), "license")
                raise
            undisclosed = key[1] == "undisclosed"
            number = by_terms.setdefault((id(terms), undisclosed), len(by_terms))
            if number == len(self.origins):
                self.origins.append(Origin(terms, undisclosed))
            numbers[key] = number
        return np.array([numbers[key] for key in keys], np.int32)

    def words(self, masks: Iterable[int]) -> Words:
        """Returns masks as words: shape (masks, words)."""
        size = self.n_words * 8
        return np.frombuffer(
            b"".join(mask.to_bytes(size, "little") for mask in masks), np.uint64
        ).reshape(-1, self.n_words)

    def _carry(self, graph: Graph, few: int) -> None:
        child = np.repeat(np.arange(len(graph)), np.diff(graph.starts))
        is_base = np.array([relation in BASES for relation in RELATIONS])[graph.relations]
        # What has bases has their roots instead of itself.
        self._outside[child[is_base]] = 0
        table = _TABLE[graph.relations]
        level = graph.levels[child].astype(np.int64)
        order = np.argsort((level * _N_TABLES + table) * len(graph) + child)
        order = order[table[order] != _NOWHERE]
        child, parent, relation = child[order], graph.parents[order], graph.relations[order]
        group = level[order] * _N_TABLES + table[order]
        cuts = np.flatnonzero(np.diff(group, prepend=-1, append=-1)).tolist()
        is_first = np.diff(child, prepend=-1) != 0
        is_first[cuts[:-1]] = True
        by_level: dict[int, list[tuple[int, slice]]] = {}
        for start, stop in pairwise(cuts):
            number, inner = divmod(int(group[start]), _N_TABLES)
            by_level.setdefault(number, []).append((inner, slice(start, stop)))
        for spans in by_level.values():
            whole = slice(spans[0][1].start, spans[-1][1].stop)
            if whole.stop - whole.start < few:
                self._one_by_one(
                    child[whole].tolist(), parent[whole].tolist(), relation[whole].tolist()
                )
            else:
                self._at_once(child, parent, is_first, spans)

    def _at_once(
        self,
        child: NDArray[np.int64],
        parent: NDArray[np.int32],
        is_first: NDArray[np.bool_],
        spans: list[tuple[int, slice]],
    ) -> None:
        """Carries a level's edges, those of one table together: the tables of bases come first."""
        masks, outside = self._masks, self._outside
        for table, span in spans:
            if table <= _LAST_BASE:
                _join(outside, child[span], is_first[span], outside[parent[span]])
        for table, span in spans:
            steps = STEPS[RELATIONS[_FIRST_OF[table]]]
            above = masks[parent[span]]
            below = np.zeros_like(above)
            for before, after in steps.items():
                carried = above[:, before]
                if after >= 0:
                    below[:, after] |= carried
                elif after == MERGED:
                    strange = outside[child[span]]
                    below[:, MIXED] |= carried & strange
                    below[:, MODIFIED] |= carried & ~strange
                else:
                    same = self.words([self._with_family]) & ~outside[child[span]]
                    below[:, SAME] |= carried & same
                    below[:, OTHER] |= carried & ~same
            _join(masks, child[span], is_first[span], below)

    def _one_by_one(self, child: list[int], parent: list[int], relation: list[int]) -> None:
        n = self.n_words
        masks = memoryview(self._masks.reshape(-1))  # type: ignore[arg-type]
        outside = memoryview(self._outside.reshape(-1))  # type: ignore[arg-type]
        family = self.words([self._with_family])[0].tolist()
        edges = list(zip(child, parent, (_PLAIN[code] for code in relation), strict=True))
        for here, above, (is_base, _) in edges:
            if is_base:
                for word in range(n):
                    outside[here * n + word] |= outside[above * n + word]
        for here, above, (_, steps) in edges:
            to, start = here * N_STATES * n, above * N_STATES * n
            for before, after in steps:
                for word in range(n):
                    if not (carried := masks[start + before * n + word]):
                        continue
                    if after >= 0:
                        masks[to + after * n + word] |= carried
                        continue
                    strange = outside[here * n + word]
                    if after == LEARNT:
                        same = family[word] & ~strange
                        masks[to + SAME * n + word] |= carried & same
                        masks[to + OTHER * n + word] |= carried & ~same
                    else:
                        masks[to + MIXED * n + word] |= carried & strange
                        masks[to + MODIFIED * n + word] |= carried & ~strange


def mask_of(numbers: Iterable[int]) -> int:
    """Returns a number with these bits."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def bits_of(mask: int) -> Iterator[int]:
    """Yields the bits of a number, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _join(into: Words, child: NDArray[np.int64], is_first: NDArray[np.bool_], found: Words) -> None:
    """Adds what was carried along edges to the children; `is_first` begins each child's edges."""
    if is_first.all():
        into[child] |= found
    else:
        firsts = np.flatnonzero(is_first)
        into[child[firsts]] |= np.bitwise_or.reduceat(found, firsts, axis=0)


# Relations with the same steps are carried together; those of bases come first.
_SAME_STEPS = sorted(
    {tuple(sorted(steps.items())) for steps in STEPS.values() if steps},
    key=lambda steps: not any(tuple(sorted(STEPS[base].items())) == steps for base in BASES),
)
_N_TABLES = len(_SAME_STEPS) + 1
_NOWHERE = len(_SAME_STEPS)
_TABLE = np.array(
    [
        _SAME_STEPS.index(key) if (key := tuple(sorted(STEPS[one].items()))) else _NOWHERE
        for one in RELATIONS
    ]
)
_FIRST_OF = [int(np.flatnonzero(table == _TABLE)[0]) for table in range(_N_TABLES)]
_LAST_BASE = max(int(_TABLE[RELATIONS.index(base)]) for base in BASES)
_PLAIN = [(one in BASES, tuple(STEPS[one].items())) for one in RELATIONS]
