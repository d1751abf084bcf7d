"""Rows are read once, checked whole, kept on disk, and split the same way every time."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.assets.dataset import DatasetSpec
from roundtable.assets.samples import Samples, read_samples
from roundtable.errors import InputError, NotFoundError, WorkspaceError


def spec(**fields: object) -> DatasetSpec:
    given = {"id": "triage", "path": "rows.jsonl", "input": ("text",), "target": "label"}
    return DatasetSpec(**{**given, **fields})  # type: ignore[arg-type]


def write(folder: Path, rows: Sequence[object], *, name: str = "rows.jsonl") -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read(folder: Path, declared: DatasetSpec, **more: object) -> Samples:
    return read_samples(declared, root=folder, cache=folder / "cache", **more)  # type: ignore[arg-type]


def problems(folder: Path, declared: DatasetSpec, **more: object) -> list[tuple[int | None, str]]:
    with pytest.raises(WorkspaceError) as caught:
        read(folder, declared, **more)
    assert all(problem.place.file and problem.fix for problem in caught.value.problems)
    return [(problem.place.line, problem.message) for problem in caught.value.problems]


ROWS = [
    {"id": f"r{i}", "text": f"text {i}", "label": "ab"[i % 2], "customer": f"c{i // 3}"}
    for i in range(60)
]


def test_a_sample_holds_its_inputs_target_cluster_line_and_row(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    sample = read(tmp_path, spec(cluster="customer"))[4]
    assert (sample.index, sample.id, sample.inputs) == (4, "r4", {"text": "text 4"})
    assert (sample.target, sample.cluster, sample.line) == ("a", "c1", 5)
    assert sample.row == ROWS[4]


def test_a_row_without_a_cluster_field_is_its_own_cluster(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    samples = read(tmp_path, spec())
    assert samples[3].cluster == "r3"
    assert samples.clusters().tolist() == list(range(60))


def test_clusters_are_numbered_by_first_appearance(tmp_path: Path) -> None:
    write(tmp_path, [ROWS[9], ROWS[0], ROWS[10], ROWS[1], ROWS[30]])
    assert read(tmp_path, spec(cluster="customer")).clusters().tolist() == [0, 1, 0, 1, 2]


def test_an_id_made_from_content_stays_when_rows_move_and_equal_rows_are_numbered(
    tmp_path: Path,
) -> None:
    rows = [{"text": "x", "label": "a"}, {"text": "y", "label": "a"}, {"text": "x", "label": "a"}]
    write(tmp_path, rows)
    first = read(tmp_path, spec()).ids()
    write(tmp_path, rows[::-1])
    assert read(tmp_path, spec()).ids() == [first[0], first[1], f"{first[0]}-2"]
    assert first[2] == f"{first[0]}-2"


def test_two_rows_of_one_id_are_a_problem_that_names_both_lines(tmp_path: Path) -> None:
    write(tmp_path, [ROWS[0], ROWS[1], ROWS[0]])
    assert problems(tmp_path, spec()) == [(3, "the id 'r0' is also that of line 1")]


def test_all_problems_of_all_rows_are_told_at_once(tmp_path: Path) -> None:
    lines = [
        b'{"id": "a", "text": "x", "label": "y"}',
        b'{"id": "b", "label": "y"}',
        b'{"id": "c", "text": "x"}',
        b"not json",
        b'{"id": "d", "text": "\xff", "label": "y"}',
        b"[1, 2]",
        b'{"id": [], "text": null, "label": "y"}',
        b"[" * 5000,
    ]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(lines))
    found = problems(tmp_path, spec())
    assert [line for line, _ in found] == [2, 3, 4, 5, 6, 7, 7, 8]
    told = "\n".join(message for _, message in found)
    for part in (
        "'text' is missing",
        "'label' is missing",
        "not JSON",
        "byte 22",
        "'text' is null",
    ):
        assert part in told


def test_problems_past_fifty_are_counted(tmp_path: Path) -> None:
    write(tmp_path, [{"id": i} for i in range(40)])
    found = problems(tmp_path, spec())
    assert len(found) == 51
    assert found[-1][1] == "and 30 more problems"


def test_a_huge_line_is_refused_by_its_line_number_and_the_next_rows_are_still_read(
    tmp_path: Path,
) -> None:
    with (tmp_path / "rows.jsonl").open("wb") as file:
        file.write(json.dumps(ROWS[0]).encode() + b"\n" + b'{"text": "')
        for _ in range(30):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"id": "z"}\n')
    found = problems(tmp_path, spec())
    assert [line for line, _ in found] == [2, 3, 3]
    assert "30,000,013 bytes" in found[0][1]


def test_targets_outside_the_options_are_problems(tmp_path: Path) -> None:
    write(tmp_path, ROWS[:2])
    assert problems(tmp_path, spec(), options=("a", "c")) == [
        (2, "the target 'b' is not among the task's options")
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.jsonl", None, "cannot be read: No such file or directory"),
        ("rows.txt", "x", "a file of the kind '.txt'"),
        ("empty.jsonl", "", "the file has no rows"),
        ("blank.jsonl", "\n\n", "the file has no rows"),
        ("empty.csv", "", "the file has no rows"),
        ("two.csv", "text,text\na,b\n", "two of one name"),
        ("ragged.csv", "id,text,label\n1,a,b\n2,a\n", "the row has 2 cells, the header 3"),
        ("quote.csv", 'id,text,label\n1,"a"b,c\n', "the table is not CSV"),
        ("not.parquet", "nonsense", "cannot be read as Parquet"),
    ],
)
def test_a_wrong_file_is_a_problem_and_leaves_nothing_behind(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    before = sorted(tmp_path.iterdir())
    assert message in problems(tmp_path, spec(path=name))[0][1]
    assert sorted(tmp_path.iterdir()) == before


def test_bytes_that_are_not_utf8_in_a_table_are_named_by_their_line(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(b"id,text,label\n1,a,b\n2,\xff,b\n")
    assert problems(tmp_path, spec(path="rows.csv")) == [(3, "byte 3 of the line is not UTF-8")]


def test_csv_rows_keep_their_lines_across_cells_with_line_breaks(tmp_path: Path) -> None:
    table = '\ufeffid,text,label\nr1,"one\n\ntwo",a\nr2,three,b\n'
    (tmp_path / "rows.csv").write_text(table, encoding="utf-8")
    samples = read(tmp_path, spec(path="rows.csv"))
    assert [(s.id, s.line, s.target) for s in samples] == [("r1", 2, "a"), ("r2", 5, "b")]
    assert samples[0].text == "one\n\ntwo"
    assert len(list((tmp_path / "cache").iterdir())) == 1
    assert read(tmp_path, spec(path="rows.csv")).ids() == ["r1", "r2"]


def test_a_csv_row_without_a_target_is_a_problem_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,text,label\nr1,one,a\nr2,two,\n")
    assert problems(tmp_path, spec(path="rows.csv")) == [(3, "the field 'label' is missing")]
    assert not (tmp_path / "cache").exists()


def test_parquet_rows_are_the_same_samples_as_json_lines(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    write(tmp_path, ROWS)
    parquet.write_table(pa.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    made = list(read(tmp_path, spec(path="rows.parquet")))
    assert made == list(read(tmp_path, spec()))


def test_a_declared_column_splits_the_rows(tmp_path: Path) -> None:
    write(tmp_path, [{**row, "part": "train" if i % 4 else "test"} for i, row in enumerate(ROWS)])
    samples = read(tmp_path, spec(split="part"))
    assert samples.splits == ("test", "train")
    assert read(tmp_path, spec(split="part"), split="test").ids() == [
        f"r{i}" for i in range(0, 60, 4)
    ]


def test_files_are_splits_and_a_sample_knows_its_file(tmp_path: Path) -> None:
    write(tmp_path, ROWS[:40], name="a.jsonl")
    write(tmp_path, ROWS[40:], name="b.jsonl")
    both = spec(path="", files={"train": "a.jsonl", "test": "b.jsonl"})
    test = read(tmp_path, both, split="test")
    assert test.ids() == [f"r{i}" for i in range(40, 60)]
    assert (test[0].index, str(test.place(0))) == (0, "b.jsonl:1")
    assert len(read(tmp_path, both)) == 60


def test_an_unknown_split_names_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    with pytest.raises(NotFoundError, match="no split") as caught:
        read(tmp_path, spec(splits={"train": 0.8, "test": 0.2}), split="tests")
    assert caught.value.nearest == ("test",)


def test_a_split_without_rows_is_refused(tmp_path: Path) -> None:
    write(tmp_path, ROWS[:1])
    declared = spec(splits={"train": 0.5, "test": 0.5})
    with pytest.raises(InputError, match="has no rows"):
        [read(tmp_path, declared, split=split) for split in ("train", "test")]


@pytest.mark.parametrize(
    "shares", [{"a": 0.5, "b": 0.4}, {"a": 1.2, "b": -0.2}, {"a": 0.0, "b": 1.0}]
)
def test_shares_that_are_not_a_partition_are_a_problem(
    tmp_path: Path, shares: dict[str, float]
) -> None:
    write(tmp_path, ROWS)
    assert "sum to 1" in problems(tmp_path, spec(splits=shares))[0][1]


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(60)), kept=st.integers(20, 60), seed=st.integers(0, 5))
def test_made_splits_keep_clusters_whole_and_do_not_move_when_rows_do(
    order: list[int], kept: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("split")
    declared = spec(splits={"train": 0.6, "test": 0.4}, cluster="customer", seed=seed)
    write(folder, ROWS)
    whole = _splits(read(folder, declared))
    write(folder, [ROWS[i] for i in order[:kept]])
    part = _splits(read(folder, declared))
    assert all(whole[name] == split for name, split in part.items())
    for start in range(0, 60, 3):
        assert len({whole[f"r{i}"] for i in range(start, start + 3)}) == 1


def _splits(samples: Samples) -> dict[str, str]:
    return {
        name: split
        for split in samples.splits
        if _has_rows(samples, split)
        for name in samples.only(split).ids()
    }


def _has_rows(samples: Samples, split: str) -> bool:
    try:
        return len(samples.only(split)) > 0
    except InputError:
        return False


def test_made_splits_have_about_their_shares(tmp_path: Path) -> None:
    write(tmp_path, [{"id": i, "text": "x", "label": "a"} for i in range(4000)])
    test = read(tmp_path, spec(splits={"train": 0.8, "test": 0.2}), split="test")
    assert abs(len(test) / 4000 - 0.2) < 0.03


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    before = read(tmp_path, spec()).digest
    assert read(tmp_path, spec()).digest == before
    write(tmp_path, [*ROWS[:-1], {**ROWS[-1], "text": "other"}])
    assert read(tmp_path, spec()).digest != before


def test_a_slice_is_samples_numbered_from_zero(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    samples = read(tmp_path, spec())[10:20]
    assert [s.index for s in samples] == list(range(10))
    assert samples[-1].id == "r19"
    assert samples.targets() == [row["label"] for row in ROWS[10:20]]
    with pytest.raises(IndexError):
        samples[10]


def test_rows_stay_on_disk(tmp_path: Path) -> None:
    import tracemalloc

    write(tmp_path, [{"id": i, "text": "word " * 100, "label": "a"} for i in range(20_000)])
    tracemalloc.start()
    samples = read(tmp_path, spec())
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100 * len(samples)
    assert isinstance(samples.clusters(), np.ndarray)


def test_a_part_drawn_by_chance_is_no_run_of_a_sorted_file(tmp_path: Path) -> None:
    write(tmp_path, [{"id": f"r{i}", "text": "t", "label": "ab"[i >= 500]} for i in range(1000)])
    part = read(tmp_path, spec()).drawn()[:100]
    share = sum(sample.target == "a" for sample in part) / 100
    assert 0.35 < share < 0.65  # three standard errors
    assert len({sample.id for sample in part}) == 100


def test_the_order_drawn_keeps_clusters_together(tmp_path: Path) -> None:
    write(tmp_path, [ROWS[i] for i in np.random.default_rng(0).permutation(60)])
    drawn = read(tmp_path, spec(cluster="customer")).drawn()
    codes = drawn.clusters()
    assert codes.tolist() == np.repeat(np.arange(20), 3).tolist()
    assert sorted(drawn.ids()) == sorted(row["id"] for row in ROWS)
    assert [sample.id for sample in drawn] == drawn.ids()


@given(kept=st.sets(st.integers(0, 59), min_size=1), shuffling=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_order_drawn_does_not_depend_on_the_file_or_on_other_rows(
    tmp_path_factory: pytest.TempPathFactory, kept: set[int], shuffling: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    for cluster in ("", "customer"):
        write(folder, ROWS)
        whole = read(folder, spec(cluster=cluster)).drawn().ids()
        mixed = np.random.default_rng(shuffling).permutation(sorted(kept))
        write(folder, [ROWS[i] for i in mixed])
        part = read(folder, spec(cluster=cluster)).drawn().ids()
        left = {f"r{i}" for i in kept}
        assert part == [id for id in whole if id in left]


def test_another_seed_draws_another_order_apart_from_the_split(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    shares = {"train": 0.5, "test": 0.5}
    orders = [read(tmp_path, spec(splits=shares, seed=seed)).drawn().ids() for seed in (0, 1)]
    assert orders[0] != orders[1]
    # The split's own hash must say nothing about the order.
    train = set(read(tmp_path, spec(splits=shares), split="train").ids())
    ranks = [rank for rank, id in enumerate(orders[0]) if id in train]
    assert abs(np.mean(ranks) - 29.5) < 12
