"""What files claim about a license: front matter, manifests, metadata, SPDX tags.

A claim is not a text. It is reported as declared, and held against the texts that were read.
"""

from __future__ import annotations

import json
import re
import struct
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path
from typing import Any

import msgspec

from roundtable.licensing.identifying.gguf import read_gguf
from roundtable.licensing.identifying.tags import meaning_of
from roundtable.licensing.identifying.types import Declared, DeclaredBy
from roundtable.licensing.identifying.word_lists import listed

_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n]{1,200})")
_EXPRESSION = re.compile(r"\(?[A-Za-z0-9][A-Za-z0-9.+:() -]*")
_FRONT = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S)
_LONGEST_TAG = 200
_LONGEST_HEADER = 8 * 1024 * 1024
_JSON_FILES = listed(
    "package.json composer.json config.json model_index.json adapter_config.json dataset_info.json"
    " dataset_infos.json croissant.json metadata.json .zenodo.json codemeta.json manifest.json"
    " generation_config.json bower.json"
)
_CLASSIFIER = re.compile(r"^License :: (?:OSI Approved :: )?(.+)$")


class Claims(msgspec.Struct, frozen=True):
    """What one file claims.

    Args:
        declared: The claims.
        links: Files or addresses that it names as the license's text.
        text: A license's text that stands inside the file's metadata; empty if none does.
        problem: Why the file could not be read in full; empty if it could.
    """

    declared: tuple[Declared, ...] = ()
    links: tuple[str, ...] = ()
    text: str = ""
    problem: str = ""


def claims_of(path: Path, text: str) -> Claims:
    """Returns what a file with this text claims.

    Args:
        path: The file; its name says what kind of file it is.
        text: Its text, or "" for a binary file.
    """
    name = path.name.lower()
    if name.endswith(".gguf"):
        return _gguf(path)
    if name.endswith(".safetensors"):
        return _safetensors(path)
    found = _in_text(path.name, text)
    if name.endswith((".md", ".markdown", ".mdx", ".prompty")):
        return _joined(found, _front_matter(path.name, text))
    if name in _JSON_FILES or name.endswith(".jsonld"):
        return _joined(found, _json(path.name, text))
    if name in {"pyproject.toml", "cargo.toml"}:
        return _joined(found, _toml(path.name, text))
    if name == "setup.cfg":
        return _joined(found, _setup_cfg(path.name, text))
    if name == "citation.cff":
        return _joined(found, _yaml_claims(path.name, text))
    return found


def is_manifest(name: str) -> bool:
    """Says whether files of this name are read for claims though they hold no license's text."""
    name = name.lower()
    return (
        name in _JSON_FILES
        or name in {"pyproject.toml", "cargo.toml", "setup.cfg", "citation.cff"}
        or name.endswith((".gguf", ".safetensors", ".jsonld"))
    )


def _joined(*claims: Claims) -> Claims:
    return Claims(
        declared=tuple(one for claim in claims for one in claim.declared),
        links=tuple(one for claim in claims for one in claim.links),
        text="".join(claim.text for claim in claims),
        problem="; ".join(claim.problem for claim in claims if claim.problem),
    )


def _claim(value: object, where: str, by: DeclaredBy) -> Iterator[Declared]:
    """Yields the claims in a value: a text, a list of texts, a table that holds one."""
    if isinstance(value, str) and value.strip():
        tag = value.strip()[:_LONGEST_TAG]
        yield Declared(value=tag, license=meaning_of(tag), where=where, by=by)
    elif isinstance(value, list):
        for one in value[:20]:
            yield from _claim(one, where, by)
    elif isinstance(value, dict):
        for key in ("type", "name", "id", "license", "@id"):
            if isinstance(value.get(key), str):
                yield from _claim(value[key], where, by)
                return


def _in_text(name: str, text: str) -> Claims:
    """Returns the SPDX tags of a text."""
    declared = []
    for match in list(_SPDX.finditer(text[:262_144]))[:20]:
        value = re.sub(r"(?:\*/|-->|#\}|%\}|[\"'\\]).*$", "", match[1]).strip(" \t*#/;-")
        line = text.count("\n", 0, match.start()) + 1
        if _EXPRESSION.fullmatch(value):
            where = f"{name}:{line}: SPDX-License-Identifier"
            declared.append(
                Declared(value=value, license=meaning_of(value), where=where, by="expression")
            )
    unique = {one.value: one for one in reversed(declared)}
    return Claims(declared=tuple(reversed(unique.values())))


def _front_matter(name: str, text: str) -> Claims:
    match = _FRONT.match(text[:262_144])
    return _yaml_claims(name, match[1]) if match else Claims()


def _yaml_claims(name: str, text: str) -> Claims:
    import yaml

    try:
        data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f", line {mark.line + 1}" if mark else ""
        return Claims(problem=f"{name}: its front matter is no YAML{at}")
    if not isinstance(data, dict):
        return Claims()
    return _hub_claims(name, data)


def _hub_claims(name: str, data: dict[Any, Any]) -> Claims:
    """Returns the claims of a model card: `license`, `license_name`, `license_link`."""
    declared = list(_claim(data.get("license"), f"{name}: license", "tag"))
    named = list(_claim(data.get("license_name"), f"{name}: license_name", "tag"))
    # `license: other` says only that the name or the link says more.
    if named and any(one.value.lower() == "other" for one in declared):
        declared = [one for one in declared if one.value.lower() != "other"]
    # Gated models put their license before the visitor, and here.
    gate = data.get("extra_gated_prompt")
    text = gate if isinstance(gate, str) and len(gate) > _LONGEST_TAG else ""
    link = data.get("license_link")
    links = (link.strip(),) if isinstance(link, str) and link.strip() else ()
    return Claims(declared=tuple(declared + named), links=links, text=text)


def _json(name: str, text: str) -> Claims:
    try:
        data = json.loads(text) if text.strip() else None
    except ValueError:
        return Claims(problem=f"{name}: it is no JSON")
    except RecursionError:
        return Claims(problem=f"{name}: its JSON is nested too deep")
    if not isinstance(data, dict):
        return Claims()
    declared: list[Declared] = []
    links: list[str] = []
    for key in ("license", "licenses", "licence", "sc:license", "license_name"):
        for one in _claim(data.get(key), f"{name}: {key}", "metadata"):
            file = re.fullmatch(r"SEE LICEN[SC]E IN (.+)", one.value, re.I)
            if file:
                links.append(file[1].strip())
            else:
                declared.append(one)
    return Claims(declared=tuple(declared), links=tuple(links))


def _toml(name: str, text: str) -> Claims:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Claims(problem=f"{name}: it is no TOML ({error})")
    tables = {
        "project": data.get("project"),
        "package": data.get("package"),
        "tool.poetry": _table(data.get("tool")).get("poetry"),
    }
    declared: list[Declared] = []
    links: list[str] = []
    inline = ""
    for title, value in tables.items():
        table = _table(value)
        given = table.get("license")
        if isinstance(given, dict):
            if isinstance(given.get("file"), str):
                links.append(given["file"])
            said = given.get("text")
            if isinstance(said, str) and len(said) > _LONGEST_TAG:
                inline = said
            else:
                declared += _claim(said, f"{name}: {title}.license", "metadata")
        else:
            declared += _claim(given, f"{name}: {title}.license", "metadata")
        if isinstance(table.get("license-file"), str):
            links.append(table["license-file"])
        declared += _classifiers(table.get("classifiers"), f"{name}: {title}.classifiers")
    return Claims(declared=tuple(declared), links=tuple(links), text=inline)


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _classifiers(value: object, where: str) -> Iterator[Declared]:
    for one in value if isinstance(value, list) else ():
        match = _CLASSIFIER.match(one) if isinstance(one, str) else None
        if match and match[1] not in {"OSI Approved", "Other/Proprietary License"}:
            yield from _claim(match[1], where, "metadata")


def _setup_cfg(name: str, text: str) -> Claims:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except ConfigError:
        return Claims(problem=f"{name}: it is no configuration file")
    if not parser.has_section("metadata"):
        return Claims()
    given = parser.get("metadata", "license", fallback="")
    lines = parser.get("metadata", "classifiers", fallback="").splitlines()
    declared = [
        *_claim(given, f"{name}: metadata.license", "metadata"),
        *_classifiers([line.strip() for line in lines], f"{name}: metadata.classifiers"),
    ]
    return Claims(declared=tuple(declared))


def _gguf(path: Path) -> Claims:
    header = read_gguf(path)
    declared: list[Declared] = []
    text = ""
    for key in ("general.license", "general.license.name"):
        value = header.texts.get(key, "")
        if len(value) > _LONGEST_TAG:
            text = value
        elif value.lower() != "other":
            declared += _claim(value, f"{path.name}: {key}", "metadata")
    link = header.texts.get("general.license.link", "").strip()
    problem = f"{path.name}: {header.problem}" if header.problem else ""
    return Claims(
        declared=tuple(declared), links=(link,) if link else (), text=text, problem=problem
    )


def _safetensors(path: Path) -> Claims:
    """Returns the license in a safetensors file's own metadata, as image models carry it."""
    with path.open("rb") as file:
        head = file.read(8)
        if len(head) < 8:
            return Claims(problem=f"{path.name}: the header is cut off")
        length = struct.unpack("<Q", head)[0]
        if length > _LONGEST_HEADER:
            return Claims(problem=f"{path.name}: a header of {length} bytes is too long")
        header = file.read(length)
    try:
        metadata = json.loads(header).get("__metadata__") or {}
        value = metadata.get("modelspec.license") or metadata.get("license")
    except (ValueError, AttributeError, RecursionError):
        return Claims(problem=f"{path.name}: the header is no JSON")
    return Claims(declared=tuple(_claim(value, f"{path.name}: license", "metadata")))
