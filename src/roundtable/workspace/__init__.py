"""What people write: a folder of declarative files, loaded, checked and joined.

1. `find_root` walks up to the folder with `roundtable.toml`.
2. `load` reads every file, checks each on its own, then their references to each other.
3. All problems come at once, each with file, line, field and remedy.
4. Policies are merged into the use cases they match: `Workspace` holds the result.
5. `init` starts a workspace; `schema` tells editors what may be written.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.workspace.assets import Dataset, Model
    from roundtable.workspace.loading import load
    from roundtable.workspace.prompt import Prompt
    from roundtable.workspace.schemas import schema
    from roundtable.workspace.settings import Settings
    from roundtable.workspace.start import init
    from roundtable.workspace.usecase import UseCase
    from roundtable.workspace.whole import Workspace, find_root

_PUBLIC = {
    "Dataset": "assets",
    "Model": "assets",
    "Prompt": "prompt",
    "Settings": "settings",
    "UseCase": "usecase",
    "Workspace": "whole",
    "find_root": "whole",
    "init": "start",
    "load": "loading",
    "schema": "schemas",
}
__all__ = [
    "Dataset",
    "Model",
    "Prompt",
    "Settings",
    "UseCase",
    "Workspace",
    "find_root",
    "init",
    "load",
    "schema",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
