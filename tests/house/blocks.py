"""Reads the code blocks of a page, and does with each what the page promises its reader.

A comment on the line above a block says what it is:

- `<!-- file: models/mine.toml -->`: a file of the page's folder; it is written there.
- `<!-- exit: 1 -->`: the command ends with this code (otherwise 0).
- `<!-- server: 8911 -->`: while it runs, a server speaks OpenAI's API at that port of the page (a
  free one in truth: the files are told).
- `<!-- not run: WHY -->`: not run, and why.

Without a comment: `bash` and `python` run in the page's folder, `toml`, `json` and `yaml` must
load, `text` shows output and `mermaid` draws: both are left alone. A page that says
`<!-- folder: example -->` starts in a copy of the example workspace, others in an empty folder.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from servers.provider import Provider

FENCE = re.compile(
    r"(?:^<!-- (?P<word>file|exit|server|not run): (?P<value>.+?) -->\n)?"
    r"^(?P<ticks>`{3,})(?P<language>\w*)\n(?P<text>.*?)^(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
LANGUAGES = {"bash", "python", "toml", "json", "yaml", "markdown", "jsonl", "text", "mermaid"}


class Block(NamedTuple):
    """One fenced block: where it stands, its language and text, and what the comment above says."""

    place: str
    language: str
    text: str
    word: str
    value: str


def blocks(page: Path) -> Iterator[Block]:
    """Yields the page's blocks in order."""
    source = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(source):
        line = source.count("\n", 0, match.start("ticks")) + 1
        yield Block(
            place=f"{page.name}:{line}",
            language=match["language"],
            text=match["text"],
            word=match["word"] or "",
            value=match["value"] or "",
        )


def starts_in_example(page: Path) -> bool:
    """Returns whether the page's commands run in a copy of the example workspace."""
    return "<!-- folder: example -->" in page.read_text(encoding="utf-8")


def try_block(block: Block, folder: Path) -> None:
    """Runs, writes or loads one block; fails with what it printed."""
    assert block.language in LANGUAGES, f"{block.place}: give the block a language"
    if block.word == "not run":
        return
    if block.word == "file":
        target = folder / block.value
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")
    if block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "json":
        json.loads(block.text)
    elif block.language == "yaml":
        yaml.safe_load(block.text)
    elif block.language == "bash" and block.word == "server":
        with Provider() as provider:
            _tell(folder, f"127.0.0.1:{block.value}", provider.openai_url.split("/")[2])
            _run(block, ["bash", "-euo", "pipefail", "-c", block.text], folder)
            assert provider.calls, f"{block.place}: nothing was asked of the server"
    elif block.language == "bash":
        _run(block, ["bash", "-euo", "pipefail", "-c", block.text], folder)
    elif block.language == "python" and block.word != "file":
        _run(block, [sys.executable, "-W", "error", "-c", block.text], folder)


def _tell(folder: Path, address: str, real: str) -> None:
    for path in folder.rglob("models/*.toml"):
        path.write_text(path.read_text("utf-8").replace(address, real), "utf-8")


def _run(block: Block, command: list[str], folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    wanted = int(block.value) if block.word == "exit" else 0
    assert done.returncode == wanted, f"{block.place}:\n{done.stdout}\n{done.stderr}"
