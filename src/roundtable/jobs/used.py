"""What a run uses, and all that this was made from, as assets that have a version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roundtable.assets import Asset
from roundtable.assets.contents import content_digest
from roundtable.digest import Key
from roundtable.errors import Place
from roundtable.workspace import Workspace
from roundtable.workspace.declared import semantic

_KINDS = ("models", "datasets", "corpora", "prompts", "recipes", "ancestors")


def with_ancestors(workspace: Workspace, used: Iterable[Asset]) -> dict[str, Asset]:
    """Returns what is used and all that it was made from, however far up, by id.

    Args:
        workspace: Whose files say what was made from what.
        used: What a run uses; their parents are filled in.
    """
    found: dict[str, Asset] = {}
    left = [(asset.id, asset) for asset in used]
    while left:
        id, asset = left.pop(0)
        if id in found:
            continue
        parents = tuple(relation[0] for relation in made_from(workspace, id))
        found[id] = Asset(
            id=id, fields=asset.fields, files=asset.files, parents=parents, place=asset.place
        )
        left += [(parent, _declared(workspace, parent)) for parent in parents]
    return found


def made_from(workspace: Workspace, id: str) -> list[tuple[str, str]]:
    """Returns the parents of an asset, each with its relation."""
    declared = _find(workspace, id)
    return [(parent.id, parent.relation) for parent in getattr(declared, "parents", ())]


def _declared(workspace: Workspace, id: str) -> Asset:
    """Returns an asset that is not used itself, by what its file says and the rows it names."""
    declared = _find(workspace, id)
    if declared is None:
        return Asset(id=id, fields=id)
    files: list[Key] = []
    name = str(getattr(declared, "path", ""))
    path = (workspace.root / declared.file).parent / name
    if name and path.is_file():
        files.append(content_digest(path, cache=workspace.root / ".roundtable/cache"))
    return Asset(
        id=id,
        fields=semantic(declared).decode(),
        files=tuple(files),
        place=Place(declared.file),
    )


def _find(workspace: Workspace, id: str) -> Any:
    kind, _, name = id.partition("/")
    return getattr(workspace, kind).get(name) if kind in _KINDS else None
