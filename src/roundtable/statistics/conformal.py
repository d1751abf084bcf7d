"""Prediction sets: the options that cannot be ruled out, with a stated coverage."""

from __future__ import annotations

from math import ceil, floor

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError


class PredictionSets(msgspec.Struct, frozen=True, kw_only=True):
    """How probable an option must be to stay in the set, learned from labelled rows.

    Args:
        least_probability: An option is in the set if its probability is at least this; 0: every
            option always is, for there were too few rows.
        alpha: The share of rows whose right option may be left out.
        n: Rows it was learned from.
    """

    least_probability: float
    alpha: float
    n: int

    def of(self, probabilities: ArrayLike) -> NDArray[np.bool_]:
        """Returns which options are in each row's set; the most probable one always is.

        Args:
            probabilities: Shape (..., k).
        """
        given = _checked(probabilities)
        best = given == given.max(axis=-1, keepdims=True)
        inside: NDArray[np.bool_] = np.logical_or(given >= self.least_probability, best)
        return inside


def prediction_sets(
    probabilities: ArrayLike, right: ArrayLike, *, alpha: float = 0.1
) -> PredictionSets:
    """Returns the rule whose sets hold the right option in at least a share 1 - alpha of new rows.

    The coverage holds on average over calibration rows and new rows, whatever model gave the
    probabilities, if both kinds of rows are exchangeable; with continuous probabilities it passes
    1 - alpha by at most 1 / (n + 1).

    Args:
        probabilities: Shape (n, k): of each option, by row.
        right: Shape (n,): the index of the right option, in [0, k).
        alpha: In (0, 1).

    Raises:
        UsageError: Shapes differ, a probability is not in [0, 1], or alpha is not in (0, 1).

    Source: Vovk, Gammerman and Shafer 2005, Algorithmic learning in a random world; Sadinle, Lei
    and Wasserman 2019, Least ambiguous set-valued classifiers with bounded error levels.
    """
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}", fix="pass a share between 0 and 1, such as 0.1")
    given = _checked(probabilities)
    index = np.asarray(right, dtype=np.int64)
    if given.ndim != 2 or index.shape != (len(given),):
        raise UsageError(
            "probabilities and right options do not match", fix="pass one row and one index each"
        )
    if not len(given) or index.min() < 0 or index.max() >= given.shape[1]:
        raise UsageError(
            "a right option is not among the options", fix="leave that row out, or add the option"
        )
    n = len(given)
    # The (1 - alpha)(n + 1)-th largest probability of a right option, counted from above; the
    # tolerance keeps a product such as 0.9 * 10 from being rounded up by its last bit.
    rank = ceil((1 - alpha) * (n + 1) - 1e-9)
    of_right = np.sort(given[np.arange(n), index])[::-1]
    least = float(of_right[rank - 1]) if rank <= n else 0.0
    return PredictionSets(least_probability=least, alpha=alpha, n=n)


def rows_needed(alpha: float) -> int:
    """Returns the fewest rows from which sets can leave an option out.

    Args:
        alpha: In (0, 1).
    """
    return floor(1 / alpha + 1e-9) - 1 if alpha < 1 else 0


def _checked(probabilities: ArrayLike) -> NDArray[np.float64]:
    given = np.asarray(probabilities, dtype=np.float64)
    if given.size and not ((given >= 0) & (given <= 1)).all():
        raise UsageError("a probability is not in [0, 1]", fix="pass probabilities")
    return given
