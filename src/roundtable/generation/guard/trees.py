"""Boosted decision trees, evaluated on NumPy arrays without the package that grew them."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """One tree as parallel lists, its root first.

    Args:
        feature: The feature that each node looks at; -1 for a leaf.
        threshold: A row goes left if its feature is at most this.
        left: The node to the left.
        right: The node to the right.
        value: What a leaf adds to the margin.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Forest(msgspec.Struct, frozen=True, kw_only=True):
    """Trees whose leaves are added up.

    Args:
        features: The names of the features, in the order of the columns.
        bias: The margin before the first tree.
        trees: The trees.
    """

    features: tuple[str, ...]
    bias: float
    trees: tuple[Tree, ...]

    def margins(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Returns the log-odds of each row.

        Args:
            rows: float64, shape (n, number of features).
        """
        total = np.full(len(rows), self.bias)
        for tree in self.trees:
            total += _leaves(tree, rows)
        return total


def _leaves(tree: Tree, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    feature = np.array(tree.feature)
    threshold = np.array(tree.threshold)
    left, right = np.array(tree.left), np.array(tree.right)
    at = np.zeros(len(rows), dtype=np.int64)
    every = np.arange(len(rows))
    while True:
        looked_at = feature[at]
        inner = looked_at >= 0
        if not inner.any():
            values: NDArray[np.float64] = np.array(tree.value)[at]
            return values
        goes_left = rows[every, np.maximum(looked_at, 0)] <= threshold[at]
        at = np.where(inner, np.where(goes_left, left[at], right[at]), at)
