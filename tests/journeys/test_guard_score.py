"""`guard score` on rows as a person has them."""

import json
from pathlib import Path

from journeys.command import files_in, roundtable

CONTEXT = "The museum opens at nine. It closes at five on Sundays. Children pay four euros."
ROWS = [
    {"id": "good", "question": "When?", "context": CONTEXT, "answer": "The museum opens at nine."},
    {"id": 2, "question": "", "context": CONTEXT, "answer": "The zoo in Oslo burned down in 1987."},
    {"id": "two", "context": CONTEXT, "answer": "It opens at nine. Dogs may enter for free."},
]


def written(folder: Path, *rows: object) -> Path:
    path = folder / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_each_row_gets_a_score_its_sentences_and_their_evidence(tmp_path: Path) -> None:
    rows = written(tmp_path, *ROWS)
    done = roundtable("guard", "score", rows, "--json", "--workspace", tmp_path, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    good, other, two = (json.loads(line) for line in done.out.splitlines())
    assert [good["id"], other["id"], two["id"]] == ["good", 2, "two"]
    assert 0.0 <= good["score"] < 0.5 < other["score"] <= 1.0
    first, second = two["sentences"]
    assert two["score"] > good["score"]
    assert first["score"] < second["score"]
    answer = str(ROWS[2]["answer"])
    assert answer[first["start"] : first["end"]] == "It opens at nine."
    assert answer[second["start"] : second["end"]] == "Dogs may enter for free."
    best = first["support"][0]
    assert CONTEXT[best["start"] : best["end"]] == "The museum opens at nine."


def test_a_bad_row_is_told_with_its_line_and_nothing_is_scored(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS[0], {"id": "b", "answer": "no context"})
    before = files_in(tmp_path)
    done = roundtable("guard", "score", path, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "answers.jsonl:2: context" in done.err
    assert "fix:" in done.err
    assert files_in(tmp_path) == before


def test_a_model_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS[0])
    done = roundtable("guard", "score", path, "--model", "none.onnx", cwd=tmp_path)
    assert done.code == 2
    assert "none.onnx" in done.err
