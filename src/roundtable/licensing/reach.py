"""How ancestors reach an asset: each in one or more states, carried from parent to child.

All ancestors are carried at once. Assets with the same terms and the same lineage are one `Origin`,
an origin is a bit, and what reaches an asset in a state is a mask of origins; so one pass from the
parents to the children, linear in edges times states, answers for every asset of the graph. Which
ancestors they are is then searched backwards from the used asset, only along masks that carry what
is looked for.

Source: the table of states of the rules page (`licenses/vocabulary.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from roundtable.errors import NotFoundError
from roundtable.licensing.graph import Graph
from roundtable.licensing.knowledge import KnowledgeBase
from roundtable.licensing.types import Terms
from roundtable.licensing.vocabulary import Relation

WORK, MODIFIED, MIXED, OUTPUT, TRAINED, SHOWN, SAME, OTHER = range(8)
BASES: frozenset[Relation] = frozenset(
    ("fine-tuned-from", "adapter-of", "merged-from", "quantized-from")
)
"""Relations to what an asset has its weights from: they lead to its roots."""
MERGED, LEARNT = -1, -2
"""Where the state at the child depends on its roots: modified or mixed, learnt-same or -other."""
_KEPT = {SAME: SAME, OTHER: OTHER, TRAINED: TRAINED, SHOWN: SHOWN}
_CHANGED = {WORK: MODIFIED, MODIFIED: MODIFIED, MIXED: MIXED}
_OWN = (WORK, MODIFIED, MIXED)
STEPS: dict[Relation, dict[int, int]] = {
    "includes": {state: state for state in range(8)},
    "fine-tuned-from": _CHANGED | _KEPT,
    "adapter-of": _CHANGED | _KEPT,
    "quantized-from": _CHANGED | _KEPT,
    "derived-from": _CHANGED | {OUTPUT: OUTPUT},
    "merged-from": {WORK: MERGED, MODIFIED: MERGED, MIXED: MIXED} | _KEPT,
    "generated-by": dict.fromkeys((*_OWN, SAME, OTHER), OUTPUT),
    "trained-on": dict.fromkeys(_OWN, TRAINED) | {OUTPUT: LEARNT},
    "retrieves-from": dict.fromkeys(_OWN, SHOWN),
    "distilled-from": dict.fromkeys((*_OWN, SAME, OTHER), LEARNT),
    "evaluated-on": {},
}
"""Relation to: state at the parent to state at the child. What is not there ends the reach."""


class Origin(NamedTuple):
    """What assets bring that have the same terms and the same lineage."""

    terms: Terms
    undisclosed: bool


class Hop(NamedTuple):
    """One asset of a way down, and how the next was made from it; none at the end."""

    position: int
    relation: Relation | None


class Carrier(NamedTuple):
    """An ancestor that reaches the used asset."""

    position: int
    origin: int
    # A bit for each state, of those looked for.
    states: int
    # State to the way from the ancestor to the used asset.
    paths: Mapping[int, Sequence[Hop]]


_Key = tuple[int, int]
_Came = tuple[int, _Key | None, Relation | None]


class Reach:
    """What reaches each asset of a graph, under some terms.

    Raises:
        NotFoundError: an asset's license is in no terms; with its place.
    """

    def __init__(self, graph: Graph, knowledge: KnowledgeBase) -> None:
        # Not the graph itself: it would keep itself alive in the table of the latest.
        self.graph = graph
        self.origins: list[Origin] = []
        self._origin_of = self._grouped(knowledge)
        self._inside = self._families(knowledge)
        self._with_family = self._mask(
            number for number, one in enumerate(self.origins) if one.terms.family
        )
        self._masks = self._carried()

    @classmethod
    def of(cls, graph: Graph, knowledge: KnowledgeBase) -> Reach:
        """Returns the reach under these terms; the graph keeps the last one."""
        latest = _LATEST.get(graph)
        if latest is None or latest[0] is not knowledge:
            latest = _LATEST[graph] = (knowledge, cls(graph, knowledge))
        return latest[1]

    def states(self, position: int) -> Iterator[tuple[int, int]]:
        """Yields each origin that reaches an asset, and a bit for each state in which it does."""
        row = self._masks[position]
        for number in range(len(self.origins)):
            states = sum(1 << state for state in range(8) if row[state] >> number & 1)
            if states:
                yield number, states

    def carriers(self, position: int, wanted: Mapping[int, int]) -> list[Carrier]:
        """Returns the ancestors of some origins that reach an asset in some states.

        Args:
            position: The used asset.
            wanted: Origin to a bit for each state.
        """
        found: dict[int, dict[int, Sequence[Hop]]] = {}
        for state in range(8):
            mask = self._mask(o for o, states in wanted.items() if states >> state & 1)
            if mask & self._masks[position][state]:
                for one, path in self._backwards(position, state, mask):
                    found.setdefault(one, {})[state] = path
        return [
            Carrier(one, self._origin_of[one], sum(1 << state for state in paths), paths)
            for one, paths in found.items()
        ]

    def _backwards(
        self, position: int, state: int, mask: int
    ) -> Iterator[tuple[int, Sequence[Hop]]]:
        start = (position, state)
        seen = {start: mask & self._masks[position][state]}
        came: dict[_Key, list[_Came]] = {start: [(seen[start], None, None)]}
        frontier = dict(seen)
        while frontier:
            coming: dict[_Key, int] = {}
            for (here, at), carried in frontier.items():
                if at == WORK and carried >> self._origin_of[here] & 1:
                    yield here, self._way((here, at), self._origin_of[here], came)
                for parent, relation in self.graph.edges[here]:
                    row = self._masks[parent]
                    for before, after in STEPS[relation].items():
                        key = (parent, before)
                        new = carried & self._able(here, after, at) & row[before]
                        new &= ~seen.get(key, 0)
                        if new:
                            seen[key] = seen.get(key, 0) | new
                            coming[key] = coming.get(key, 0) | new
                            came.setdefault(key, []).append((new, (here, at), relation))
            frontier = coming

    @staticmethod
    def _way(key: _Key, origin: int, came: Mapping[_Key, list[_Came]]) -> list[Hop]:
        way = []
        here: _Key | None = key
        while here is not None:
            position = here[0]
            _, here, relation = next(one for one in came[here] if one[0] >> origin & 1)
            way.append(Hop(position, relation))
        return way

    def _able(self, child: int, after: int, at: int) -> int:
        """Returns the origins for which a step leads to the state `at` at the child."""
        if after >= 0:
            return -1 if after == at else 0
        inside = self._inside[child]
        if after == LEARNT:
            return inside if at == SAME else ~inside if at == OTHER else 0
        outside = self._with_family & ~inside
        return outside if at == MIXED else ~outside if at == MODIFIED else 0

    def _carried(self) -> list[list[int]]:
        masks: list[list[int]] = [[] for _ in self.graph.assets]
        for child in self.graph.order:
            row = [0] * 8
            row[WORK] = 1 << self._origin_of[child]
            for parent, relation in self.graph.edges[child]:
                above = masks[parent]
                for before, after in STEPS[relation].items():
                    carried = above[before]
                    if after >= 0:
                        row[after] |= carried
                    elif carried and after == LEARNT:
                        row[SAME] |= carried & self._able(child, LEARNT, SAME)
                        row[OTHER] |= carried & self._able(child, LEARNT, OTHER)
                    elif carried:
                        row[MIXED] |= carried & self._able(child, MERGED, MIXED)
                        row[MODIFIED] |= carried & self._able(child, MERGED, MODIFIED)
            masks[child] = row
        return masks

    def _grouped(self, knowledge: KnowledgeBase) -> list[int]:
        numbers: dict[tuple[str, str], int] = {}
        by_terms: dict[tuple[int, bool], int] = {}
        groups = []
        for position, asset in enumerate(self.graph.assets):
            key = (asset.license, asset.lineage)
            if key not in numbers:
                try:
                    terms = knowledge.get(asset.license)
                except NotFoundError as error:
                    error.where = self.graph.place(("assets", position, "license"))
                    raise
                undisclosed = asset.lineage == "undisclosed"
                number = by_terms.setdefault((id(terms), undisclosed), len(by_terms))
                if number == len(self.origins):
                    self.origins.append(Origin(terms, undisclosed))
                numbers[key] = number
            groups.append(numbers[key])
        return groups

    def _families(self, knowledge: KnowledgeBase) -> list[int]:
        """Returns for each asset the origins in whose family all its roots lie."""
        families = [
            {id(knowledge.find(member)) for member in one.terms.family} for one in self.origins
        ]
        alone = [
            self._mask(n for n, family in enumerate(families) if id(one.terms) in family)
            for one in self.origins
        ]
        inside = [0] * len(self.graph)
        for child in self.graph.order:
            bases = [parent for parent, relation in self.graph.edges[child] if relation in BASES]
            mask = -1 if bases else alone[self._origin_of[child]]
            for parent in bases:
                mask &= inside[parent]
            inside[child] = mask
        return inside

    @staticmethod
    def _mask(numbers: Iterator[int]) -> int:
        mask = 0
        for number in numbers:
            mask |= 1 << number
        return mask


_LATEST: WeakKeyDictionary[Graph, tuple[KnowledgeBase, Reach]] = WeakKeyDictionary()
