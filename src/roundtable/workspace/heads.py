"""Looks at the beginning of each file of rows: whether it can be read, and has the fields named.

Every row is checked when a job reads them; this finds what is wrong with a file as a whole, at the
cost of its first 64 KB, whatever its size and however long its lines.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Collection
from pathlib import Path

from roundtable.workspace.assets import Dataset
from roundtable.workspace.findings import Findings

HEAD_BYTES = 65_536
MAX_ROWS = 5


class _Bad(Exception):
    """The file cannot be read: its line, what is wrong, and the remedy."""


def check_head(
    root: Path, dataset: Dataset, name: str, path: tuple[str, ...], *, findings: Findings
) -> None:
    """Adds what the beginning of a dataset's file shows to be wrong.

    Args:
        root: The workspace.
        dataset: Its declaration.
        name: The file of rows, beside the declaration.
        path: The key that names it.
        findings: Takes the problems.
    """
    # As a path from the root, also where the declaration says `../`.
    shown = Path(os.path.normpath(Path(dataset.file).parent / name)).as_posix()
    target = root / Path(dataset.file).parent / name
    try:
        with target.open("rb") as file:
            head = file.read(HEAD_BYTES)
        fields = _fields(target.suffix, head, target.stat().st_size <= len(head))
    except OSError as error:
        findings.add(
            dataset.file,
            path,
            message=f"the rows' file {name!r} cannot be read: {error.strerror}",
            fix="make it a file that you may read",
        )
        return
    except _Bad as bad:
        line, message, fix = bad.args
        findings.add(shown, line=line, message=message, fix=fix)
        return
    if fields is None:
        return
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("input", index), field) for index, field in enumerate(dataset.input)
    ]
    named += [((key,), getattr(dataset, key)) for key in ("target", "cluster", "split")]
    for key, field in named:
        if field and field not in fields:
            kind = f"field of the first rows of {name!r}"
            findings.unknown(dataset.file, key, kind=kind, name=field, known=fields)


def _fields(suffix: str, head: bytes, whole: bool) -> Collection[str] | None:
    """Returns the fields that the first rows have; None where they cannot be told."""
    if suffix == ".parquet":
        if not head.startswith(b"PAR1"):
            raise _Bad(1, "this is no Parquet file", "write it again, or correct its ending")
        return None
    if not whole:
        # The last line may be cut.
        head = head[: head.rfind(b"\n") + 1]
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        raise _Bad(line, "this line is not UTF-8", "save the file as UTF-8") from error
    if whole and not text.strip():
        raise _Bad(1, "the file holds no row", "write at least one row into it")
    return _csv_fields(text, whole) if suffix == ".csv" else _json_fields(text)


def _csv_fields(text: str, whole: bool) -> Collection[str] | None:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(rows, None)
        if header and whole and not any(rows):
            raise _Bad(1, "the file holds a header and no row", "write at least one row into it")
    except csv.Error as error:
        raise _Bad(rows.line_num, f"the table is not CSV: {error}", "quote its cells") from error
    return header or None


def _json_fields(text: str) -> Collection[str] | None:
    seen: dict[str, None] = {}
    n = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if n == MAX_ROWS:
            break
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            why = getattr(error, "msg", "it is nested too deeply, or has a number too long")
            what = f"the row is not JSON: {why}"
            raise _Bad(number, what, "write one JSON object a line") from error
        if not isinstance(row, dict):
            raise _Bad(number, "a row must be a JSON object", 'write it as {"field": value, ...}')
        seen |= dict.fromkeys(row)
        n += 1
    return seen if n else None
