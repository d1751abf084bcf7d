"""A judge is held against people on answers that both rated."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from jobs.coins import coin_shop
from roundtable.errors import WorkspaceError
from roundtable.evaluation.agreement import agreement
from roundtable.evaluation.rating import Rated, judge_agreement
from roundtable.evaluation.types import Case, Score
from roundtable.generation.types import Answer
from roundtable.jobs.outcome import document
from roundtable.jobs.run import run
from roundtable.workspace import Workspace, load
from workspace.shop import edit

_JUDGE = '''
import json
from dataclasses import dataclass
from roundtable import Request, Response

@dataclass(frozen=True)
class Lenient:
    """Says yes to whatever holds an a; cannot read what holds a z."""
    model: str
    endpoint = "here"

    @property
    def enforces(self):
        return frozenset({"json-schema"})

    async def complete(self, request: Request) -> Response:
        text = request.messages[1].content
        answer = json.loads(text[text.index("{"):text.rindex("Reply with")])["answer"]
        if "z" in answer:
            return Response(text="hm")
        verdict = "yes" if "a" in answer else "no"
        return Response(text=json.dumps({"reason": "r", "verdict": verdict}))
'''
ANSWERS = [("banana", "Yes"), ("berry", "no"), ("apple", "no"), ("zoo", "yes"), (None, "yes")]


def judged_shop(root: Path, *, rows: list[tuple[str | None, str | None]]) -> Workspace:
    """Rows of which the first have an answer that people rated."""
    coin_shop(root, [0.9] * 12, gate="accuracy = { at_least = 0.1 }", stop=False)
    (root / "judge.py").write_text(_JUDGE)
    settings = root / "roundtable.toml"
    settings.write_text(settings.read_text() + 'lenient = "judge.py:Lenient"\n')
    (root / "models/judge.toml").write_text(
        'title = "j"\nprovider = "lenient"\nmodel = "j1"\nlicense = "MIT"\n'
    )
    edit(
        root,
        "usecases/coins.toml",
        'metrics = ["accuracy"]',
        'metrics = ["accuracy", { name = "judge", model = "judge", rubric = "Is it good?",'
        ' scale = ["no", "yes"] }]',
    )
    edit(
        root,
        "datasets/rows.toml",
        'target = "label"',
        'target = "label"\nlabels = { answer = "reply", verdict = "human" }',
    )
    path = root / "datasets/rows.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line, (reply, human) in zip(lines, rows, strict=False):
        line |= {"reply": reply, "human": human}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return load(root)


def test_a_run_tells_how_far_its_judge_agrees_with_people(tmp_path: Path) -> None:
    shop = judged_shop(tmp_path, rows=ANSWERS)
    outcome = run(shop, "coins")
    (judge,) = outcome.judges
    assert (judge.metric, judge.model, judge.n_rated, judge.n_without) == ("judge", "judge", 4, 1)
    assert judge.agreement is not None
    assert judge.agreement.share == pytest.approx(2 / 3)
    (said,) = [finding for finding in outcome.findings if "agrees with people" in finding]
    assert "0.667 of 3 answers" in said
    assert "1 it gave no verdict on" in said
    assert said in (shop.root / outcome.report).read_text()
    assert document(outcome)["judges"] == (judge,)
    again = run(shop, "coins")
    assert (again.run, again.judges) == (outcome.run, outcome.judges)


def test_verdicts_that_change_are_held_against_the_judge_anew(tmp_path: Path) -> None:
    first = run(judged_shop(tmp_path, rows=ANSWERS), "coins")
    edit(tmp_path, "datasets/rows.jsonl", '"human": "no"', '"human": "yes"')
    second = run(load(tmp_path), "coins")
    assert second.run != first.run
    assert second.judges[0].agreement != first.judges[0].agreement


def test_a_verdict_off_the_scale_is_told_with_its_line(tmp_path: Path) -> None:
    shop = judged_shop(tmp_path, rows=[*ANSWERS[:2], ("apple", "maybe")])
    with pytest.raises(WorkspaceError) as caught:
        run(shop, "coins")
    (problem,) = caught.value.problems
    assert (problem.place.file, problem.place.line) == ("datasets/rows.jsonl", 3)
    assert "'maybe' is not on the judge's scale" in problem.message
    assert "no, yes" in problem.fix


def test_rows_without_verdicts_are_told(tmp_path: Path) -> None:
    outcome = run(judged_shop(tmp_path, rows=[]), "coins")
    assert outcome.judges == ()
    assert "No evaluated row has a verdict of people's in 'human'." in outcome.findings


def test_copies_of_an_answer_in_one_cluster_add_no_certainty() -> None:
    metric = SimpleNamespace(rubric="r", scale=("1", "2", "3"), model="m")
    rng = np.random.default_rng(0)
    human = rng.integers(3, size=40).repeat(5)
    values = np.where(rng.random(40) < 0.8, human[::5], 1).repeat(5) / 2
    rated = [
        Rated(
            case=Case(id=str(i), inputs={}, target=None, answer=Answer(text="x")),
            verdict=str(verdict + 1),
            index=i,
        )
        for i, verdict in enumerate(human)
    ]
    scores = [Score(value=float(value)) for value in values]
    clusters = np.arange(40).repeat(5)
    found = judge_agreement(metric, "judge", rated, scores, clusters=clusters).agreement
    once = judge_agreement(metric, "judge", rated[::5], scores[::5]).agreement
    assert found is not None
    assert once is not None
    assert found.share == once.share
    assert found.interval == pytest.approx(once.interval, abs=0.02)
    assert found.kappa_interval is None
    said = [str(round(value * 2) + 1) for value in values[::5]]
    assert once == agreement(said, [one.verdict for one in rated[::5]])
