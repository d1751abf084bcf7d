"""An index follows its documents, and indexes again only what changed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from roundtable.errors import InputError
from roundtable.generation.grounding.building import Built, build
from roundtable.generation.grounding.documents import Document
from roundtable.generation.grounding.index import MANIFEST, CorpusIndex


def documents(**texts: str) -> list[Document]:
    return [
        Document(source=name, text=text, title="", digest=f"{name}{text}")
        for name, text in texts.items()
    ]


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Returns vectors by which texts with the same first letter are alike."""
    found = np.zeros((len(texts), 384), dtype=np.float32)
    for row, text in zip(found, texts, strict=True):
        row[ord(text[0]) % 384] = 1.0
    return found


def made(folder: Path, **texts: str) -> Built:
    return build(folder, documents(**texts), embed_texts=vectors)


def words(folder: Path, text: str) -> list[str]:
    index = CorpusIndex(folder)
    return [p.source for p in index.passages([n for n, _ in index.by_words(text, n=9)])]


def meaning(folder: Path, text: str) -> list[str]:
    index = CorpusIndex(folder)
    near = [n for n, cosine in index.by_meaning(vectors([text])[0], n=9) if cosine > 0.5]
    return [p.source for p in index.passages(near)]


def test_only_what_changed_is_indexed_again(tmp_path: Path) -> None:
    first = made(tmp_path, a="apples are red", b="bears are brown")
    assert (first.added, first.embedded) == (2, 2)
    same = made(tmp_path, a="apples are red", b="bears are brown")
    assert (same.added, same.changed, same.removed, same.embedded) == (0, 0, 0, 0)
    next_ = made(tmp_path, a="apples are green", c="cats are grey")
    assert (next_.added, next_.changed, next_.removed, next_.embedded) == (1, 1, 1, 2)
    assert next_.passages == len(CorpusIndex(tmp_path)) == 2
    assert words(tmp_path, "red") == []
    assert words(tmp_path, "green") == ["a"]
    assert words(tmp_path, "bears") == []
    assert meaning(tmp_path, "b") == []
    assert meaning(tmp_path, "c") == ["c"]


def test_a_build_cut_off_between_its_parts_is_made_anew(tmp_path: Path) -> None:
    made(tmp_path, a="apples")
    old = tmp_path.joinpath(MANIFEST).read_bytes()
    made(tmp_path, a="apples", b="bears")
    tmp_path.joinpath(MANIFEST).write_bytes(old)
    again = made(tmp_path, a="apples", b="bears")
    assert again.added == 2
    assert words(tmp_path, "bears apples") == ["a", "b"] or len(words(tmp_path, "bears")) == 1
    assert len(CorpusIndex(tmp_path)) == 2


def test_another_size_of_passages_makes_the_index_anew(tmp_path: Path) -> None:
    made(tmp_path, a="apples are red")
    again = build(tmp_path, documents(a="apples are red"), max_tokens=50, embed_texts=vectors)
    assert again.added == 1


def test_an_index_without_vectors_says_so(tmp_path: Path) -> None:
    build(tmp_path, documents(a="apples"), dense=False)
    assert words(tmp_path, "apples") == ["a"]
    with pytest.raises(InputError, match="no vectors"):
        meaning(tmp_path, "a")


def test_no_document_and_no_index_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no document"):
        build(tmp_path, [])
    with pytest.raises(InputError, match="no index"):
        CorpusIndex(tmp_path)


def test_words_of_a_query_language_are_only_words(tmp_path: Path) -> None:
    made(tmp_path, a="apples OR pears")
    assert words(tmp_path, 'text:* AND (NOT "apples') == ["a"]
    assert words(tmp_path, "?!") == []
