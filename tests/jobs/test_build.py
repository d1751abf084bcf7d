"""From files to a plan: which rows, which keys, what is refused before anything is spent."""

from pathlib import Path

import pytest

from journeys.shop import write_shop
from roundtable.assets import Samples
from roundtable.assets.leaks import Leak, leakage
from roundtable.jobs.build import chosen, evaluated, plan
from roundtable.jobs.keys import keys
from roundtable.workspace import Workspace, load

URL = "http://127.0.0.1:9/v1"


def sorted_shop(root: Path, n: int = 300) -> Workspace:
    """A workspace whose rows are sorted by their label."""
    write_shop(root, URL, n=n)
    path = root / "datasets/rows.jsonl"
    rows = sorted(path.read_text().splitlines(), key=lambda row: row.split("label")[1])
    path.write_text("\n".join(rows) + "\n")
    return load(root)


def ids(workspace: Workspace, limit: int | None) -> list[str]:
    return evaluated(workspace, workspace.usecase("triage"), split="", limit=limit).ids()


def test_a_limit_takes_a_random_part_of_a_sorted_file(tmp_path: Path) -> None:
    workspace = sorted_shop(tmp_path)
    part = evaluated(workspace, workspace.usecase("triage"), split="", limit=60)
    counts = {label: part.targets().count(label) for label in set(part.targets())}
    assert len(part) == 60
    assert len(counts) == 3
    assert min(counts.values()) >= 10


def test_a_larger_limit_adds_to_the_smaller_one(tmp_path: Path) -> None:
    workspace = sorted_shop(tmp_path)
    assert ids(workspace, 100)[:50] == ids(workspace, 50)
    assert ids(workspace, None)[:100] == ids(workspace, 100)
    assert ids(workspace, 1000) == ids(workspace, None)


def test_a_limit_takes_part_in_the_key(tmp_path: Path) -> None:
    workspace = sorted_shop(tmp_path, n=9)
    usecase = workspace.usecase("triage")
    picked = chosen(usecase, ())
    runs = {keys(workspace, usecase, picked, limit=limit).run for limit in (None, 3, 4)}
    assert len(runs) == 3


def test_rows_to_draw_from_are_read_and_checked_once_for_all_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_shop(tmp_path, URL, n=60)
    (root / "models/nearest.toml").write_text(
        'title = "n"\nprovider = "baseline"\nmodel = "neighbours"\nlicense = "MIT"\n'
    )
    path = root / "usecases/triage.toml"
    examples = '{ dataset = "rows", split = "train", k = 2, select = "%s" }'
    path.write_text(
        path.read_text()
        + "".join(
            f'[[candidates]]\nid = "{how}"\nmodel = "nearest"\nexamples = {examples % how}\n'
            for how in ("random", "fixed", "counts")
        )
    )
    checked = []

    def counting(evaluated: Samples, pool: Samples) -> list[Leak]:
        checked.append(len(pool))
        return leakage(evaluated, pool)

    monkeypatch.setattr("roundtable.assets.pool.leakage", counting)
    workspace = load(root)
    usecase = workspace.usecase("triage")
    picked = chosen(usecase, ())
    known = keys(workspace, usecase, picked, limit=None)
    ready, leaks = plan(workspace, usecase, picked, known=known, limit=None)
    assert len(checked) == 1
    assert set(leaks) == {"random", "fixed", "counts"}
    drawn = [one.demonstrations(ready.samples[0]) for one in ready.candidates if one.selector]
    assert [len(one) for one in drawn] == [2, 2, 3]
