"""`guard fit`, `apply` and `monitor`, and `corpus`, as a person calls them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from journeys.command import roundtable


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def labeled(n: int, seed: int = 0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [
        {
            "id": str(i),
            "question": "q",
            "context": "c",
            "answer": "a",
            "score": float(score),
            "hallucinated": bool(rng.random() < score),
            "writer": "one" if i % 2 else "two",
        }
        for i, score in enumerate(rng.random(n))
    ]


def test_a_guard_is_learned_applied_and_watched(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", labeled(1500))
    done = roundtable(
        "guard", "fit", str(rows), "--alpha", "0.2", "--out", "g.json", "--json", cwd=tmp_path
    )
    assert done.code == 0, done.err
    guard = done.document
    assert {"threshold", "alpha", "confidence", "coverage", "n", "method"} <= guard.keys()
    assert json.loads((tmp_path / "g.json").read_text()) == guard
    new = write(tmp_path / "new.jsonl", labeled(50, seed=1))
    applied = roundtable("guard", "apply", "g.json", str(new), cwd=tmp_path)
    assert applied.code == 0, applied.err
    decided = [json.loads(line) for line in applied.out.splitlines()]
    assert len(decided) == 50
    for row in decided:
        assert set(row) == {"id", "score", "decision"}
        assert (row["decision"] == "answer") == (row["score"] <= guard["threshold"])
    kept = roundtable("guard", "monitor", "g.json", str(new), "--json", cwd=tmp_path)
    assert kept.code == 0, kept.err
    bad = write(
        tmp_path / "bad.jsonl",
        [{**row, "score": 0.01, "hallucinated": True} for row in labeled(40)],
    )
    broken = roundtable("guard", "monitor", "g.json", str(bad), "--json", cwd=tmp_path)
    assert broken.code == 1
    assert broken.document["broken"] is True


def test_a_promise_for_each_group(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", labeled(3000))
    done = roundtable(
        *("guard", "fit", str(rows), "--alpha", "0.2", "--group-by", "writer"),
        *("--out", "g.json", "--json"),
        cwd=tmp_path,
    )
    assert done.code == 0, done.err
    assert [one["group"] for one in done.document["groups"]] == ["one", "two"]


def test_too_few_rows_exit_1_and_let_nothing_out(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", labeled(10))
    done = roundtable("guard", "fit", str(rows), "--alpha", "0.05", "--out", "g.json", cwd=tmp_path)
    assert done.code == 1
    assert "No threshold" in done.out
    applied = roundtable("guard", "apply", "g.json", str(rows), cwd=tmp_path)
    assert {json.loads(line)["decision"] for line in applied.out.splitlines()} == {"abstain"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hallucinated": None}, "hallucinated"),
        ({"hallucinated": "yes"}, "hallucinated"),
        ({"score": 1.5}, "score"),
        ({"context": None}, "context"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_nothing_is_written(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    rows = labeled(20)
    rows[4] |= change
    file = write(tmp_path / "rows.jsonl", rows)
    done = roundtable("guard", "fit", str(file), "--alpha", "0.1", "--out", "g.json", cwd=tmp_path)
    assert done.code == 2, done.out
    assert "rows.jsonl:5" in done.err
    assert says in done.err
    assert not (tmp_path / "g.json").exists()


def test_scores_of_another_checker_are_not_held_against_a_threshold(tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", labeled(1500))
    roundtable("guard", "fit", str(rows), "--alpha", "0.2", "--out", "g.json", cwd=tmp_path)
    bare = write(
        tmp_path / "bare.jsonl",
        [{"id": "1", "context": "It is open on Sundays.", "answer": "It is open on Sundays."}],
    )
    done = roundtable("guard", "apply", "g.json", str(bare), cwd=tmp_path)
    assert done.code == 2
    assert "given" in done.err


def test_a_corpus_is_indexed_once_and_searched(tmp_path: Path) -> None:
    assert roundtable("init", str(tmp_path / "w"), cwd=tmp_path).code == 0
    root = tmp_path / "w"
    (root / "corpora/help").mkdir(parents=True)
    (root / "corpora/help/refunds.md").write_text("# Refunds\n\nMoney comes back in 14 days.\n")
    (root / "corpora/help/fees.html").write_text("<p>We take 5&nbsp;% of each booking.</p>")
    (root / "corpora/help.toml").write_text(
        'path = "help/"\nlicense = "CC-BY-4.0"\nlineage = "declared"\n'
        'retriever = { name = "hybrid", k = 1 }\n'
    )
    built = roundtable("corpus", "build", "help", "--json", cwd=root)
    assert built.code == 0, built.err
    assert built.document["added"] == 2
    again = roundtable("corpus", "build", "help", "--json", cwd=root)
    assert again.document["embedded"] == 0
    found = roundtable("corpus", "search", "help", "when is money returned", "--json", cwd=root)
    (passage,) = found.document["results"]
    assert passage["source"] == "refunds.md"
    text = (root / "corpora/help/refunds.md").read_text()
    assert text[passage["start"] : passage["end"]] == passage["text"]
    missing = roundtable("corpus", "search", "halp", "x", cwd=root)
    assert missing.code == 2
    assert "help" in missing.err
