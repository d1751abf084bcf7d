"""Sentences by which a license is applied: "licensed under the Apache License, Version 2.0".

Such a sentence is a claim. It is told as declared, and never as the license's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from roundtable.licensing.identifying.tags import license_of
from roundtable.licensing.identifying.types import Declared

_MOST_WORDS = 6_000
_UNDER = (
    r"(?:licensed|released|distributed|available|provided|published|governed|covered) (?:\w+ )?"
    r"(?:under|by|with) (?:the )?(?:terms of )?(?:the )?(?:following )?"
)
_PLAIN = {
    "mit license": "MIT", "mit": "MIT", "isc license": "ISC", "unlicense": "Unlicense",
    "bsd 2 clause license": "BSD-2-Clause", "bsd 3 clause license": "BSD-3-Clause",
    "apache license version 2 0": "Apache-2.0", "apache license 2 0": "Apache-2.0",
    "apache 2 0 license": "Apache-2.0", "apache 2 0": "Apache-2.0",
    "mozilla public license version 2 0": "MPL-2.0", "mozilla public license 2 0": "MPL-2.0",
    "llama 2 community license": "llama-2", "meta llama 3 community license": "llama-3",
    "llama 3 community license": "llama-3", "llama 3 1 community license": "llama-3.1",
    "llama 3 2 community license": "llama-3.2", "llama 3 3 community license": "llama-3.3",
    "llama 4 community license": "llama-4", "gemma terms of use": "gemma",
    "nvidia open model license": "nvidia-open-model",
    "creativeml open rail m license": "creativeml-openrail-m",
    "creativeml open rail m": "creativeml-openrail-m",
    "bigcode openrail m v1": "bigcode-openrail-m", "tongyi qianwen license agreement": "qwen",
    "stability ai community license": "stability-community",
}  # fmt: skip
_NAMES = "|".join(sorted(map(re.escape, _PLAIN), key=len, reverse=True))
_NAMED = re.compile(rf"\b(?:{_UNDER}|subject to (?:the )?)({_NAMES})\b")
_GNU = re.compile(
    r"\bgnu (?:(lesser|library|affero) )?general public license\b(?:(?!\bgnu\b).){0,160}?"
    r"\b(?:version|v) ?([123])(?: ([01]))?\b((?:(?!\bgnu\b).){0,80}?\b(?:any )?later version)?"
)
_GNU_KINDS = {None: "GPL", "lesser": "LGPL", "library": "LGPL", "affero": "AGPL"}
_COMMONS = re.compile(
    r"\bcreative commons attribution((?: noncommercial)?)((?: share ?alike| no ?deriv\w*)?)"
    r" ([1-4]) ([05])\b"
)


def notices_in(words: Sequence[str], where: str) -> tuple[Declared, ...]:
    """Returns the licenses that sentences of a text say it is under.

    Args:
        words: The text.
        where: What to call the text.
    """
    text = " ".join(words[:_MOST_WORDS])
    found: dict[str, str] = {}
    for match in _NAMED.finditer(text):
        found.setdefault(_PLAIN[match[1]], match.group())
    for match in _GNU.finditer(text):
        version = f"{match[2]}.{match[3] or 0}"
        suffix = "or-later" if match[4] else "only"
        id = license_of(f"{_GNU_KINDS[match[1]]}-{version}-{suffix}")
        if id:
            found.setdefault(id, match.group())
    for match in _COMMONS.finditer(text):
        parts = ["CC-BY"]
        if match[1]:
            parts.append("NC")
        if match[2]:
            parts.append("SA" if "share" in match[2] else "ND")
        id = license_of(f"{'-'.join(parts)}-{match[3]}.{match[4]}")
        if id:
            found.setdefault(id, match.group())
    return tuple(
        Declared(value=said[:200], license=id, where=f"{where}: a sentence in it", by="notice")
        for id, said in found.items()
    )
