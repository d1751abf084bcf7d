"""Texts found by the words they share."""

from __future__ import annotations

from collections.abc import Iterable

from roundtable.errors import MissingExtraError

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
        try:
            import tantivy
        except ImportError as error:
            raise MissingExtraError("searching by words", "search") from error
        self._analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.remove_long(_MAX_WORD_BYTES))
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", tokenizer_name="words", index_option="freq")
        builder.add_integer_field("row", stored=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        index.register_tokenizer("words", self._analyzer)
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(text=text, row=row))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def search(self, text: str, *, n: int) -> list[tuple[int, float]]:
        """Returns rows and BM25 scores of the `n` texts that share most with `text`, best first.

        The text is only ever words: it never passes through a parser of queries.
        """
        from tantivy import Occur, Query

        words = dict.fromkeys(self._analyzer.analyze(text))
        if not words or not n:
            return []
        terms = [
            (Occur.Should, Query.term_query(self._schema, "text", word, index_option="freq"))
            for word in words
        ]
        hits = self._searcher.search(Query.boolean_query(terms), n).hits
        return [(int(self._searcher.doc(at)["row"][0]), float(score)) for score, at in hits]
