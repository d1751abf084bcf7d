"""Installed Python distributions that something needs at run time, as their own metadata tells."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib import metadata

import msgspec

from roundtable.errors import MissingExtraError

_CLASSIFIED = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Classifiers that name one text; `BSD License`, say, names several."""


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """An installed package.

    Args:
        name: As the index writes it.
        version: The one installed.
        license: What its metadata states: an SPDX expression, or a short name; else nothing.
        summary: What it is, in a sentence.
    """

    name: str
    version: str
    license: str
    summary: str


def distributions(name: str, extras: Collection[str] = ()) -> tuple[Distribution, ...]:
    """Returns a distribution and all it needs that is installed, itself first, then by name.

    Args:
        name: Of a distribution that is installed.
        extras: Of its extras, those whose needs count.

    Raises:
        MissingExtraError: the reader of requirements is not installed.
    """
    try:
        from packaging.requirements import Requirement
        from packaging.utils import canonicalize_name
    except ModuleNotFoundError as error:
        raise MissingExtraError("a bill of materials", "bom") from error
    found: dict[str, metadata.Distribution] = {}
    asked: set[tuple[str, str]] = set()
    left = [(str(canonicalize_name(name)), extra) for extra in ("", *sorted(extras))]
    while left:
        here, extra = left.pop()
        if (here, extra) in asked:
            continue
        asked.add((here, extra))
        try:
            one = found.setdefault(here, metadata.distribution(here))
        except metadata.PackageNotFoundError:
            continue
        for text in one.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                wanted = str(canonicalize_name(needed.name))
                left += [(wanted, each) for each in ("", *sorted(needed.extras))]
    first = str(canonicalize_name(name))
    ordered = sorted(found, key=lambda each: (each != first, each))
    return tuple(_described(each, found[each]) for each in ordered)


def _described(name: str, one: metadata.Distribution) -> Distribution:
    return Distribution(
        name=name,
        version=one.version,
        license=_license(one),
        summary=_field(one, "Summary"),
    )


def _license(one: metadata.Distribution) -> str:
    """Returns what a package states of its license, the exact field first.

    Source: Python packaging, core metadata 2.4, `License-Expression`, and `License` before it.
    """
    if expression := _field(one, "License-Expression"):
        return expression
    classified = [
        text for text in one.metadata.get_all("Classifier") or () if text.startswith("License :: ")
    ]
    if len(classified) == 1 and classified[0] in _CLASSIFIED:
        return _CLASSIFIED[classified[0]]
    stated = _field(one, "License")
    # Some put the whole text there.
    if re.fullmatch(r"[^\n]{1,80}", stated) and stated != "UNKNOWN":
        return stated
    return classified[0].rpartition(" :: ")[2] if len(classified) == 1 else ""


def _field(one: metadata.Distribution, name: str) -> str:
    return next(iter(one.metadata.get_all(name) or ()), "").strip()
