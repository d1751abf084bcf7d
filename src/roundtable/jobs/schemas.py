"""The JSON Schema of every kind of file that people write: a workspace's own, and terms."""

from __future__ import annotations

import json
from pathlib import Path

from roundtable.errors import NotFoundError
from roundtable.licensing.terms_schema import terms_schema
from roundtable.workspace.schemas import FOLDER, KINDS
from roundtable.workspace.schemas import schema as workspace_schema
from roundtable.workspace.schemas import write_schemas as write_workspace_schemas

TERMS = "terms"


def schema(kind: str) -> str:
    """Returns the JSON Schema of a kind of file, as JSON text.

    Args:
        kind: `model`, `usecase`, …, `terms`; its folder's name does too.

    Raises:
        NotFoundError: there is no such kind.
    """
    if kind == TERMS:
        return json.dumps(terms_schema(), indent=2, ensure_ascii=False) + "\n"
    try:
        return workspace_schema(kind)
    except NotFoundError as error:
        raise NotFoundError("kind of file", kind, [*KINDS, TERMS]) from error


def write_schemas(root: Path) -> list[Path]:
    """Writes the schema of each kind to `.roundtable/schema/` and returns the files.

    Args:
        root: The workspace.
    """
    written = write_workspace_schemas(root)
    path, text = root / FOLDER / f"{TERMS}.json", schema(TERMS)
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return [*written, path]
