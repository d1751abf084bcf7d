"""Rows are read whole or not at all; what is wrong is told with its line."""

import json
from pathlib import Path

import pytest

from roundtable.errors import InputError
from roundtable.generation.guard.rows import MAX_ANSWER_CHARS, read_claims

ROW = {"id": "1", "question": "q", "context": "c", "answer": "a"}


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "rows.jsonl"
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_claims(path, shown="rows.jsonl")
    return str(caught.value)


def test_rows_come_as_they_stand_and_empty_lines_count_as_lines(tmp_path: Path) -> None:
    found = list(read_claims(written(tmp_path, ROW, "", {**ROW, "id": 7, "question": None})))
    assert [(c.id, c.question, c.line) for c in found] == [("1", "q", 1), (7, "", 3)]


def test_a_row_without_an_id_is_named_by_its_line(tmp_path: Path) -> None:
    assert next(read_claims(written(tmp_path, {"context": "c", "answer": "a"}))).id == 1


def test_a_byte_order_mark_is_no_part_of_the_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode())
    assert next(read_claims(path)).id == "1"


@pytest.mark.parametrize(
    ("line", "place", "reason"),
    [
        ({"answer": "a"}, "rows.jsonl:2: context", "missing"),
        ({**ROW, "context": None}, "rows.jsonl:2: context", "null"),
        ({"context": "c"}, "rows.jsonl:2: answer", "missing"),
        ({**ROW, "answer": 3}, "rows.jsonl:2: answer", "must be a text"),
        ({**ROW, "context": ["a", "b"]}, "rows.jsonl:2: context", "join the passages"),
        ({**ROW, "id": True}, "rows.jsonl:2: id", "whole number"),
        ({**ROW, "answer": "a" * (MAX_ANSWER_CHARS + 1)}, "rows.jsonl:2: answer", "100,001"),
        ('{"id": ', "rows.jsonl:2", "not JSON"),
        ("[1]", "rows.jsonl:2", "JSON object"),
        ("[" * 10_000, "rows.jsonl:2", "not JSON"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_row_that_is_wrong_is_told_with_its_place(
    tmp_path: Path, line: object, place: str, reason: str
) -> None:
    message = refused(written(tmp_path, ROW, line))
    assert place in message
    assert reason in message
    assert "fix:" in message


def test_all_that_is_wrong_is_told_at_once_but_not_endlessly(tmp_path: Path) -> None:
    message = refused(written(tmp_path, *["{"] * 500))
    assert "rows.jsonl:1:" in message
    assert "rows.jsonl:20:" in message
    assert "rows.jsonl:21:" not in message


def test_bytes_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"id": 1, "context": "\xff", "answer": "a"}\n')
    assert "rows.jsonl:1" in refused(path)


def test_no_file_and_no_rows_are_errors(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none.jsonl")
    assert "no rows" in refused(written(tmp_path, ""))
