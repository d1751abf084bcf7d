"""Indexes a corpus of the workspace, and searches it."""

from __future__ import annotations

from pathlib import Path

from roundtable.digest import Key, digest
from roundtable.errors import NotFoundError, Place
from roundtable.generation.grounding.building import Built, build
from roundtable.generation.grounding.documents import read_documents
from roundtable.generation.grounding.index import read_manifest
from roundtable.generation.grounding.retrievers import RETRIEVERS, Query, Retriever
from roundtable.generation.types import Passage
from roundtable.jobs.parts import made
from roundtable.workspace import Workspace
from roundtable.workspace.assets import Corpus


def build_corpus(workspace: Workspace, corpus: str) -> Built:
    """Brings a corpus's index up to date, below `.roundtable/corpora`.

    Raises:
        NotFoundError: there is no such corpus.
        InputError: a document cannot be read.
    """
    declared = corpus_of(workspace, corpus)
    return build(
        index_folder(workspace, declared),
        read_documents(_documents(workspace, declared)),
        max_tokens=declared.passages.max_tokens,
        overlap_tokens=declared.passages.overlap_tokens,
        dense=declared.retriever.get("name") != "lexical",
    )


def search_corpus(
    workspace: Workspace,
    corpus: str,
    text: str,
    *,
    k: int | None = None,
    retriever: str | None = None,
) -> list[Passage]:
    """Returns the passages that fit a text, best first; indexes the corpus if nobody has.

    Args:
        workspace: Loaded and valid.
        corpus: Its id.
        text: What is looked for.
        k: How many; the corpus's own number if None.
        retriever: A retriever's name; the corpus's own if None.

    Raises:
        NotFoundError: there is no such corpus or retriever.
        InputError: the index cannot be read.
    """
    declared = corpus_of(workspace, corpus)
    if read_manifest(index_folder(workspace, declared)) is None:
        build_corpus(workspace, corpus)
    options = dict(declared.retriever) if retriever in (None, declared.retriever["name"]) else {}
    options["name"] = retriever or declared.retriever["name"]
    if k is not None:
        options["k"] = k
    return retriever_of(workspace, declared, options).retrieve(Query(text=text))


def retriever_of(
    workspace: Workspace, corpus: Corpus, options: dict[str, object] | None = None
) -> Retriever:
    """Returns what finds a corpus's passages.

    Args:
        workspace: The corpus's.
        corpus: As declared.
        options: Instead of the corpus's own: the retriever's name, and its options.

    Raises:
        NotFoundError: there is no such retriever, or it has no such option.
        PluginError: its options do not fit.
    """
    given = dict(corpus.retriever if options is None else options)
    name = str(given.pop("name"))
    found: Retriever = made(
        workspace,
        "retrievers",
        name,
        RETRIEVERS,
        given,
        Place(corpus.file, None, "retriever"),
        offered={"corpus": str(index_folder(workspace, corpus))},
    )
    return found


def contents(workspace: Workspace, corpus: Corpus) -> Key:
    """Returns the digest of what a corpus's documents say.

    Raises:
        InputError: a document cannot be read.
    """
    return digest([one.digest for one in read_documents(_documents(workspace, corpus))])


def _documents(workspace: Workspace, corpus: Corpus) -> Path:
    return workspace.root / Path(corpus.file).parent / corpus.path


def index_folder(workspace: Workspace, corpus: Corpus) -> Path:
    """Returns where a corpus's index lies."""
    return workspace.root / ".roundtable" / "corpora" / corpus.id


def corpus_of(workspace: Workspace, id: str) -> Corpus:
    """Returns the corpus of that id.

    Raises:
        NotFoundError: there is none; it names those like it.
    """
    if id not in workspace.corpora:
        raise NotFoundError("corpus", id, workspace.corpora)
    return workspace.corpora[id]
