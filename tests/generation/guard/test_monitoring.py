"""A broken promise is raised, a kept one hardly ever, however often one looks."""

import numpy as np

from roundtable.generation.guard.monitoring import watch


def test_a_kept_promise_is_raised_no_more_often_than_stated() -> None:
    rng = np.random.default_rng(0)
    raised = sum(watch(rng.random(500) < 0.1, alpha=0.1).broken for _ in range(400))
    assert raised / 400 <= 0.05 + 0.02


def test_a_broken_promise_is_raised_soon() -> None:
    rng = np.random.default_rng(1)
    found = watch(rng.random(1000) < 0.3, alpha=0.1)
    assert found.broken
    assert found.at is not None
    assert found.at < 300
    assert found.evidence >= found.needed


def test_no_label_says_nothing() -> None:
    found = watch([], alpha=0.1)
    assert not found.broken
    assert found.share is None
