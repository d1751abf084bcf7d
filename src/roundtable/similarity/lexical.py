"""Texts found by the words they share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roundtable.errors import MissingExtraError

WORDS = "words"
"""The name of the analyzer in an index's schema."""
_HEAP_BYTES = 20_000_000
_MAX_WORD_BYTES = 40


class LexicalIndex:
    """A BM25 index in memory over English word stems.

    Source: Robertson and Zaragoza 2009, The Probabilistic Relevance Framework (as in tantivy).

    Args:
        texts: What can be found; a text's row is its position.

    Raises:
        MissingExtraError: tantivy is not installed.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._analyzer = word_analyzer()
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", tokenizer_name=WORDS, index_option="freq")
        builder.add_integer_field("row", stored=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        index.register_tokenizer(WORDS, self._analyzer)
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(text=text, row=row))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def search(self, text: str, *, n: int) -> list[tuple[int, float]]:
        """Returns rows and BM25 scores of the `n` texts that share most with `text`, best first."""
        query = any_word(self._schema, self._analyzer, text)
        if query is None or not n:
            return []
        hits = self._searcher.search(query, n).hits
        return [(int(self._searcher.doc(at)["row"][0]), float(score)) for score, at in hits]


def word_analyzer() -> Any:
    """Returns what splits a text into the stems of its English words, for an index named `WORDS`.

    Raises:
        MissingExtraError: tantivy is not installed.
    """
    try:
        import tantivy
    except ImportError as error:
        raise MissingExtraError("searching by words", "search") from error
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_MAX_WORD_BYTES))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def any_word(schema: Any, analyzer: Any, text: str) -> Any | None:
    """Returns a query for any of a text's words in the field `text`, or None if it has none.

    The text is only ever words: it never passes through a parser of queries.
    """
    from tantivy import Occur, Query

    terms = [
        (Occur.Should, Query.term_query(schema, "text", word, index_option="freq"))
        for word in dict.fromkeys(analyzer.analyze(text))
    ]
    return Query.boolean_query(terms) if terms else None
