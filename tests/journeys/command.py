"""Runs the `roundtable` command as a person does: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

COMMAND = Path(sys.executable).with_name("roundtable")


class Done(NamedTuple):
    """How the command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that `--json` promises."""
        return json.loads(self.out)


def roundtable(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Done:
    """Runs the command in a folder and returns how it ended."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=280,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def files_in(folder: Path) -> dict[str, bytes]:
    """Returns every file below a folder with its bytes, to see whether anything was written."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
