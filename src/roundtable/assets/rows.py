"""Reads JSON lines once: every row checked, its place and its identity kept, its content not.

A dataset of any length costs about fifty bytes a row in memory. Names (ids) lie in one block of
bytes; clusters and ids are compared by 64-bit hashes, whose collisions are below 1e-9 at a hundred
thousand rows.
"""

from __future__ import annotations

import hashlib
from array import array
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.assets.dataset import DatasetSpec, ProblemList, split_number
from roundtable.digest import Key, digest
from roundtable.errors import Place

MAX_ROW_BYTES = 10_000_000

_DECODER = msgspec.json.Decoder()
_TOO_LONG = "split the row, or keep large content in a file of its own"


class Rows(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Where each row of one file lies, and who it is; all arrays have one entry a row.

    Args:
        path: The file of JSON lines.
        shown: The name that messages give to the place of a row.
        digest: SHA-256 of the file that the rows came from.
        starts: First byte of each row.
        lengths: Bytes of each row.
        lines: Line of each row, from 1.
        ids: All ids, UTF-8, one after another.
        id_ends: Where each id ends in `ids`.
        clusters: Hash of each row's cluster, or of its id where no cluster is declared.
        splits: Number of each row's split in `split_names`.
        split_names: The splits, in the order of declaration or of first appearance.
    """

    path: Path
    shown: str
    digest: Key
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]
    lines: NDArray[np.int32]
    ids: bytes
    id_ends: NDArray[np.int64]
    clusters: NDArray[np.int64]
    splits: NDArray[np.int16]
    split_names: tuple[str, ...]


class _Columns:
    """The growing arrays of one file."""

    def __init__(self) -> None:
        self.starts = array("q")
        self.lengths = array("i")
        self.lines = array("i")
        self.ids = bytearray()
        self.id_ends = array("q")
        self.id_hashes = array("q")
        self.clusters = array("q")
        self.splits = array("h")
        self.split_codes: dict[str, int] = {}
        self.made_ids: dict[int, int] = {}


def scan(
    path: Path,
    spec: DatasetSpec,
    *,
    shown: str,
    problems: ProblemList,
    options: frozenset[str] = frozenset(),
    split: str = "",
    source_digest: Key | None = None,
) -> Rows:
    """Returns the places of all rows, each of them checked.

    Args:
        path: A file of JSON lines; empty lines are skipped, and still counted.
        spec: The fields that rows must have.
        shown: The file's name in messages.
        problems: Takes what is wrong with rows.
        options: The only targets that rows may have; empty for any.
        split: The split that all rows are in; empty to decide by row.
        source_digest: SHA-256 of the file that this one was made from, if it was made.

    Raises:
        OSError: the file cannot be read.
    """
    columns = _Columns()
    if split:
        columns.split_codes[split] = 0
    for name in spec.splits:
        columns.split_codes.setdefault(name, len(columns.split_codes))
    check = _RowCheck(spec, columns, shown=shown, problems=problems, options=options, split=split)
    with path.open("rb", buffering=1 << 20) as file:
        file_digest = _read(file, columns, check, hashing=source_digest is None)
    _check_unique(columns, shown=shown, problems=problems)
    return Rows(
        path=path,
        shown=shown,
        digest=source_digest or file_digest,
        starts=np.array(columns.starts, dtype=np.int64),
        lengths=np.array(columns.lengths, dtype=np.int32),
        lines=np.array(columns.lines, dtype=np.int32),
        ids=bytes(columns.ids),
        id_ends=np.array(columns.id_ends, dtype=np.int64),
        clusters=np.array(columns.clusters, dtype=np.int64),
        splits=np.array(columns.splits, dtype=np.int16),
        split_names=tuple(columns.split_codes),
    )


def _read(file: BinaryIO, columns: _Columns, check: _RowCheck, *, hashing: bool) -> Key:
    sha = hashlib.sha256()
    at, number = 0, 0
    while line := file.readline(MAX_ROW_BYTES + 1):
        number += 1
        start, at = at, at + len(line)
        if hashing:
            sha.update(line)
        if len(line) > MAX_ROW_BYTES and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(1 << 20)
                at += len(line)
                if hashing:
                    sha.update(line)
            message = f"the line has {at - start:,} bytes; at most {MAX_ROW_BYTES:,} are read"
            check.problem(message, line=number, fix=_TOO_LONG)
            continue
        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            line, start = line[3:], start + 3
        if line.isspace():
            continue
        if check(line, number):
            columns.starts.append(start)
            columns.lengths.append(len(line))
            columns.lines.append(number)
    return Key(sha.hexdigest())


class _RowCheck:
    """Checks one row after another and keeps what identifies them."""

    def __init__(
        self,
        spec: DatasetSpec,
        columns: _Columns,
        *,
        shown: str,
        problems: ProblemList,
        options: frozenset[str],
        split: str,
    ) -> None:
        self._spec = spec
        self._columns = columns
        self._shown = shown
        self._problems = problems
        self._options = options
        self._split = split
        self._bounds = np.cumsum(list(spec.splits.values())).tolist()

    def problem(self, message: str, *, line: int, fix: str, field: str = "") -> None:
        self._problems.add(message, at=Place(self._shown, line, field), fix=fix)

    def __call__(self, line: bytes, number: int) -> bool:
        before = len(self._problems)
        try:
            row = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message, fix = _decode_problem(error, line)
            self.problem(message, line=number, fix=fix)
            return False
        if type(row) is not dict:
            self.problem(
                "a row must be a JSON object",
                line=number,
                fix='write the row as {"field": value, ...}',
            )
            return False
        for name in self._spec.input:
            if row.get(name) is None:
                self._missing(name, row, number)
        target = self._spec.target
        if target and target not in row:
            self._missing(target, row, number)
        elif self._options and row[target] not in self._options:
            self.problem(
                f"the target {str(row[target])[:80]!r} is not among the task's options",
                line=number,
                field=target,
                fix="use one of the options, or add this one to the use case's task",
            )
        row_id, made = self._id(row, number)
        cluster = self._text(row, self._spec.cluster, number) if self._spec.cluster else row_id
        if not self._split and self._spec.split:
            split = self._text(row, self._spec.split, number)
        else:
            split = self._split
        if len(self._problems) > before:
            return False
        self._keep(row_id, made, cluster=cluster, split=split)
        return True

    def _keep(self, row_id: str, made: bool, *, cluster: str, split: str) -> None:
        columns = self._columns
        if made:
            # Rows without an id may be equal: the second and later ones are numbered.
            seen = columns.made_ids.get(hash(row_id), 0)
            columns.made_ids[hash(row_id)] = seen + 1
            if seen:
                row_id = f"{row_id}-{seen + 1}"
        columns.ids += row_id.encode()
        columns.id_ends.append(len(columns.ids))
        columns.id_hashes.append(hash(row_id))
        columns.clusters.append(name_hash(cluster))
        codes = columns.split_codes
        if split or not self._bounds:
            columns.splits.append(codes.setdefault(split, len(codes)))
        else:
            columns.splits.append(split_number(cluster, self._bounds, seed=self._spec.seed))

    def _id(self, row: dict[str, object], number: int) -> tuple[str, bool]:
        value = row.get("id")
        if value is None:
            return digest(row)[:16], True
        if (type(value) is str and value) or type(value) is int:
            return str(value), False
        self.problem(
            "an id must be a text that is not empty, or a whole number",
            line=number,
            field="id",
            fix="give the row an id of its own, or none: it then gets one from its content",
        )
        return "", False

    def _text(self, row: dict[str, object], field: str, number: int) -> str:
        value = row.get(field)
        if type(value) is str and value:
            return value
        if type(value) is int:
            return str(value)
        if value is None:
            self._missing(field, row, number)
        else:
            self.problem(
                "this field must be a text that is not empty, or a whole number",
                line=number,
                field=field,
                fix="give the row a name of its group here",
            )
        return ""

    def _missing(self, field: str, row: dict[str, object], number: int) -> None:
        fields = ", ".join(list(row)[:12]) or "none"
        what = "is null" if field in row else "is missing"
        self.problem(
            f"the field {field!r} {what}",
            line=number,
            field=field,
            fix=f"add it to the row, or name another field in the dataset's file (here: {fields})",
        )


def _decode_problem(error: Exception, line: bytes) -> tuple[str, str]:
    if isinstance(error, UnicodeDecodeError):
        try:
            line.decode()
        except UnicodeDecodeError as place:
            return f"byte {place.start + 1} of the line is not UTF-8", "save the file as UTF-8"
    if isinstance(error, RecursionError):
        return "the row is nested too deeply", "flatten the row"
    reason = str(error).removeprefix("JSON is malformed: ")
    return f"the row is not JSON: {reason}", "write one JSON object a line"


def _check_unique(columns: _Columns, *, shown: str, problems: ProblemList) -> None:
    hashes = np.array(columns.id_hashes, dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
    repeats = sorted((int(order[i + 1]), int(order[i])) for i in same)
    for later, earlier in repeats:
        name = row_id(columns.ids, columns.id_ends, later)
        problems.add(
            f"the id {name[:80]!r} is also that of line {columns.lines[earlier]}",
            at=Place(shown, columns.lines[later], "id"),
            fix="give each row an id of its own",
        )


def row_id(ids: bytes | bytearray, ends: array[int] | NDArray[np.int64], number: int) -> str:
    """Returns the id of a row."""
    start = int(ends[number - 1]) if number else 0
    return ids[start : int(ends[number])].decode()


def name_hash(name: str) -> int:
    """Returns a signed 64-bit hash of a name, the same in every process."""
    hashed = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(hashed, signed=True)
