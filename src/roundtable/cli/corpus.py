"""`corpus build`, `corpus search`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.lazy import group
from roundtable.cli.options import common, opened, print_json

COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("corpus", "Index the documents that are new or changed."),
    "search": ("corpus", "Find the passages that fit a question."),
}
"""Command to its module below `roundtable.cli`, and its one line of help."""


@group("corpus", COMMANDS)
def corpus_command() -> None:
    """Index documents that answers rest on, and search them."""


@click.command("build")
@click.argument("corpus")
@common
def build_command(corpus: str, directory: Path | None, as_json: bool) -> None:
    """Index the documents of CORPUS that are new or changed; take out those that are gone."""
    from roundtable.jobs.corpus import build_corpus

    built = build_corpus(opened(directory), corpus)
    if as_json:
        print_json(built)
        return
    click.echo(
        f"{corpus}: {built.documents:,} documents, {built.passages:,} passages"
        f" ({built.added:,} documents new, {built.changed:,} changed, {built.removed:,} gone)"
    )


@click.command("search")
@click.argument("corpus")
@click.argument("query")
@click.option("-k", type=click.IntRange(min=1), help="How many passages (default: the corpus's).")
@click.option("--retriever", metavar="NAME", help="Another retriever than the corpus names.")
@common
def search_command(
    corpus: str,
    query: str,
    k: int | None,
    retriever: str | None,
    directory: Path | None,
    as_json: bool,
) -> None:
    """Find the passages of CORPUS that fit QUERY, best first."""
    from roundtable.jobs.corpus import search_corpus

    found = search_corpus(opened(directory), corpus, query, k=k, retriever=retriever)
    if as_json:
        print_json({"results": found})
        return
    if not found:
        click.echo("nothing in the corpus fits")
    for rank, passage in enumerate(found, 1):
        click.echo(f"[{rank}] {passage.source} {passage.start}-{passage.end} ({passage.score:.3f})")
        click.echo(click.wrap_text(" ".join(passage.text.split()), 96, "    ", "    "))
