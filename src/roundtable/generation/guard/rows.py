"""Reads answers to check from JSON lines: all are known to be in order before one is handed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from roundtable.errors import InputError, Place, Problem, WorkspaceError
from roundtable.generation.guard.types import Claim

MAX_ANSWER_CHARS = 100_000
MAX_CONTEXT_CHARS = 5_000_000
_MAX_PROBLEMS = 20
_EXAMPLE = '{"id": "1", "question": "...", "context": "...", "answer": "..."}'


def read_claims(path: Path, *, shown: str = "") -> Iterator[Claim]:
    """Returns the rows of a file, once all of them are known to be in order.

    Args:
        path: JSON lines `{id, question, context, answer}`; `id` and `question` may be missing.
        shown: The file's name in messages.

    Raises:
        InputError: the file cannot be read, or rows are wrong (all of them told, with their lines).
    """
    shown = shown or str(path)
    problems: list[Problem] = []
    n_rows = 0
    for found in _lines(path, shown):
        if isinstance(found, Problem):
            problems.append(found)
            if len(problems) == _MAX_PROBLEMS:
                break
        else:
            n_rows += 1
    if len(problems) == 1:
        raise InputError(problems[0].message, where=problems[0].place, fix=problems[0].fix)
    if problems:
        raise WorkspaceError(problems)
    if not n_rows:
        raise InputError("the file has no rows", where=Place(shown), fix=f"write {_EXAMPLE}")
    return (found for found in _lines(path, shown) if isinstance(found, Claim))


def _lines(path: Path, shown: str) -> Iterator[Claim | Problem]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if not line.isspace():
                    yield _claim(line, number, shown)
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or error}",
            where=Place(shown),
            fix="give the path of a file of JSON lines",
        ) from error


def _claim(line: bytes, number: int, shown: str) -> Claim | Problem:
    def problem(message: str, fix: str, field: str = "") -> Problem:
        return Problem(Place(shown, number, field), message, fix)

    try:
        row: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        return problem(f"the row is not JSON: {reason}", "write one JSON object a line, in UTF-8")
    if not isinstance(row, dict):
        return problem("a row must be a JSON object", f"write {_EXAMPLE}")
    for field in ("context", "answer"):
        if row.get(field) is None:
            what = "is null" if field in row else "is missing"
            return problem(f"the field {field!r} {what}", f"write {_EXAMPLE}", field)
    for field in ("question", "context", "answer"):
        if not isinstance(row.get(field) or "", str):
            fix = "write a text"
            if isinstance(row[field], list):
                fix = "join the passages to one text, with an empty line between them"
            return problem(f"the field {field!r} must be a text", fix, field)
    row_id = row.get("id", number)
    if not isinstance(row_id, str | int) or isinstance(row_id, bool):
        return problem("an id must be a text or a whole number", "give the row such an id", "id")
    for field, most in (("answer", MAX_ANSWER_CHARS), ("context", MAX_CONTEXT_CHARS)):
        if len(row[field]) > most:
            return problem(
                f"the {field} has {len(row[field]):,} characters; at most {most:,} are checked",
                f"split the {field}, or check the part that matters",
                field,
            )
    return Claim(
        id=row_id,
        question=row.get("question") or "",
        context=row["context"],
        answer=row["answer"],
        line=number,
    )
