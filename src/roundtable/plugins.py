"""Finds a named class of a kind, built in or installed, importing it only on use.

Each package holds its own table of built-ins (name -> "module:Class"). A name is looked up in the
workspace's own classes (`[plugins.KIND]` of roundtable.toml), then among the built-ins, then in the
entry points of the group `roundtable.KIND`, which are scanned only when both miss.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from roundtable.errors import NotFoundError, PluginError

Kind = Literal["connectors", "metrics", "retrievers", "constraints", "checkers", "checks"]
KINDS: tuple[Kind, ...] = (
    "connectors",
    "metrics",
    "retrievers",
    "constraints",
    "checkers",
    "checks",
)


def find(
    kind: Kind,
    name: str,
    *,
    builtin: Mapping[str, str],
    local: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> type[Any]:
    """Returns the class that `name` stands for.

    Args:
        kind: The kind of plug-in.
        name: Its name, as written in a file of the workspace.
        builtin: The package's own table, name -> "module:Class".
        local: The workspace's table, name -> "file.py:Class" or "module:Class".
        root: The folder that a local file's path is relative to.

    Raises:
        NotFoundError: nothing has this name; the nearest names are given.
        PluginError: the class cannot be imported.
    """
    local = local or {}
    if name in local:
        return _load(kind, name, local[name], root)
    if name in builtin:
        return _load(kind, name, builtin[name], None)
    installed = _installed(kind)
    if name in installed:
        return _load(kind, name, installed[name], None)
    raise NotFoundError(kind.removesuffix("s"), name, {*local, *builtin, *installed})


def names(
    kind: Kind, *, builtin: Mapping[str, str], local: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Returns the name of every plug-in of a kind: local, built in and installed, sorted."""
    return tuple(sorted({*(local or {}), *builtin, *_installed(kind)}))


def _installed(kind: Kind) -> dict[str, str]:
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group=f"roundtable.{kind}")}


def _load(kind: Kind, name: str, target: str, root: Path | None) -> type[Any]:
    source, _, attribute = target.partition(":")
    try:
        if source.endswith(".py"):
            module = _import_file((root or Path.cwd()) / source)
        else:
            module = importlib.import_module(source)
        found = getattr(module, attribute)
    except (ImportError, AttributeError, OSError, SyntaxError) as error:
        raise PluginError(
            f"the {kind.removesuffix('s')} {name!r} ({target}) cannot be loaded: {error}",
            fix="check that the module can be imported and has this class",
        ) from error
    return cast("type[Any]", found)


def _import_file(path: Path) -> Any:
    module_name = f"_roundtable_local_{path.stem}_{abs(hash(str(path.resolve())))}"
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module
