"""Reads the files of a workspace as text, TOML and YAML; what cannot be read is a finding."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from roundtable.workspace.findings import Findings

MAX_BYTES = 5_000_000


def files_below(root: Path, folder: str, findings: Findings) -> list[Path]:
    """Returns the files below a folder in order of their paths, hidden ones left out.

    Links are followed; one that leads back to a folder above it is a finding.

    Args:
        root: The workspace.
        folder: Relative to it; one that is not there holds no files.
        findings: Takes the problems.
    """
    found: list[Path] = []
    _gather(root / folder, root, (), found, findings)
    return found


def _gather(
    here: Path, root: Path, above: tuple[str, ...], found: list[Path], findings: Findings
) -> None:
    real = os.path.realpath(here)
    shown = here.relative_to(root).as_posix()
    if real in above:
        findings.add(
            shown,
            message="this link leads back to a folder that it lies in",
            fix="remove the link, or let it lead elsewhere",
        )
        return
    try:
        entries = sorted(os.scandir(here), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        findings.add(
            shown,
            message=f"the folder cannot be read: {error.strerror}",
            fix="make it a folder that you may read, or remove it",
        )
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        # A link that leads to itself makes `entry.is_dir()` raise, but not `Path.is_dir()`.
        if (here / entry.name).is_dir() if entry.is_symlink() else entry.is_dir():
            _gather(here / entry.name, root, (*above, real), found, findings)
        else:
            found.append(here / entry.name)


def read_text(root: Path, file: str, findings: Findings) -> str | None:
    """Returns a file's text, or None after adding why it cannot be read."""
    path = root / file
    try:
        if not path.is_file():
            why = "this link leads nowhere" if path.is_symlink() else "there is no such file"
            raise FileNotFoundError(2, why)
        if (size := path.stat().st_size) > MAX_BYTES:
            findings.add(
                file,
                message=f"the file has {size / 1e6:.0f} MB; a declaration has 5 MB at most",
                fix="put data into a file of rows that a dataset names",
            )
            return None
        raw = path.read_bytes()
    except OSError as error:
        findings.add(
            file,
            message=f"the file cannot be read: {error.strerror}",
            fix="make it a readable file, or remove it",
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.add(
            file,
            line=raw[: error.start].count(b"\n") + 1,
            message="this line is not UTF-8",
            fix="save the file as UTF-8",
        )
        return None


def read_toml(root: Path, file: str, findings: Findings) -> dict[str, Any] | None:
    """Returns a TOML file's content, or None after adding why there is none."""
    text = read_text(root, file, findings)
    if text is None:
        return None
    try:
        data = tomllib.loads(text)
    except RecursionError:
        findings.add(
            file, line=1, message="this is nested too deeply", fix="write it with fewer brackets"
        )
        return None
    except ValueError as error:
        at = re.search(r" ?\(at (?:line (\d+), column \d+|end of document)\)", str(error))
        last = max(1, text.rstrip("\n").count("\n") + 1)
        findings.add(
            file,
            line=int(at.group(1)) if at and at.group(1) else last,
            message="this is not TOML: " + (str(error)[: at.start()] if at else str(error)),
            fix="mend this line; a bracket or quote may be open from before",
        )
        return None
    findings.remember(file, text)
    return data


def read_json(root: Path, file: str, findings: Findings) -> object:
    """Returns a JSON file's content, or None after adding why there is none."""
    text = read_text(root, file, findings)
    if text is None:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        findings.add(
            file,
            line=error.lineno,
            message=f"this is not JSON: {error.msg}",
            fix="mend this line; a bracket or quote may be open from before",
        )
    except (ValueError, RecursionError):
        findings.add(
            file,
            line=1,
            message="this JSON cannot be read",
            fix="write it with less nesting and shorter numbers",
        )
    return None


def read_yaml(
    text: str, file: str, findings: Findings, *, first_line: int
) -> dict[str, Any] | None:
    """Returns front matter's content, or None after adding why there is none."""
    try:
        # Not the faster loader over libyaml: deep nesting overflows its stack and ends the process.
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is not None and not _is_plain(node, file, findings, first_line, set()):
            return None
        data = {} if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "a sign that may not stand in it"
        findings.add(
            file,
            line=first_line + (mark.line if mark else 0),
            message=f"the front matter is not YAML: {why}",
            fix="mend this line; quote texts that hold `: ` or begin with a sign",
        )
        return None
    except (ValueError, RecursionError):
        findings.add(
            file,
            line=first_line,
            message="a value of the front matter cannot be read",
            fix="put it in quotes",
        )
        return None
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        findings.add(
            file,
            line=first_line,
            message="the front matter is not a mapping",
            fix="write lines like `title: Route a request`",
        )
        return None
    findings.remember(file, text, yaml_from=first_line)
    return data


def _is_plain(
    node: yaml.Node, file: str, findings: Findings, first_line: int, seen: set[int]
) -> bool:
    """Tells whether YAML has no aliases and no key twice: a few aliases can make any size."""
    if id(node) in seen:
        findings.add(
            file,
            line=first_line + node.start_mark.line,
            message="this value is used again by an alias (`*name`)",
            fix="write the value out at each place",
        )
        return False
    seen.add(id(node))
    inner: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode):
        inner = node.value
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            inner += (key, value)
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name in keys:
                findings.add(
                    file,
                    line=first_line + key.start_mark.line,
                    message=f"the key {name!r} stands here a second time",
                    fix="keep one of the two",
                )
                return False
            if name is not None:
                keys.add(name)
    return all([_is_plain(one, file, findings, first_line, seen) for one in inner])
