"""Krippendorff's alpha against published values."""

import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.statistics.reliability import krippendorff_alpha

# Three raters, fifteen things, stars where one has not rated: Hayes and Krippendorff's form.
A = "*****3412113 3*3".replace(" ", "")
B = "1*21334 3*******".replace(" ", "")
C = "**21344*2113 3*4".replace(" ", "")
THINGS = [
    [None if one == "*" else int(one) for one in thing] for thing in zip(A, B, C, strict=True)
]


@pytest.mark.parametrize(("scale", "alpha"), [("nominal", 0.691), ("interval", 0.811)])
def test_alpha_is_the_published_one(scale: str, alpha: float) -> None:
    found = krippendorff_alpha(THINGS, scale=scale)  # type: ignore[arg-type]
    assert found.alpha == pytest.approx(alpha, abs=5e-4)
    assert found.interval is not None
    assert found.interval.low < alpha < found.interval.high


def test_full_agreement_is_one_and_chance_is_about_nothing() -> None:
    rng = np.random.default_rng(0)
    rated = rng.integers(0, 3, (400, 2)).tolist()
    assert krippendorff_alpha([[a, a] for a, _ in rated]).alpha == 1.0
    assert krippendorff_alpha(rated).alpha == pytest.approx(0.0, abs=0.1)


def test_a_rater_who_is_one_step_off_is_closer_on_an_ordinal_scale() -> None:
    near = [[i % 5, min(i % 5 + 1, 4)] for i in range(50)]
    nominal, ordinal = krippendorff_alpha(near), krippendorff_alpha(near, scale="ordinal")
    assert nominal.alpha is not None
    assert ordinal.alpha is not None
    assert ordinal.alpha > nominal.alpha + 0.5


def test_ratings_that_never_differ_have_no_alpha() -> None:
    assert krippendorff_alpha([["yes", "yes"], ["yes", "yes"]]).alpha is None


def test_things_rated_once_are_refused() -> None:
    with pytest.raises(UsageError):
        krippendorff_alpha([["yes", None], [None, "no"]])
