"""A value of a document with its place.

Asked for a text, a number or a table, it gives that, or an error that says what stands there,
where, and what should.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from difflib import get_close_matches

from roundtable.errors import InputError, NotFoundError, Place
from roundtable.licensing.documents import Document, Path, Plain

_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
# Not 0700: to YAML that is another number, and nobody would mean it.
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][\d_]*)")


class Field:
    """A value, and the keys and indices that lead to it."""

    __slots__ = ("_document", "path", "value")

    def __init__(self, document: Document, value: object, path: Path = ()) -> None:
        self._document = document
        self.value = value
        self.path = path

    @property
    def place(self) -> Place:
        """The file, the line, and the keys and indices."""
        return self._document.place(self.path)

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self._document.file

    def below(self, *path: str | int) -> Place:
        """Returns the place of something inside it."""
        return self._document.place((*self.path, *path))

    def inner(self, key: str) -> Field:
        """Returns the field of a key that is there."""
        assert isinstance(self.value, dict)
        return Field(self._document, self.value[key], (*self.path, key))

    def with_value(self, value: object) -> Field:
        """Returns the same place with another value."""
        return Field(self._document, value, self.path)

    def wrong(self, what: str, fix: str) -> InputError:
        """Returns an error to raise."""
        return InputError(what, where=self.place, fix=fix)

    def table(self, known: Collection[str], *, required: Iterable[str] = ()) -> dict[str, Field]:
        """Returns a mapping's fields by key.

        Args:
            known: The keys that it may have.
            required: Those that it must have.
        """
        if not isinstance(self.value, dict):
            keys = ", ".join(known)
            raise self.wrong(f"{self._name} must be a mapping, not {self._shown}", f"keys: {keys}")
        found = {
            key: Field(self._document, value, (*self.path, key))
            for key, value in self.value.items()
        }
        for key, field in found.items():
            if key not in known:
                near = get_close_matches(key, list(known), n=3, cutoff=0.5)
                fix = (
                    f"did you mean {' or '.join(repr(one) for one in near)}?"
                    if near
                    else f"use one of: {', '.join(known)}"
                )
                raise field.wrong(f"there is no key {key!r} here", fix)
        for key in required:
            if key not in found:
                raise self.wrong(f"the key {key!r} is missing", f"add `{key}`")
        return found

    def items(self) -> list[Field]:
        """Returns a list's items; none where nothing stands."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.wrong(f"{self._name} must be a list, not {self._shown}", "write it as [ … ]")
        return [
            Field(self._document, one, (*self.path, index)) for index, one in enumerate(self.value)
        ]

    def text(self) -> str:
        """Returns a text that is not empty; in YAML a number stands for its own text."""
        if not isinstance(self.value, str):
            raise self.wrong(f"{self._name} must be a text, not {self._shown}", "put it in quotes")
        if not self.value.strip():
            raise self.wrong(f"{self._name} is empty", "write what it should be")
        try:
            self.value.encode()
        except UnicodeEncodeError as error:
            raise self.wrong(f"{self._name} holds half a character", "write it anew") from error
        return str(self.value)

    def word(self, words: Collection[str], *, kind: str) -> str:
        """Returns one of the words."""
        found = self.text()
        if found not in words:
            raise NotFoundError(kind, found, words, where=self.place)
        return found

    def words(self, words: Collection[str], *, kind: str) -> tuple[str, ...]:
        """Returns a list of some of the words, each once."""
        found = tuple(item.word(words, kind=kind) for item in self.items())
        self._once(found)
        return found

    def texts(self) -> tuple[str, ...]:
        """Returns a list of texts."""
        return tuple(item.text() for item in self.items())

    def filled(self, found: tuple[str, ...]) -> tuple[str, ...]:
        """Returns what was found in a list, which must be something."""
        if not found:
            raise self.wrong(f"{self._name} is empty", "put at least one in, or leave the key out")
        return found

    def flag(self) -> bool:
        """Returns true or false."""
        if not isinstance(self.value, bool):
            what = f"{self._name} must be true or false, not {self._shown}"
            raise self.wrong(what, "write true or false, without quotes")
        return self.value

    def whole(self) -> int:
        """Returns a whole number from 0."""
        value = self.value
        if isinstance(value, Plain) and _WHOLE.fullmatch(value):
            value = int(value.replace("_", ""))
        if isinstance(value, bool) or not isinstance(value, int):
            what = f"{self._name} must be a whole number, not {self._shown}"
            raise self.wrong(what, "write digits, without quotes")
        if value < 0:
            raise self.wrong(f"{self._name} is below 0", "write 0 or more")
        return value

    def day(self) -> date:
        """Returns a date: of a document's own kind, or a text like 2026-11-24."""
        value = self.value
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str) and (match := _DAY.fullmatch(value)):
            try:
                return date(*(int(part) for part in match.groups()))
            except ValueError:
                pass
        what = f"{self._name} must be a day, not {self._shown}"
        raise self.wrong(what, "write it like 2026-11-24")

    def _once(self, found: tuple[str, ...]) -> None:
        for index, one in enumerate(found):
            if one in found[:index]:
                raise self.wrong(f"{one!r} stands twice in {self._name}", "keep one of the two")

    @property
    def _name(self) -> str:
        name = self.path[-1] if self.path else "the file"
        return f"item {name}" if isinstance(name, int) else f"{name!r}" if self.path else name

    @property
    def _shown(self) -> str:
        """Says what stands there; never a whole list, which aliases can make endless."""
        if isinstance(self.value, list):
            return "a list"
        if isinstance(self.value, dict):
            return "a mapping"
        if self.value is None:
            return "nothing"
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        shown = ascii(self.value) if isinstance(self.value, str) else str(self.value)
        return shown if len(shown) <= 60 else shown[:57] + "..."
