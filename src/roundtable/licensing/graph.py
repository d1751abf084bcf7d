"""Assets and what each was made from: a graph without cycles, held ready to be walked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches

from roundtable.errors import InputError, NotFoundError, Place
from roundtable.licensing.documents import Path, field_of
from roundtable.licensing.types import Asset
from roundtable.licensing.vocabulary import Relation

_MANY_NAMES = 2000


def _in_memory(path: Path) -> Place:
    return Place(field=field_of(path))


class Graph:
    """Assets by id, each with its parents, in an order in which parents come first.

    Args:
        assets: In any order; a parent that an asset names twice by one relation counts once.
        place: Where a part of the assets stands, for errors: it is asked with a path such as
            `("assets", 3, "parents", 0, "id")`.

    Raises:
        InputError: an id twice, a parent that is not there, or a cycle, with its place.
    """

    def __init__(
        self, assets: Iterable[Asset], *, place: Callable[[Path], Place] = _in_memory
    ) -> None:
        self.assets: Sequence[Asset] = tuple(assets)
        self.place = place
        self._index: dict[str, int] = {}
        for position, asset in enumerate(self.assets):
            other = self._index.setdefault(asset.id, position)
            if other != position:
                what = f"two assets are called {asset.id!r}: numbers {other} and {position}"
                where = place(("assets", position, "id"))
                raise InputError(what, where=where, fix="give each asset its own id")
        self.edges: list[list[tuple[int, Relation]]] = []
        for position, asset in enumerate(self.assets):
            edges = dict.fromkeys(
                (self._parent(position, number), parent.relation)
                for number, parent in enumerate(asset.parents)
            )
            self.edges.append(list(edges))
        self.order = self._ordered()

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

    def _parent(self, position: int, number: int) -> int:
        id = self.assets[position].parents[number].id
        found = self._index.get(id)
        if found is None:
            where = self.place(("assets", position, "parents", number, "id"))
            raise NotFoundError("asset", id, nearest(id, self._index), where=where)
        return found

    def _ordered(self) -> list[int]:
        children: list[list[int]] = [[] for _ in self.assets]
        waits = [0] * len(self.assets)
        for child, edges in enumerate(self.edges):
            waits[child] = len(edges)
            for parent, _ in edges:
                children[parent].append(child)
        order = [position for position, n in enumerate(waits) if not n]
        for parent in order:
            for child in children[parent]:
                waits[child] -= 1
                if not waits[child]:
                    order.append(child)
        if len(order) < len(self.assets):
            raise self._cycle({position for position, n in enumerate(waits) if n})
        return order

    def _cycle(self, left: set[int]) -> InputError:
        # Whoever still waits has a parent that still waits: walking upwards must come round.
        here = min(left, key=lambda position: self.assets[position].id)
        walked: dict[int, None] = {}
        while here not in walked:
            walked[here] = None
            here = next(parent for parent, _ in self.edges[here] if parent in left)
        path = list(walked)
        circle = path[path.index(here) :]
        names = [self.assets[position].id for position in (*circle, here)]
        shown = names if len(names) <= 14 else [*names[:12], "…", names[-1]]
        where = self.place(("assets", here, "parents"))
        return InputError(
            f"a cycle: {' is made from '.join(shown)}",
            where=where,
            fix="take out the parent that closes the circle",
        )


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Returns names to look for the nearest in: all of a few, the likely ones of many."""
    found = list(names)
    if len(found) <= _MANY_NAMES:
        return found
    head, tail = name[:5].casefold(), name[-4:].casefold()
    likely = [one for one in found if one[:5].casefold() == head or one[-4:].casefold() == tail]
    close = get_close_matches(name, likely[:_MANY_NAMES], n=12, cutoff=0.5)
    return close or found[:12]
