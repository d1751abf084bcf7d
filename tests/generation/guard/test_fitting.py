"""A guard's promise, in numbers and words."""

import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.generation.guard.fitting import Guard, fit


def rows(n: int, seed: int = 0) -> tuple[list[float], list[bool]]:
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    return scores.tolist(), (rng.random(n) < scores).tolist()


def test_only_answers_up_to_the_threshold_go_out() -> None:
    guard = fit(*rows(2000), alpha=0.2)
    assert guard.threshold is not None
    assert guard.decide(guard.threshold) == "answer"
    assert guard.decide(guard.threshold + 1e-9) == "abstain"
    assert "at most a share of 0.2" in guard.promise


def test_without_enough_rows_nothing_goes_out_and_their_number_is_named() -> None:
    guard = fit([0.1] * 9 + [0.9], [False] * 9 + [True], alpha=0.05)
    assert guard.threshold is None
    assert not guard.answers_any
    assert guard.decide(0.0) == "abstain"
    assert guard.n_needed is not None
    assert f"about {guard.n_needed:,}" in guard.promise


def test_scores_that_do_not_separate_promise_nothing_however_many() -> None:
    rng = np.random.default_rng(1)
    guard = fit(rng.random(500).tolist(), (rng.random(500) < 0.8).tolist(), alpha=0.05)
    assert not guard.answers_any
    assert guard.n_needed is None
    assert "more rows of this kind would not change that" in guard.promise


def test_rows_that_show_no_unsupported_answer_are_refused() -> None:
    with pytest.raises(UsageError, match="labeled as not supported"):
        fit([0.1] * 500, [False] * 500, alpha=0.1)


def test_each_group_has_its_promise_and_an_unknown_one_is_never_answered() -> None:
    scores, bad = rows(3000)
    groups = ["easy" if i % 2 else "hard" for i in range(3000)]
    bad = [one or group == "hard" for one, group in zip(bad, groups, strict=True)]
    guard = fit(scores, bad, alpha=0.2, groups=groups, group_by="kind")
    assert guard.threshold is None
    assert guard.decide(0.0, group="easy") == "answer"
    assert guard.decide(0.0, group="hard") == "abstain"
    assert guard.decide(0.0, group="other") == "abstain"
    assert guard.decide(0.0) == "abstain"
    alone = fit(*rows(3000), alpha=0.2)
    own = next(one.threshold for one in guard.groups if one.group == "easy")
    assert own is not None
    assert alone.threshold is not None
    assert own <= alone.threshold + 0.1


def test_a_guard_survives_its_file() -> None:
    import msgspec

    guard = fit(*rows(500), alpha=0.2, checker="support@1")
    assert msgspec.json.decode(msgspec.json.encode(guard), type=Guard) == guard
