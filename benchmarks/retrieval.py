"""Retrieval over many passages: how fast they are indexed and found, and in how much memory.

    python benchmarks/retrieval.py [--passages 100000] [--queries 300]

Passages are drawn from a vocabulary whose words are as unequal in number as those of a language
(Zipf). Their vectors are drawn too, since embedding them all would measure the embedding model
(100 to 130 passages a second) and nothing else; each query is embedded for real. The floor of the
word index is reading the passages and cutting them; ratios are to that.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from roundtable.generation.grounding.building import build
from roundtable.generation.grounding.cutting import cut
from roundtable.generation.grounding.documents import Document
from roundtable.generation.grounding.retrievers import Dense, Hybrid, Lexical, Query
from roundtable.similarity import embed

WORDS = 50_000


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    asked = parser.parse_args()
    draws = np.random.default_rng(0)
    documents = list(written(asked.passages, draws))
    started = time.perf_counter()
    n = sum(len(cut(document)) for document in documents)
    floor_s = time.perf_counter() - started
    print(f"{n:,} passages; reading and cutting alone {n / floor_s:,.0f}/s")
    embed(["warm"])

    def drawn(texts: Sequence[str]) -> np.ndarray:
        vectors = draws.standard_normal((len(texts), 384), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    with tempfile.TemporaryDirectory() as folder:
        words, both = Path(folder, "words"), Path(folder, "both")
        lexical_s = timed(lambda: build(words, documents, dense=False))
        print(f"word index      {n / lexical_s:8,.0f}/s  ({lexical_s / floor_s:.1f} x cutting)")
        both_s = timed(lambda: build(both, documents, embed_texts=drawn))
        print(f"with vectors    {n / both_s:8,.0f}/s  without the embedding model's own time")
        again_s = timed(lambda: build(both, documents, embed_texts=drawn))
        print(f"nothing changed {again_s:8.2f} s")
        queries = [document.text[:60] for document in documents[:: n // asked.queries]]
        for name, retriever in (
            ("lexical", Lexical(corpus=str(words), k=5)),
            ("dense", Dense(corpus=str(both), k=5)),
            ("hybrid", Hybrid(corpus=str(both), k=5)),
        ):
            retriever.retrieve(Query(text="warm"))
            took = [timed(lambda q=q: retriever.retrieve(Query(text=q))) for q in queries]  # noqa: B023
            p50, p99 = np.quantile(took, [0.5, 0.99]) * 1000
            print(f"{name:8} query  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, building and documents included")
    return 0


def written(n: int, draws: np.random.Generator) -> list[Document]:
    """Returns documents of one passage of 40 words each."""
    vocabulary = np.asarray(["".join(draws.choice(list("aeioulnrst"), 6)) for _ in range(WORDS)])
    shares = 1 / np.arange(1, WORDS + 1)
    picked = draws.choice(WORDS, size=(n, 40), p=shares / shares.sum())
    return [
        Document(source=f"{i}.txt", text=" ".join(vocabulary[row]) + ".", title="", digest=str(i))
        for i, row in enumerate(picked)
    ]


def timed(work: object) -> float:
    """Returns how many seconds a function takes."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
