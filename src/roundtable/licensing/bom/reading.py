"""A supplier's document to assets of the license graph."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from roundtable.errors import InputError, MissingExtraError, Place
from roundtable.licensing.types import Asset, Terms

MAX_BYTES = 50_000_000
MAX_DEPTH = 100
_WANTED = "ask the supplier for CycloneDX 1.6 or newer, or SPDX 3.0.1, each in JSON"


def read_bill(path: Path, *, terms: Iterable[Terms], own: bool = False) -> tuple[Asset, ...]:
    """Returns what a CycloneDX or SPDX 3 document describes, as assets with parents, sorted by id.

    Nothing is invented: where the document names no license that `terms` know, it is `unknown`;
    where it does not tell what a model or data came from, the lineage is `undisclosed`. A
    supplier's `internal` is not ours, so it is `unknown` too.

    Args:
        path: A JSON file.
        terms: The knowledge base's licenses.
        own: The document is our own export, so `internal` in it means us.

    Raises:
        InputError: it cannot be read, no library of its format accepts it, a reference leads
            nowhere, or something is made of itself; with its place.
        MissingExtraError: the formats' libraries are not installed.
    """
    file = str(path)
    text = _text(path, file)
    document = _parsed(text, file)
    try:
        from roundtable.licensing.bom.cyclonedx_reading import read_cyclonedx
        from roundtable.licensing.bom.found import assets_from
        from roundtable.licensing.bom.license_names import Names
        from roundtable.licensing.bom.spdx_reading import read_spdx
    except ModuleNotFoundError as error:
        raise MissingExtraError("reading a bill of materials", "bom") from error
    names = Names(terms, own=own)
    try:
        if document.get("bomFormat") == "CycloneDX":
            return assets_from(read_cyclonedx(document, file=file, names=names))
        if "@context" in document:
            return assets_from(read_spdx(document, file=file, names=names))
    except RecursionError as error:
        raise _too_deep(file) from error
    if "spdxVersion" in document:
        raise InputError(
            f"this is {document['spdxVersion']!r}, which knows neither models nor data",
            where=Place(file, None, "spdxVersion"),
            fix=_WANTED,
        )
    raise InputError(
        "this is neither CycloneDX nor SPDX 3: it has no `bomFormat` and no `@context`",
        where=Place(file),
        fix=_WANTED,
    )


def _text(path: Path, file: str) -> str:
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise InputError(
                f"the document has {size / 1e6:.0f} MB; {MAX_BYTES / 1e6:.0f} MB are the most",
                where=Place(file),
                fix="ask the supplier for a document of the model and its data alone",
            )
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"the document cannot be read: {error.strerror}",
            where=Place(file),
            fix="name a JSON file that you may read",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"the document is not UTF-8: byte {error.start}",
            where=Place(file),
            fix="name a JSON file in UTF-8",
        ) from error


def _parsed(text: str, file: str) -> dict[str, Any]:
    if text.lstrip().startswith("<"):
        raise InputError(
            "this is XML; only JSON is read",
            where=Place(file, 1),
            fix=_WANTED,
        )
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is no JSON: {error.msg}",
            where=Place(file, error.lineno),
            fix="mend it there, or ask the supplier for the document again",
        ) from error
    except RecursionError as error:
        raise _too_deep(file) from error
    except ValueError as error:
        raise InputError(
            f"this is no JSON: {error}", where=Place(file), fix="ask the supplier to mend it"
        ) from error
    if not isinstance(document, dict):
        raise InputError(
            "this is neither CycloneDX nor SPDX 3: it is no JSON object",
            where=Place(file, 1),
            fix=_WANTED,
        )
    if _depth(document) > MAX_DEPTH:
        raise _too_deep(file)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number in JSON")


def _depth(document: dict[str, Any]) -> int:
    deepest = 0
    left: list[tuple[Any, int]] = [(document, 1)]
    while left:
        value, depth = left.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            return depth
        inner = value.values() if isinstance(value, dict) else value
        left += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]
    return deepest


def _too_deep(file: str) -> InputError:
    return InputError(
        f"the document is nested more than {MAX_DEPTH} levels deep",
        where=Place(file),
        fix="ask the supplier to list components side by side and to relate them by reference",
    )
