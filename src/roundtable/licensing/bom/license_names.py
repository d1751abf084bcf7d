"""Licenses in two worlds: SPDX identifiers and names outside, ids of the knowledge base here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from license_expression import (
    ExpressionError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    get_spdx_licensing,
)

from roundtable.licensing.types import Terms

UNKNOWN, INTERNAL = "unknown", "internal"
_NOTHING = ("", "NOASSERTION", "NONE")


@cache
def _spdx() -> Any:
    return get_spdx_licensing()


def spdx_id(name: str) -> str:
    """Returns the identifier of the SPDX license list that this is, in its own case, or nothing.

    >>> spdx_id("apache-2.0"), spdx_id("llama-2")
    ('Apache-2.0', '')
    """
    return _listed().get(name.casefold(), "")


@cache
def _listed() -> dict[str, str]:
    return {
        key.casefold(): key
        for key, symbol in _spdx().known_symbols.items()
        if not symbol.is_exception and not key.startswith("LicenseRef-")
    }


def is_expression(text: str) -> bool:
    """Returns whether this is an SPDX expression of listed identifiers."""
    if text in _NOTHING:
        return False
    try:
        parsed = _spdx().parse(text, validate=True, strict=True)
    except (ExpressionError, ValueError, TypeError, AttributeError, RecursionError):
        return False
    return parsed is not None and all(
        not key.startswith("LicenseRef-") for key in _spdx().license_keys(parsed)
    )


class Names:
    """Finds the license of the knowledge base that a document means.

    Args:
        terms: The knowledge base's licenses.
        own: Whether the document is ours, so that `internal` in it means us.
    """

    def __init__(self, terms: Iterable[Terms], *, own: bool = False) -> None:
        self._ids: dict[str, set[str]] = {}
        for one in terms:
            for name in (one.id, one.spdx, one.name, one.url, *one.aliases):
                if name and one.id not in (UNKNOWN, INTERNAL):
                    self._ids.setdefault(_plain(name), set()).add(one.id)
        for name in (UNKNOWN, INTERNAL):
            self._ids.pop(name, None)
        if own:
            self._ids[INTERNAL] = {INTERNAL}

    def known(self, name: str) -> str:
        """Returns the license of this id, identifier, name or address; nothing if several are."""
        found = self._ids.get(_plain(name), ())
        return next(iter(found)) if len(found) == 1 else ""

    def agreed(self, said: str, statements: Sequence[str]) -> str:
        """Returns the license that a document means; `unknown` where nobody can say.

        What the format's own fields state decides; a word of ours only tells apart licenses that
        go by one name, or stands where nothing is stated.

        Args:
            said: An id of the knowledge base, as a property of ours gives it; or nothing.
            statements: What the format's own fields state; several hold together.
        """
        id = self.known(said)
        if all(id in self._ids.get(_plain(each), ()) for each in statements):
            return id or UNKNOWN
        read = {self.read(each) for each in statements}
        return read.pop() if len(read) == 1 else UNKNOWN

    def read(self, stated: str) -> str:
        """Returns the license that a statement means; `unknown` where nobody can say.

        Of alternatives (`OR`), the first that is known: the choice is the user's. Of terms that
        hold together (`AND`), only one and the same: an asset has one license here, and to take
        the milder of two would be laxer than what is written.

        Args:
            stated: An SPDX expression, an identifier, a name or an address.
        """
        if whole := self.known(stated):
            return whole
        if stated in _NOTHING:
            return UNKNOWN
        try:
            parsed = _spdx().parse(stated)
        except (ExpressionError, ValueError, TypeError, AttributeError, RecursionError):
            return UNKNOWN
        return self._of(parsed) or UNKNOWN

    def _of(self, node: Any) -> str:
        if isinstance(node, LicenseWithExceptionSymbol):
            # An exception only allows more: without it, the answer is never laxer.
            return self.known(str(node)) or self._of(node.license_symbol)
        if isinstance(node, LicenseSymbol):
            key = str(node.key)
            later = key.removesuffix("-or-later")
            return (
                self.known(key)
                or self.known(key.removeprefix("LicenseRef-"))
                or (self.known(f"{later}-only") if later != key else "")
            )
        found = [self._of(one) for one in getattr(node, "args", ())]
        if getattr(node, "operator", "").strip() == "OR":
            return next((one for one in found if one), "")
        return found[0] if found and len(set(found)) == 1 else ""


def _plain(name: str) -> str:
    return " ".join(name.casefold().split()).rstrip("/")
