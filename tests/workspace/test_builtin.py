"""What comes with packages above is known on load, so that a typing error costs no run."""

from pathlib import Path

import pytest

from roundtable.evaluation.metrics.table import METRICS
from roundtable.generation.connectors.baseline import Baseline
from roundtable.generation.connectors.table import CONNECTORS
from roundtable.generation.constraints.table import CONSTRAINTS
from roundtable.generation.grounding import RETRIEVERS
from roundtable.workspace import load
from roundtable.workspace.builtin import BASELINES, BUILT_IN
from workspace.shop import edit, problems, shop

USECASE = "usecases/triage.toml"
MODEL = "models/smollm2.toml"


def test_the_names_are_those_of_the_tables() -> None:
    tables = {
        "connectors": CONNECTORS,
        "constraints": CONSTRAINTS,
        "retrievers": RETRIEVERS,
        "metrics": METRICS,
    }
    assert {kind: set(names) for kind, names in BUILT_IN.items()} == {
        kind: set(table) for kind, table in tables.items()
    }
    assert [Baseline(model).model for model in BASELINES] == list(BASELINES)


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "fix"),
    [
        (MODEL, '"embedded"', '"embeded"', "provider", "'embedded'"),
        ("models/neighbours.toml", '"neighbours"', '"neighbor"', "model", "'neighbours'"),
        (USECASE, '"macro_f1"', '"macro-f1"', "metrics.1", "'macro_f1'"),
        (USECASE, '"macro_f1"', '{ name = "rouge" }', "metrics.1", "'rouge_l'"),
        (USECASE, "accuracy = {", "acuracy = {", "gate.acuracy", "'accuracy'"),
    ],
)
def test_a_name_that_nothing_has_is_told_with_those_like_it(
    tmp_path: Path, file: str, old: str, new: str, field: str, fix: str
) -> None:
    root = shop(tmp_path / "shop")
    line = edit(root, file, old, new)
    (told,) = problems(root)
    assert (told.place.file, told.place.line, told.place.field) == (file, line, field)
    assert fix in told.fix


def test_the_workspaces_own_plugins_are_known(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "own.py").write_text("")
    edit(
        root,
        "roundtable.toml",
        "[budget]",
        '[plugins]\nmetrics = { polite = "own.py:P" }\n'
        'connectors = { ours = "own.py:C" }\n[budget]',
    )
    edit(root, MODEL, '"embedded"', '"ours"')
    edit(root, USECASE, '"macro_f1"', '"polite"')
    edit(root, USECASE, "accuracy = {", "polite = {")
    usecase = load(root).usecase("triage")
    assert [metric.name for metric in usecase.metrics] == ["accuracy", "polite"]


def test_a_gate_may_limit_time_and_money(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, USECASE, "accuracy = {", "latency_p95_ms = { at_most = 1 }\naccuracy = {")
    gate = load(root).usecase("triage").gate
    assert gate is not None
    assert set(gate.limits) == {"latency_p95_ms", "accuracy"}
