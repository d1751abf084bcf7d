"""Reads the files of a workspace as text, TOML and YAML; what cannot be read is a finding."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from roundtable.workspace.findings import Findings

MAX_BYTES = 5_000_000


def files_below(folder: Path) -> Iterator[Path]:
    """Yields the files below a folder in order of their paths, hidden ones left out."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(here) / name


def read_text(root: Path, file: str, findings: Findings) -> str | None:
    """Returns a file's text, or None after adding why it cannot be read."""
    path = root / file
    try:
        if not path.is_file():
            raise FileNotFoundError(2, "there is no such file")
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
        last = max(1, len(text.splitlines()))
        findings.add(
            file,
            line=int(at.group(1)) if at and at.group(1) else last,
            message="this is not TOML: " + (str(error)[: at.start()] if at else str(error)),
            fix="mend this line; a bracket or quote may be open from before",
        )
        return None
    findings.remember(file, text)
    return data


def read_yaml(
    text: str, file: str, findings: Findings, *, first_line: int
) -> dict[str, Any] | None:
    """Returns front matter's content, or None after adding why there is none."""
    try:
        data = yaml.safe_load(text)
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
    if data is None:
        data = {}
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
