"""The JSON Schema of each kind of file, for editors and the documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from roundtable.errors import NotFoundError
from roundtable.workspace.assets import Ancestor, Corpus, Dataset, Guard, Model, Policy, Recipe
from roundtable.workspace.declared import Asset
from roundtable.workspace.overrides import Overrides
from roundtable.workspace.prompt import Prompt
from roundtable.workspace.settings import Settings
from roundtable.workspace.usecase import UseCase

FOLDER = ".roundtable/schema"
KINDS: dict[str, type[Asset]] = {
    "workspace": Settings,
    "model": Model,
    "dataset": Dataset,
    "corpus": Corpus,
    "guard": Guard,
    "recipe": Recipe,
    "policy": Policy,
    "override": Overrides,
    "ancestor": Ancestor,
    "usecase": UseCase,
    "prompt": Prompt,
}
_PLURALS = {"corpora": "corpus", "policies": "policy", "settings": "workspace"}
# These come from where a file lies and from its text, not from what it declares.
_NOT_WRITTEN = ("id", "file", "sections", "partials")


def schema(kind: str) -> str:
    """Returns the JSON Schema of a kind of file, as JSON text.

    Args:
        kind: `model`, `usecase`, …; its folder's name does too.

    Raises:
        NotFoundError: there is no such kind.
    """
    name = _PLURALS.get(kind, kind if kind in KINDS else kind.removesuffix("s"))
    if name not in KINDS:
        raise NotFoundError("kind of file", kind, KINDS)
    described: dict[str, Any] = KINDS[name].model_json_schema(by_alias=True)
    for key in _NOT_WRITTEN:
        described["properties"].pop(key, None)
    described["required"] = [k for k in described.get("required", []) if k not in _NOT_WRITTEN]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | described, indent=2, ensure_ascii=False) + "\n"


def write_schemas(root: Path) -> list[Path]:
    """Writes the schema of each kind to `.roundtable/schema/` and returns the files.

    Args:
        root: The workspace.
    """
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in KINDS:
        path = folder / f"{kind}.json"
        text = schema(kind)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
