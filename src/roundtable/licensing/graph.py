"""Assets and what each was made from: a graph without cycles, held in arrays ready to be walked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roundtable.errors import InputError, NotFoundError, Place
from roundtable.licensing.documents import Path, field_of
from roundtable.licensing.types import Asset
from roundtable.licensing.vocabulary import KINDS, LINEAGES, RELATIONS

_MANY_NAMES = 2000
_CODES: dict[str, int] = {relation: code for code, relation in enumerate(RELATIONS)}


def _in_memory(path: Path) -> Place:
    return Place(field=field_of(path))


class Graph:
    """Assets with their parents. Positions are in the order of ids, however they were listed.

    Args:
        assets: In any order; a parent that an asset names twice by one relation counts once.
        place: Where a part of the assets stands, for errors: it is asked with a path such as
            `("assets", 3, "parents", 0, "id")`.

    Raises:
        InputError: an id twice, a word that is not known, a parent that is not there, or a cycle;
            with its place.
    """

    def __init__(
        self, assets: Iterable[Asset], *, place: Callable[[Path], Place] = _in_memory
    ) -> None:
        listed = tuple(assets)
        self.latest: tuple[object, Any] | None = None
        """What was last worked out of this graph, and from what: its reach, under some terms."""
        self._place = place
        ids = [one.id for one in listed]
        numbers = {id: number for number, id in enumerate(ids)}
        self._listed = sorted(range(len(listed)), key=ids.__getitem__)
        self.assets: Sequence[Asset] = [listed[number] for number in self._listed]
        if len(numbers) < len(listed):
            raise self._twice()
        self._index = {ids[number]: position for position, number in enumerate(self._listed)}
        self._check_words(listed)
        # As they are listed, what belongs together lies together: that is twice as fast.
        position_of = np.empty(len(listed), np.int64)
        position_of[self._listed] = np.arange(len(listed))
        n_parents = np.fromiter((len(one.parents) for one in listed), np.int64, len(listed))
        child = np.repeat(position_of, n_parents)
        keys = child * len(listed) + position_of[self._parents(listed, numbers)]
        keys = keys * len(RELATIONS) + self._relations(listed)
        # Each edge once, by child, then parent; sorting is faster here than `np.unique`'s hashing.
        keys.sort()
        keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
        keys, relation = np.divmod(keys, len(RELATIONS))
        child, parent = np.divmod(keys, max(1, len(listed)))
        self.starts: NDArray[np.int64] = np.searchsorted(child, np.arange(len(listed) + 1))
        """Where the edges of each asset begin, and of the last one end: shape (assets + 1,)."""
        self.parents: NDArray[np.int32] = parent.astype(np.int32)
        """The parent of each edge: shape (edges,)."""
        self.relations: NDArray[np.int8] = relation.astype(np.int8)
        """The relation of each edge, as its number in `RELATIONS`: shape (edges,)."""
        self.levels: NDArray[np.int32] = self._leveled(child)
        """The longest way of each asset up to one without parents: shape (assets,)."""

    def __len__(self) -> int:
        return len(self.assets)

    def __contains__(self, id: str) -> bool:
        return id in self._index

    def __iter__(self) -> Iterator[Asset]:
        return iter(self.assets)

    def __getitem__(self, id: str) -> Asset:
        return self.assets[self.position(id)]

    def position(self, id: str, *, where: Place | None = None) -> int:
        """Returns the number of an asset.

        Raises:
            NotFoundError: there is none with this id.
        """
        found = self._index.get(id)
        if found is None:
            raise NotFoundError("asset", id, nearest(id, self._index), where=where)
        return found

    def place(self, position: int, *path: str | int) -> Place:
        """Returns where an asset, or a part of it, stands."""
        return self._place(("assets", self._listed[position], *path))

    def _twice(self) -> InputError:
        ids = [one.id for one in self.assets]
        position = next(n for n in range(1, len(ids)) if ids[n] == ids[n - 1])
        what = f"two assets are called {ids[position]!r}"
        return InputError(what, where=self.place(position, "id"), fix="give each asset its own id")

    def _check_words(self, listed: Sequence[Asset]) -> None:
        kinds, lineages = frozenset(KINDS), frozenset(LINEAGES)
        for number, one in enumerate(listed):
            if one.kind not in kinds:
                where = self._place(("assets", number, "kind"))
                raise NotFoundError("kind", one.kind, KINDS, where=where)
            if one.lineage not in lineages:
                where = self._place(("assets", number, "lineage"))
                raise NotFoundError("lineage", one.lineage, LINEAGES, where=where)

    def _parents(self, listed: Sequence[Asset], numbers: dict[str, int]) -> NDArray[np.int64]:
        try:
            return np.array([numbers[p.id] for one in listed for p in one.parents], np.int64)
        except KeyError:
            for number, one in enumerate(listed):
                for inner, parent in enumerate(one.parents):
                    self.position(
                        parent.id, where=self._place(("assets", number, "parents", inner, "id"))
                    )
            raise

    def _relations(self, listed: Sequence[Asset]) -> NDArray[np.int64]:
        codes = _CODES
        try:
            return np.array([codes[p.relation] for one in listed for p in one.parents], np.int64)
        except KeyError:
            number, inner, name = next(
                (number, inner, parent.relation)
                for number, one in enumerate(listed)
                for inner, parent in enumerate(one.parents)
                if parent.relation not in codes
            )
            where = self._place(("assets", number, "parents", inner, "relation"))
            raise NotFoundError("relation", name, RELATIONS, where=where) from None

    def _leveled(self, child: NDArray[np.int64]) -> NDArray[np.int32]:
        """Takes away, round by round, what waits for no parent."""
        n = len(self.assets)
        by_parent = np.argsort(self.parents, kind="stable")
        children = child[by_parent]
        begins = np.searchsorted(self.parents[by_parent], np.arange(n + 1))
        waits = np.diff(self.starts)
        levels = np.zeros(n, np.int32)
        left = memoryview(waits)  # type: ignore[arg-type]
        below = memoryview(children)  # type: ignore[arg-type]
        at = memoryview(begins)  # type: ignore[arg-type]
        ready = np.flatnonzero(waits == 0)
        level, n_done = 0, 0
        while len(ready):
            levels[ready] = level
            n_done += len(ready)
            level += 1
            if len(ready) < _FEW:
                # One by one is faster than the fixed cost of arrays: chains have one a level.
                few = []
                for parent in ready.tolist() if isinstance(ready, np.ndarray) else ready:
                    for number in range(at[parent], at[parent + 1]):
                        one = below[number]
                        left[one] -= 1
                        if not left[one]:
                            few.append(one)
                ready = np.array(few, np.int64)
            else:
                touched = children[spans(begins[ready], begins[ready + 1])]
                np.subtract.at(waits, touched, 1)
                touched.sort()
                touched = touched[np.flatnonzero(np.diff(touched, prepend=-1))]
                ready = touched[waits[touched] == 0]
        if n_done < n:
            raise self._cycle(set(np.flatnonzero(waits).tolist()))
        return levels

    def _cycle(self, left: set[int]) -> InputError:
        # Whoever still waits has a parent that still waits: walking upwards must come round.
        here = min(left)
        walked: dict[int, None] = {}
        while here not in walked:
            walked[here] = None
            above = self.parents[self.starts[here] : self.starts[here + 1]].tolist()
            here = next(parent for parent in above if parent in left)
        path = list(walked)
        circle = path[path.index(here) :]
        # Begin with the first id, whichever way led into the circle.
        first = circle.index(min(circle))
        circle = [*circle[first:], *circle[:first]]
        names = [self.assets[position].id for position in (*circle, circle[0])]
        if len(names) > 14:
            names = [*names[:6], f"… {len(names) - 12} more …", *names[-6:]]
        parents = [parent.id for parent in self.assets[circle[0]].parents]
        number = parents.index(self.assets[circle[1 % len(circle)]].id)
        return InputError(
            f"a cycle: {' is made from '.join(names)}",
            where=self.place(circle[0], "parents", number, "id"),
            fix="take out the parent that closes the circle",
        )


_FEW = 24


def spans(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the numbers of all spans, one after the other.

    >>> spans(np.array([3, 8]), np.array([5, 9])).tolist()
    [3, 4, 8]
    """
    lengths = ends - begins
    offsets = np.repeat(begins - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return offsets + np.arange(len(offsets))


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Returns names to look for the nearest in: all of a few, the likely ones of many."""
    found = list(names)
    if len(found) <= _MANY_NAMES:
        return found
    head, tail = name[:5].casefold(), name[-4:].casefold()
    likely = [one for one in found if one[:5].casefold() == head or one[-4:].casefold() == tail]
    close = get_close_matches(name, likely[:_MANY_NAMES], n=12, cutoff=0.5)
    return close or found[:12]
