"""`guard score`."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("score")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--model",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A cross-encoder as an ONNX file, its tokenizer.json beside it (default: built in).",
)
@click.option(
    "--supported",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help='The column of --model\'s output that stands for "supported".',
)
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Taken as by any command; nothing of a workspace is read.",
)
@click.option("--json", "as_json", is_flag=True, help="Changes nothing: rows are always JSON.")
def score_command(
    file: Path, model: Path | None, supported: int, workspace: Path | None, as_json: bool
) -> None:
    """Say how likely each answer of FILE is not supported by its context.

    FILE holds JSON lines {id, question, context, answer}. Each row comes out as one JSON row
    {id, score, sentences: [{start, end, score, support: [{start, end}]}]}: score is the estimated
    probability that the answer is not supported; start and end count characters, of the answer for
    a sentence and of the context for its support. Needs no workspace.
    """
    import msgspec

    from roundtable.generation.guard import Checker, read_claims, score

    checker: Checker | None = None
    if model is not None:
        from roundtable.generation.guard.cross_encoder import CrossEncoder

        checker = CrossEncoder(path=str(model), supported=supported)
    encoder = msgspec.json.Encoder()
    out = sys.stdout
    for verdict in score(read_claims(file), checker=checker):
        out.write(encoder.encode(verdict).decode() + "\n")
        out.flush()
