"""A judge held against people."""

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from roundtable.errors import UsageError
from roundtable.evaluation.agreement import agreement


@pytest.mark.parametrize("seed", range(8))
def test_kappa_and_its_interval_are_those_of_statsmodels(seed: int) -> None:
    drawing = np.random.default_rng(seed)
    human = drawing.integers(0, 4, size=120)
    judge = np.where(drawing.random(120) < 0.7, human, drawing.integers(0, 4, size=120))
    table = np.zeros((4, 4))
    np.add.at(table, (judge, human), 1)
    theirs = cohens_kappa(table)
    ours = agreement(judge.tolist(), human.tolist(), confidence=0.95)
    assert ours.kappa == pytest.approx(theirs.kappa)
    assert ours.kappa_interval == pytest.approx((theirs.kappa_low, theirs.kappa_upp))


def test_raw_agreement_has_wilsons_interval() -> None:
    found = agreement(["y"] * 9 + ["n"], ["y"] * 8 + ["n"] * 2)
    assert (found.n, found.share) == (10, 0.9)
    assert found.interval == pytest.approx((0.5958, 0.9821), abs=1e-4)


def test_a_judge_that_always_says_the_same_agrees_by_chance_only() -> None:
    found = agreement(["y"] * 10, ["y"] * 9 + ["n"])
    assert found.share == 0.9
    assert found.kappa == pytest.approx(0.0)


def test_where_there_is_one_verdict_only_kappa_says_nothing() -> None:
    found = agreement(["y"] * 5, ["y"] * 5)
    assert (found.share, found.kappa, found.kappa_interval) == (1.0, None, None)


@pytest.mark.parametrize(("judge", "human"), [([], []), ([1], [1, 2])])
def test_verdicts_must_stand_one_for_one(judge: list[int], human: list[int]) -> None:
    with pytest.raises(UsageError):
        agreement(judge, human)
