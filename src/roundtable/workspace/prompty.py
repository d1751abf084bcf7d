"""Prompts in the `.prompty` format, read as our own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PROMPTY_HEADING = re.compile(r"[ \t]*#?[ \t]*(system|user|assistant)[ \t]*:[ \t]*$", re.IGNORECASE)
# Where our keys stand in its front matter.
PROMPTY_KEYS = {
    "title": ("name",),
    "owner": ("authors",),
    "parameters": ("model", "parameters"),
    "format": ("model", "api"),
}
_TAKEN = ("temperature", "top_p", "max_tokens", "stop", "seed")


def from_prompty(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `.prompty` front matter as ours.

    Older files declare no `inputs`: there, the names of the `sample` are the inputs, if it stands
    in the file itself. What we have no place for, such as the sample's values and the model's
    configuration, is left out.
    """
    model = data.get("model")
    model = model if isinstance(model, Mapping) else {}
    authors = data.get("authors")
    inputs = data.get("inputs") or data.get("sample") or []
    if isinstance(inputs, str):
        inputs = []  # a sample in a file of its own: what it holds is not known here
    parameters = model.get("parameters")
    ours: dict[str, Any] = {
        "title": data.get("name", ""),
        "owner": ", ".join(map(str, authors)) if isinstance(authors, list) else "",
        "inputs": list(inputs) if isinstance(inputs, Mapping) else inputs,
        "format": "completion" if model.get("api") == "completion" else "chat",
    }
    if isinstance(parameters, Mapping):
        taken = {name: parameters[name] for name in _TAKEN if name in parameters}
        if isinstance(taken.get("stop"), str):
            taken["stop"] = [taken["stop"]]
        ours["parameters"] = taken
    return ours
