"""Brings a corpus's index up to date with its documents."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.errors import InputError, Place
from roundtable.generation.grounding.cutting import cut
from roundtable.generation.grounding.documents import Document
from roundtable.generation.grounding.index import (
    FORMAT,
    MANIFEST,
    VECTORS,
    Held,
    Manifest,
    encoded,
    read_manifest,
    vector_index,
    word_index,
)
from roundtable.similarity.embedding import MODEL, embed
from roundtable.similarity.lexical import word_analyzer

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_HEAP_BYTES = 64_000_000
_BATCH = 256


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build found and did: documents in all, of these new and changed, and so on."""

    documents: int
    passages: int
    added: int
    changed: int
    removed: int
    embedded: int


def build(
    folder: Path,
    documents: Iterable[Document],
    *,
    max_tokens: int = 200,
    overlap_tokens: int = 40,
    dense: bool = True,
    embed_texts: Embed = embed,
    watch: Callable[[int, int], None] | None = None,
) -> Built:
    """Indexes the documents that are new or changed, and takes out those that are gone.

    Args:
        folder: Where the index is, or will be. Is a build cut off, the next one starts anew.
        documents: All of them, each with another source.
        max_tokens: Of a passage.
        overlap_tokens: Shared by neighbors.
        dense: Whether passages get vectors.
        embed_texts: Makes them; float32, shape (n, 384), each of length 1.
        watch: Told how many of how many passages have a vector.

    Raises:
        InputError: a document cannot be read, or there is none.
        MissingExtraError: an engine is not installed.
    """
    now = {document.source: document for document in documents}
    if not now:
        raise InputError(
            "there is no document to index",
            where=Place(str(folder)),
            fix="add .md, .txt, .html, .pdf or .jsonl files to the corpus",
        )
    empty = Manifest(
        format=FORMAT,
        max_tokens=max_tokens,
        overlap_tokens=overlap_tokens,
        model=MODEL if dense else "",
    )
    old = _usable(folder, empty)
    gone = [name for name in old.documents if name not in now]
    fresh = [one for name, one in now.items() if _digest(old, name) != one.digest]
    changed = [one.source for one in fresh if one.source in old.documents]
    manifest = old
    embedded = 0
    if fresh or gone:
        manifest, texts = _write_words(folder, old, drop=[*gone, *changed], add=fresh)
        if dense:
            dropped = [old.documents[name] for name in (*gone, *changed)]
            _write_vectors(folder, dropped, texts, embed_texts, watch)
            embedded = len(texts)
        _replace(folder / MANIFEST, msgspec.json.encode(manifest))
    return Built(
        documents=len(now),
        passages=manifest.n_passages,
        added=len(fresh) - len(changed),
        changed=len(changed),
        removed=len(gone),
        embedded=embedded,
    )


def _usable(folder: Path, empty: Manifest) -> Manifest:
    """Returns what the folder holds, or, if that is of no use, `empty`, and empties the folder."""
    old = read_manifest(folder)
    if old is not None:
        plain = msgspec.structs.replace(old, stamp=empty.stamp, next=empty.next, documents={})
        if plain == empty and _stamp(folder) == old.stamp:
            return old
    shutil.rmtree(folder, ignore_errors=True)
    return empty


def _stamp(folder: Path) -> int:
    """Returns the number of the word index's last commit."""
    writer = word_index(folder, word_analyzer()).writer(heap_size=_HEAP_BYTES, num_threads=1)
    return int(writer.commit_opstamp)


def _digest(manifest: Manifest, name: str) -> str:
    held = manifest.documents.get(name)
    return held.digest if held else ""


def _write_words(
    folder: Path, old: Manifest, *, drop: Sequence[str], add: Sequence[Document]
) -> tuple[Manifest, dict[int, str]]:
    """Commits the word index; returns its manifest, and each new passage's text by its number."""
    import tantivy

    index = word_index(folder, word_analyzer())
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    held = {name: one for name, one in old.documents.items() if name not in drop}
    for name in drop:
        writer.delete_documents_by_term("source", name)
    texts: dict[int, str] = {}
    number = old.next
    for document in add:
        passages = cut(document, max_tokens=old.max_tokens, overlap_tokens=old.overlap_tokens)
        held[document.source] = Held(digest=document.digest, first=number, n=len(passages))
        for passage in passages:
            # The title is found, and its meaning counts, but it is not part of the passage.
            texts[number] = f"{document.title}\n{passage.text}" if document.title else passage.text
            writer.add_document(
                tantivy.Document(
                    text=texts[number],
                    source=document.source,
                    number=number,
                    passage=encoded(passage),
                )
            )
            number += 1
    stamp = int(writer.commit())
    writer.wait_merging_threads()
    return msgspec.structs.replace(old, stamp=stamp, next=number, documents=held), texts


def _write_vectors(
    folder: Path,
    dropped: Sequence[Held],
    texts: dict[int, str],
    embed_texts: Embed,
    watch: Callable[[int, int], None] | None,
) -> None:
    index = vector_index(folder)
    for one in dropped:
        for number in range(one.first, one.first + one.n):
            index.remove(number)
    numbers = list(texts)
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        index.add(
            np.asarray(batch, dtype=np.uint64),
            embed_texts([texts[number] for number in batch]),
            threads=1,
        )
        if watch is not None:
            watch(start + len(batch), len(numbers))
    new = folder / f"{VECTORS}.new"
    index.save(str(new))
    os.replace(new, folder / VECTORS)


def _replace(path: Path, data: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(data)
    os.replace(new, path)
