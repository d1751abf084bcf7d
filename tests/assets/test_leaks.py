"""Rows that give an evaluated row away are named."""

from pathlib import Path

from assets.datasets import dataset
from roundtable.assets import leakage

LONG = "could you please find me a good dentist somewhere near the old town of San Jose"


def row(id: str, text: str, **more: object) -> dict[str, object]:
    return {"id": id, "text": text, "label": "x", **more}


def test_each_leaking_row_is_named_once_with_its_reason(tmp_path: Path) -> None:
    evaluated = dataset(tmp_path, [row("a", "one thing"), row("b", LONG), row("c", "a third one")])
    pool = dataset(
        tmp_path,
        [
            row("z", "quite another text"),
            row("a", "edited since"),
            row("y", LONG + " today"),
            row("x", "a third one"),
            row("w", "A third  one!"),
        ],
    )
    found = [
        (leak.pool_id, leak.pool_line, leak.evaluated_id, leak.evaluated_line, leak.why)
        for leak in leakage(evaluated, pool)
    ]
    assert found[0] == ("a", 2, "a", 1, "same id")
    assert found[1][:4] == ("y", 3, "b", 2)
    assert found[1][4].startswith("0.9")
    assert found[2:] == [("x", 4, "c", 3, "same text"), ("w", 5, "c", 3, "same words")]


def test_rows_of_one_cluster_give_each_other_away(tmp_path: Path) -> None:
    evaluated = dataset(tmp_path, [row("a", "one thing", who="ann")], cluster="who")
    rows = [row("b", "other words", who="ann"), row("c", "more", who="bob")]
    found = leakage(evaluated, dataset(tmp_path, rows, cluster="who"))
    assert [(leak.pool_id, leak.why) for leak in found] == [("b", "same cluster")]


def test_equal_ids_of_two_datasets_mean_nothing(tmp_path: Path) -> None:
    evaluated = dataset(tmp_path, [row("1", "one thing")], id="other")
    assert leakage(evaluated, dataset(tmp_path, [row("1", "quite another")])) == []


def test_a_text_that_stands_everywhere_is_compared_once(tmp_path: Path) -> None:
    evaluated = dataset(tmp_path, [row(f"e{i}", "yes") for i in range(3000)])
    pool = dataset(tmp_path, [row(f"p{i}", "yes" if i % 2 else "no") for i in range(3000)])
    assert len(leakage(evaluated, pool)) == 1500
