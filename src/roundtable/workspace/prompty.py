"""Prompts in the `.prompty` format, read as our own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ROLE = re.compile(r"^[ \t]*(system|user|assistant):[ \t]*$", re.MULTILINE)
_TAKEN = ("temperature", "top_p", "max_tokens", "stop", "seed")


def from_prompty(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `.prompty` front matter as ours; what we have no place for (samples) is left out."""
    model = data.get("model")
    model = model if isinstance(model, Mapping) else {}
    authors = data.get("authors")
    inputs = data.get("inputs", [])
    parameters = model.get("parameters")
    ours: dict[str, Any] = {
        "title": data.get("name", ""),
        "owner": ", ".join(map(str, authors)) if isinstance(authors, list) else "",
        "inputs": list(inputs) if isinstance(inputs, Mapping) else inputs,
        "format": "completion" if model.get("api") == "completion" else "chat",
    }
    if isinstance(parameters, Mapping):
        ours["parameters"] = {name: parameters[name] for name in _TAKEN if name in parameters}
    return ours


def prompty_roles(body: str) -> str:
    """Returns a `.prompty` body with our role headings, line for line."""
    return _ROLE.sub(r"# \1", body)
