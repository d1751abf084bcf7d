"""A new workspace is whole, sound and written only where nothing stood."""

import json
from collections import Counter
from pathlib import Path

import pytest

from roundtable.errors import UsageError
from roundtable.workspace import init, load


def test_a_new_workspace_loads(tmp_path: Path) -> None:
    written = init(tmp_path / "new")
    assert all(path.is_file() for path in written)
    on_disk = {path for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert on_disk == set(written)
    usecase = load(tmp_path / "new").usecase("triage")
    assert [one.model for one in usecase.candidates] == ["neighbours", "smollm2"]
    assert (tmp_path / "new/.gitignore").is_file()


def test_its_rows_hold_each_option_equally_often_and_no_row_twice(tmp_path: Path) -> None:
    init(tmp_path)
    lines = (tmp_path / "datasets/tickets.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    options = load(tmp_path).usecase("triage").task.options
    counts = Counter(row["team"] for row in rows)
    assert set(counts) == set(options)
    assert min(counts.values()) == max(counts.values()) >= 15
    assert len({row["text"] for row in rows}) == len({row["id"] for row in rows}) == len(rows)


def test_every_schema_line_leads_to_a_schema(tmp_path: Path) -> None:
    init(tmp_path)
    files = sorted(tmp_path.rglob("*.toml"))
    assert files
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert (file.parent / first.removeprefix("#:schema ")).is_file(), file


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError):
        init(tmp_path / "mine")
    with pytest.raises(UsageError):
        init(tmp_path / "mine/below")
    assert (tmp_path / "mine").read_text() == "mine"
