"""Two candidates on the same samples, of one run or of two; never on others."""

import json
from pathlib import Path

import pytest

from jobs.coins import coin_shop
from roundtable.errors import InputError, UsageError
from roundtable.jobs.compare import compare
from roundtable.jobs.past import opened, show
from roundtable.jobs.run import run
from roundtable.statistics import mcnemar
from roundtable.workspace import load
from workspace.shop import edit

GATE = "accuracy = { at_least = 0.1 }"


def test_runs_of_different_limits_are_compared_on_the_rows_that_both_have(tmp_path: Path) -> None:
    shop = coin_shop(tmp_path, [0.7] * 90, gate=GATE, seeds=[1, 2], stop=False)
    whole = run(shop, "coins", candidates=("c0",))
    part = run(shop, "coins", candidates=("c1",), limit=30)
    found = compare(shop, f"{whole.run}:c0", to=f"{part.run}:c1")["accuracy"]
    assert found.n == 30
    # The same as if both had been asked the thirty rows only.
    same = run(shop, "coins", limit=30)
    again = compare(shop, f"{same.run}:c0", to=f"{same.run}:c1")["accuracy"]
    assert (again.difference, again.p_value) == (found.difference, found.p_value)
    first, second = (one.kept.columns[0].values() for one in same.candidates)
    assert found.p_value == mcnemar(int((first > second).sum()), int((first < second).sum()))


def test_rows_that_changed_between_two_runs_are_not_compared(tmp_path: Path) -> None:
    shop = coin_shop(tmp_path, [0.7] * 9, gate=GATE, seeds=[1, 2], stop=False)
    before = run(shop, "coins")
    edit(tmp_path, "datasets/rows.jsonl", "0|0.7", "0|0.6")
    shop = load(tmp_path)
    after = run(shop, "coins")
    with pytest.raises(UsageError, match="rows of 'coins' have changed"):
        compare(shop, f"{before.run}:c0", to=f"{after.run}:c1")


def test_what_another_version_wrote_is_run_again_and_never_misread(tmp_path: Path) -> None:
    shop = coin_shop(tmp_path, [0.7] * 9, gate=GATE, seeds=[1, 2], stop=False)
    first = run(shop, "coins")
    with opened(shop) as store:
        for key in (one.key for one in first.candidates):
            store.runs.put_candidate(key, b'{"id": "c0"}')
        old = json.dumps({"usecase": "coins", "run": first.run}).encode()
        store.runs.finish(first.run, "finished", summary=old)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="made by another version"):
        show(shop, first.run)
    second = run(shop, "coins")
    assert second.run != first.run
    assert [one.calls.made for one in second.candidates] == [0, 0]
    assert compare(shop, "c0", to="c1")["accuracy"].n == 9
