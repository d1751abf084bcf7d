"""What people write for a license, as ids: hub tags, SPDX expressions, classifiers.

A tag that names several versions, or none, means no id: `gpl`, `cc`, `other` say nothing certain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from roundtable.licensing.identifying.catalog import packaged
from roundtable.licensing.identifying.known_terms import id_of

# As the Hugging Face hub lists them; those that are SPDX ids in lower case need no line here.
_HUB = {
    "llama2": "llama-2",
    "llama3": "llama-3",
    "llama3.1": "llama-3.1",
    "llama3.2": "llama-3.2",
    "llama3.3": "llama-3.3",
    "llama4": "llama-4",
    "gemma": "gemma",
    "creativeml-openrail-m": "creativeml-openrail-m",
    "openrail++": "openrail-pp-m",
    "bigscience-bloom-rail-1.0": "bigscience-bloom-rail-1.0",
    "bigscience-openrail-m": "bigscience-openrail-m",
    "deepseek": "deepseek-model",
    "deepseek-license": "deepseek-model",
    "tongyi-qianwen": "qwen",
    "tongyi-qianwen-license-agreement": "qwen",
    "mrl": "mistral-research",
    "mistral-research-license": "mistral-research",
    "apple-amlr": "apple-amlr",
    "mit license": "MIT",
    "the mit license": "MIT",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "bsd-3": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "bsd-2": "BSD-2-Clause",
    "mpl 2.0": "MPL-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "gnu general public license v3 (gplv3)": "GPL-3.0-only",
    "gnu affero general public license v3": "AGPL-3.0-only",
    "isc license (iscl)": "ISC",
    "the unlicense (unlicense)": "Unlicense",
}
_OLD_GNU = re.compile(r"((?:l|a)?gpl|gfdl)-(\d\.\d)(\+?)$", re.I)
_OPERATORS = frozenset({"AND", "OR", "WITH"})


def license_of(tag: str) -> str | None:
    """Returns the id that a tag means, or None if it means none for certain."""
    plain = " ".join(tag.strip().lower().split())
    known = packaged().by_id
    if plain in _HUB:
        return _HUB[plain]
    entry = known.get(plain)
    if entry is not None and entry.kind in {"license", "exception"}:
        return entry.id if entry.id.lower() == plain else _spelled(plain, (entry.id, *entry.also))
    old = _OLD_GNU.match(plain)
    if old:
        # The old ids do not say whether later versions may be taken; the hub's tags neither.
        suffix = "or-later" if old[3] else "only"
        return f"{old[1].upper()}-{old[2]}-{suffix}"
    return id_of(plain)


def _spelled(plain: str, ids: Sequence[str]) -> str:
    return next(id for id in ids if id.lower() == plain)


def licenses_in(expression: str) -> tuple[str, ...]:
    """Returns the ids in an SPDX expression, as far as they are known; none if it is none."""
    parts = re.split(r"[\s()]+", expression.strip())
    ids = []
    for part in parts:
        if part and part.upper() not in _OPERATORS:
            id = license_of(part)
            if id is None:
                return ()
            ids.append(id)
    return tuple(dict.fromkeys(ids))


def meaning_of(value: str) -> str | None:
    """Returns what a tag or an expression means: an id, or an expression of known ids."""
    one = license_of(value)
    if one is not None:
        return one
    if re.search(r"\s(?:and|or|with)\s", value, re.I) and licenses_in(value):
        return " ".join(value.split())
    return None


def agrees(declared: str, ids: Sequence[str]) -> bool:
    """Says whether a declared id or expression can mean one of these ids.

    The same text under two ids (`GPL-3.0-only`, `GPL-3.0-or-later`) is no contradiction.
    """
    known = packaged().by_id
    named = licenses_in(declared) or (declared,)

    def entry_of(id: str) -> str:
        entry = known.get(id.lower())
        return entry.id if entry else id.lower()

    texts = {entry_of(id) for id in ids}
    return any(entry_of(id) in texts for id in named)
