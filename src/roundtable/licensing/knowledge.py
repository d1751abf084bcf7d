"""The knowledge base: licenses and providers' terms as clauses, read from data and held together.

What contradicts itself is refused when it is read, with its place: a clause twice, a family that
names nothing, a duty that nobody knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from roundtable.errors import InputError, NotFoundError, Place
from roundtable.licensing.documents import FORMATS
from roundtable.licensing.terms_reading import check_names, terms_in
from roundtable.licensing.types import Clause, Terms
from roundtable.licensing.vocabulary import STATES

LINEAGE = Terms(
    id="lineage",
    name="Undisclosed lineage",
    verified="text",
    source="built in",
    clauses=(
        Clause(
            id="undisclosed",
            gist="nobody says what it was made from",
            reach=("work", "modified", "mixed", "trained", "shown"),
        ),
    ),
)
"""What comes with every asset whose lineage is undisclosed."""
UNKNOWN = Terms(
    id="unknown",
    name="Unknown license",
    verified="text",
    source="built in",
    clauses=(
        Clause(id="unknown", gist="nobody can say under which terms it stands", reach=STATES),
    ),
)
"""The terms of what has none that anybody could name."""
INTERNAL = Terms(id="internal", name="Our own", verified="text", source="built in")
"""Ours; a file of terms may say it again."""
UNREAD = Clause(id="unverified", gist="nobody could read these terms", reach=STATES)
"""What comes with terms whose `verified` is `unverified`."""


class KnowledgeBase:
    """Terms by id. It does not change.

    Args:
        terms: Each id and alias once, without case. `internal` is added where it is missing;
            `unknown` and `lineage` are built in.

    Raises:
        InputError: a name stands for two licenses.
    """

    def __init__(self, terms: Iterable[Terms]) -> None:
        every = (*terms, UNKNOWN)
        if not any(one.id.casefold() == INTERNAL.id for one in every):
            every = (*every, INTERNAL)
        self._by_name: dict[str, Terms] = {LINEAGE.id: LINEAGE}
        for one in every:
            for name in dict.fromkeys(each.casefold() for each in (one.id, *one.aliases)):
                other = self._by_name.setdefault(name, one)
                if other is not one:
                    what = f"{name!r} names two licenses: {other.id} and {one.id}"
                    fix = "give each its own id and aliases"
                    raise InputError(what, where=Place(field=one.id), fix=fix)
        del self._by_name[LINEAGE.id]
        self._licenses = MappingProxyType({one.id: one for one in every})

    @property
    def licenses(self) -> Mapping[str, Terms]:
        """Terms by the id that they write; `internal` and `unknown` among them."""
        return self._licenses

    def find(self, id: str) -> Terms | None:
        """Returns the terms with this id or alias, in any case, or None."""
        return self._by_name.get(id.casefold())

    def get(self, id: str) -> Terms:
        """Returns the terms with this id or alias, in any case.

        Raises:
            NotFoundError: there are none; it names the nearest.
        """
        found = self.find(id)
        if found is None:
            names = [name for one in self._licenses.values() for name in (one.id, *one.aliases)]
            raise NotFoundError("license", id, names)
        return found

    def clauses(self, license: str) -> tuple[Clause, ...]:
        """Returns the clauses of a license, built-in ones too; `lineage` is a license here.

        Raises:
            NotFoundError: no terms have this id.
        """
        terms = LINEAGE if license.casefold() == LINEAGE.id else self.get(license)
        return (*terms.clauses, UNREAD) if terms.verified == "unverified" else terms.clauses

    def clause(self, license: str, clause: str) -> Clause:
        """Returns one clause, built-in ones too.

        Raises:
            NotFoundError: no terms have this id, or they have no such clause.
        """
        clauses = self.clauses(license)
        for one in clauses:
            if one.id == clause:
                return one
        raise NotFoundError(f"clause of {license}", clause, [one.id for one in clauses])


@cache
def packaged() -> KnowledgeBase:
    """Returns the terms that come with Roundtable."""
    folder = Path(__file__).with_name("terms")
    return read_terms(folder) if folder.is_dir() else KnowledgeBase(())


def read_terms(path: Path, *, known: Collection[str] = ()) -> KnowledgeBase:
    """Reads terms from a file, or from every YAML, TOML or JSON file of a folder.

    A file maps ids to terms, or is one license itself, whose id is the file's name.

    Args:
        path: The file or folder.
        known: Ids that other terms have, which a `family` may name too.

    Raises:
        InputError: something cannot be read or contradicts itself; with its place.
    """
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in FORMATS)
        if not files:
            fix = "put a file like `my-license.toml` into it"
            raise InputError("the folder holds no terms", where=Place(str(path)), fix=fix)
    found = [one for file in files for one in terms_in(file)]
    elsewhere = {one.casefold() for one in (*known, INTERNAL.id, UNKNOWN.id)}
    check_names(found, built_in={LINEAGE.id, UNKNOWN.id}, known=elsewhere)
    return KnowledgeBase(terms for terms, _ in found)


def merged(base: KnowledgeBase, more: KnowledgeBase) -> KnowledgeBase:
    """Returns the terms of both; where both have an id, that of `more` holds."""
    ours = (UNKNOWN, INTERNAL)
    added = [one for one in more.licenses.values() if not any(one is each for each in ours)]
    ids = {one.id.casefold() for one in added}
    kept = [
        one
        for one in base.licenses.values()
        if one.id.casefold() not in ids and not any(one is each for each in ours)
    ]
    return KnowledgeBase((*kept, *added))
