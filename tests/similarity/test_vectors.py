"""Nearest vectors, exactly."""

import numpy as np

from roundtable.similarity import VectorIndex


def test_the_nearest_come_first_as_comparing_all_says() -> None:
    drawing = np.random.default_rng(3)
    vectors = drawing.normal(size=(500, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = VectorIndex(vectors).search(vectors[42], n=10)
    assert [row for row, _ in found] == np.argsort(-(vectors @ vectors[42]))[:10].tolist()
    assert found[0][0] == 42
    assert abs(found[0][1] - 1) < 1e-5


def test_equally_near_ones_come_in_their_order() -> None:
    same = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (5, 1))
    assert [row for row, _ in VectorIndex(same).search(same[0], n=9)] == [0, 1, 2, 3, 4]


def test_among_no_vectors_nothing_is_found() -> None:
    empty = np.zeros((0, 4), dtype=np.float32)
    assert VectorIndex(empty).search(np.ones(4, dtype=np.float32), n=3) == []
