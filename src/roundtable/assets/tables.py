"""CSV and Parquet files as JSON lines, so that rows of every format are read in one way.

A row keeps its line number: the header, and the further lines of a cell with line breaks, become
empty lines, which the reader of rows skips. A Parquet row's line is its number, from 1. An empty
CSV cell is a field that the row does not have.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from roundtable.assets.dataset import ProblemList
from roundtable.assets.rows import MAX_ROW_BYTES
from roundtable.digest import Key
from roundtable.errors import MissingExtraError, Place

_ENCODER = msgspec.json.Encoder()


def file_digest(path: Path) -> Key:
    """Returns the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return Key(hashlib.file_digest(file, "sha256").hexdigest())


def write_rows(path: Path, out: BinaryIO, *, shown: str, problems: ProblemList) -> None:
    """Writes the rows of a CSV or Parquet file as JSON lines.

    Args:
        path: The file; its suffix says which it is.
        out: Takes the lines.
        shown: The file's name in messages.
        problems: Takes what is wrong with the file.

    Raises:
        MissingExtraError: a Parquet file, and pyarrow is not installed.
        OSError: the file cannot be read.
    """
    if path.suffix.lower() == ".csv":
        with path.open("rb") as file:
            _write_csv(file, out, shown=shown, problems=problems)
    else:
        _write_parquet(path, out, shown=shown, problems=problems)


class _BadLine(Exception):
    """A line that cannot be part of a table; the rest of the file cannot be trusted either."""


def _lines(file: BinaryIO) -> Iterator[str]:
    number = 0
    while line := file.readline(MAX_ROW_BYTES + 1):
        number += 1
        if len(line) > MAX_ROW_BYTES:
            raise _BadLine(number, f"the line has more than {MAX_ROW_BYTES:,} bytes")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} of the line is not UTF-8"
            raise _BadLine(number, message) from error


def _write_csv(file: BinaryIO, out: BinaryIO, *, shown: str, problems: ProblemList) -> None:
    csv.field_size_limit(MAX_ROW_BYTES)
    reader = csv.reader(_lines(file), strict=True)
    written = 0
    try:
        header = next(reader, None)
        if header is None:
            return
        if len(set(header)) < len(header) or "" in header:
            problems.add(
                "the header has a column without a name, or two of one name",
                at=Place(shown, 1),
                fix="give each column a name of its own",
            )
            return
        first = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                problems.add(
                    f"the row has {len(cells)} cells, the header {len(header)}",
                    at=Place(shown, first),
                    fix="quote cells that hold a comma, a quote or a line break",
                )
            elif cells:
                out.write(b"\n" * (first - 1 - written))
                row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
                out.write(_ENCODER.encode(row) + b"\n")
                written = first
            first = reader.line_num + 1
    except _BadLine as error:
        line, message = error.args
        problems.add(message, at=Place(shown, line), fix="save the file as a UTF-8 table of rows")
    except csv.Error as error:
        problems.add(
            f"the table is not CSV: {error}",
            at=Place(shown, reader.line_num),
            fix="quote cells that hold a comma, a quote or a line break; double the quotes inside",
        )


def _write_parquet(path: Path, out: BinaryIO, *, shown: str, problems: ProblemList) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(f"reading {shown}", "parquet") from error
    try:
        with parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    out.write(_ENCODER.encode(row) + b"\n")
    except (pyarrow.ArrowException, TypeError) as error:
        problems.add(
            f"the file cannot be read as Parquet: {str(error)[:200]}",
            at=Place(shown),
            fix="write the file again, with columns of texts, numbers, dates, lists and records",
        )
