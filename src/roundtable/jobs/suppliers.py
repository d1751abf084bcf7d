"""Takes a supplier's bill of materials into the workspace: a file for each thing it describes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec
import tomlkit

from roundtable.errors import InputError, Place, UsageError
from roundtable.licensing.bom import read_bill
from roundtable.licensing.naming import knowledge_of
from roundtable.licensing.types import Asset
from roundtable.workspace import Workspace
from roundtable.workspace.declared import ID

FOLDER = "ancestors"


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken in.

    Args:
        files: Written, relative to the workspace.
        assets: What they declare, under their ids in the workspace.
    """

    files: tuple[str, ...]
    assets: tuple[Asset, ...]


def import_bill(workspace: Workspace, document: Path, *, prefix: str = "") -> Imported:
    """Writes `ancestors/PREFIX/…` from a CycloneDX or SPDX 3 document; all of it or nothing.

    Args:
        workspace: Loaded and valid; nothing in it is overwritten.
        document: The supplier's file.
        prefix: The folder below `ancestors/`; empty: the document's name.

    Raises:
        InputError: the document is malformed, or contradicts itself; nothing was written.
        UsageError: the folder is there already, or cannot be written.
    """
    prefix = prefix or _slug(document.name.split(".")[0])
    if not re.fullmatch(ID, prefix):
        raise UsageError(
            f"{prefix!r} cannot be an id",
            where=Place(field="--id"),
            fix="give --id with small letters, digits and `-`, such as --id acme",
        )
    found = read_bill(document, terms=knowledge_of(workspace).licenses.values())
    if not found:
        raise InputError(
            "the document describes nothing",
            where=Place(str(document)),
            fix="ask the supplier for one that lists components",
        )
    assets = _placed(found, prefix)
    target = workspace.root / FOLDER / prefix
    if target.exists():
        raise UsageError(
            f"{FOLDER}/{prefix} is there already",
            where=Place(f"{FOLDER}/{prefix}"),
            fix="give another name with --id, or remove that folder first",
        )
    files = {f"{one.id}.toml": _toml(one, document.name) for one in assets}
    # Hidden, so that no one loads it, and beside the target, so that one rename publishes it all.
    staged = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(staged, ignore_errors=True)
        for name, text in files.items():
            path = staged / os.path.relpath(name, f"{FOLDER}/{prefix}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        staged.rename(target)
    except OSError as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise UsageError(
            f"{FOLDER}/{prefix} cannot be written: {error.strerror}",
            where=Place(f"{FOLDER}/{prefix}"),
            fix="make the workspace's folder one that you may write to",
        ) from error
    return Imported(files=tuple(files), assets=assets)


def _placed(found: Iterable[Asset], prefix: str) -> tuple[Asset, ...]:
    """Returns the assets under ids that a workspace's files can have."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for one in found:
        parts = [_slug(part) or "unnamed" for part in re.split("[/#]", one.id)]
        wanted = id = "/".join((FOLDER, prefix, *parts))
        number = 2
        while id in taken:
            id, number = f"{wanted}-{number}", number + 1
        taken.add(id)
        ids[one.id] = id
    return tuple(
        Asset(
            id=ids[one.id],
            kind=one.kind,
            license=one.license,
            lineage=one.lineage,
            parents=tuple(msgspec.structs.replace(each, id=ids[each.id]) for each in one.parents),
        )
        for one in found
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _toml(one: Asset, source: str) -> str:
    document = tomlkit.document()
    document.add("kind", tomlkit.item(one.kind))
    document.add("license", tomlkit.item(one.license))
    document.add("lineage", tomlkit.item(one.lineage))
    document.add("source", tomlkit.item(source))
    if one.parents:
        parents = tomlkit.array().multiline(True)
        for each in one.parents:
            parent = tomlkit.inline_table()
            parent.update({"id": each.id, "relation": each.relation})
            parents.append(parent)
        document.add("parents", parents)
    up = "../" * one.id.count("/")
    return f"#:schema {up}.roundtable/schema/ancestor.json\n{tomlkit.dumps(document)}"
