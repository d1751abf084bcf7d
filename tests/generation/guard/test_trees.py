"""Trees give what the package that grew them would give."""

import numpy as np

from roundtable.generation.guard.trees import Forest, Tree

SPLIT = Tree(
    feature=(1, -1, 0, -1, -1),
    threshold=(0.5, 0.0, 2.0, 0.0, 0.0),
    left=(1, 0, 3, 0, 0),
    right=(2, 0, 4, 0, 0),
    value=(0.0, -1.0, 0.0, 0.25, 3.0),
)
LEAF = Tree(feature=(-1,), threshold=(0.0,), left=(0,), right=(0,), value=(0.5,))


def test_a_row_falls_to_its_leaf_and_leaves_add_up() -> None:
    forest = Forest(features=("a", "b"), bias=0.125, trees=(SPLIT, LEAF))
    rows = np.array([[9.0, 0.5], [2.0, 0.6], [2.1, 0.6]])
    assert forest.margins(rows).tolist() == [0.125 - 1.0 + 0.5, 0.125 + 0.25 + 0.5, 3.625]


def test_no_rows_give_no_margins() -> None:
    assert Forest(features=("a",), bias=1.0, trees=(LEAF,)).margins(np.empty((0, 1))).shape == (0,)
