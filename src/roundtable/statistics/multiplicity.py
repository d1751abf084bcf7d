"""Many comparisons at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Returns the p-values adjusted for their number, in the order given.

    Calling every comparison real whose adjusted value is at most alpha calls any false one with
    probability at most alpha, however the comparisons depend on each other.

    Args:
        p_values: Shape (m,), each in [0, 1].

    Raises:
        UsageError: One is not in [0, 1].

    Source: Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    array = np.asarray(p_values, dtype=np.float64)
    if array.ndim != 1 or not ((array >= 0) & (array <= 1)).all():
        raise UsageError("p-values must be a list of numbers from 0 to 1", fix="pass p-values only")
    order = np.argsort(array, kind="stable")
    scaled = array[order] * np.arange(array.size, 0, -1)
    adjusted = np.empty_like(array)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted
