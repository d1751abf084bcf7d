"""The beginning of a file of rows tells whether it can be read, whatever its size."""

import json
import time
import tracemalloc
from pathlib import Path

import pytest

from roundtable.workspace import load
from workspace.shop import edit, problems, shop

DATASET = "datasets/tickets.toml"
ROWS = "datasets/tickets.jsonl"
GOOD = '{"id": "1", "text": "hi", "team": "billing"}\n'


def with_rows(root: Path, rows: bytes, name: str = "tickets.jsonl") -> Path:
    shop(root)
    (root / "datasets" / name).write_bytes(rows)
    if name != "tickets.jsonl":
        edit(root, DATASET, "tickets.jsonl", name)
    return root


@pytest.mark.parametrize(
    ("rows", "line", "said", "fix"),
    [
        (b"\n \n", 1, "holds no row", "at least one row"),
        (GOOD.encode() + b"{not json}\n", 2, "not JSON", "one JSON object"),
        (GOOD.encode() + b"\n[1]\n", 3, "must be a JSON object", "write it as"),
        (GOOD.encode() + b'{"text": "\xff"}\n', 2, "not UTF-8", "as UTF-8"),
        (b"[" * 50_000, 1, "nested too deeply", "one JSON object"),
        (b'{"n": ' + b"9" * 5_000 + b"}", 1, "a number too long", "one JSON object"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_in_its_own_file(
    tmp_path: Path, rows: bytes, line: int, said: str, fix: str
) -> None:
    (told,) = problems(with_rows(tmp_path / "shop", rows))
    assert (told.place.file, told.place.line) == (ROWS, line)
    assert said in told.message
    assert fix in told.fix


@pytest.mark.parametrize(
    ("rows", "name", "said"),
    [
        (b"id,text,team\n", "t.csv", "a header and no row"),
        (b"id,text,team\n\xff,a,b\n", "t.csv", "not UTF-8"),
        (b"not parquet", "t.parquet", "no Parquet file"),
    ],
)
def test_tables_are_looked_into_too(tmp_path: Path, rows: bytes, name: str, said: str) -> None:
    (told,) = problems(with_rows(tmp_path / "shop", rows, name))
    assert told.place.file == f"datasets/{name}"
    assert said in told.message


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        (b'{"txt": "hi", "team": "a"}\n', "tickets.jsonl"),
        (b"\xef\xbb\xbftxt,team\nhi,a\n", "t.csv"),
    ],
)
def test_a_field_that_no_row_has_is_told_where_it_is_named(
    tmp_path: Path, rows: bytes, name: str
) -> None:
    (told,) = problems(with_rows(tmp_path / "shop", rows, name))
    assert (told.place.file, told.place.line, told.place.field) == (DATASET, 6, "input.0")
    assert "'text'" in told.message
    assert "'txt'" in told.fix


def test_a_split_field_that_no_row_has_is_told(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, DATASET, "splits = {", 'split = "part" # {')
    (told,) = problems(root)
    assert told.place.field == "split"


def test_a_row_may_be_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    row = json.dumps({"id": "1", "text": "x" * 200_000, "team": "billing"}) + "\n"
    assert load(with_rows(tmp_path / "shop", row.encode())).datasets["tickets"].input == ("text",)


def test_a_line_of_100_mb_costs_neither_memory_nor_time(tmp_path: Path) -> None:
    root = with_rows(tmp_path / "shop", b"")
    load_small = shop(tmp_path / "small")
    with (root / ROWS).open("r+b") as file:
        file.write(b'{"text": "')
        file.truncate(100_000_000)
    load(load_small)
    begun = time.process_time()
    load(load_small)
    small_s = time.process_time() - begun
    tracemalloc.start()
    load(root)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    begun = time.process_time()
    load(root)
    assert time.process_time() - begun < 5 * small_s + 0.05
    assert peak_bytes < 5_000_000


def test_the_field_of_the_clusters_is_looked_for_too(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, DATASET, "target = ", 'cluster = "custmer"\ntarget = ')
    (told,) = problems(root)
    assert (told.place.file, told.place.field) == (DATASET, "cluster")
    assert "'custmer'" in told.message
