"""`guard fit`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.options import print_json
from roundtable.errors import InputError


@click.command("fit")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--alpha", type=float, required=True, help="Accepted share of unsupported answers, such as 0.1."
)
@click.option(
    "--confidence", type=float, default=0.95, show_default=True, help="How sure the promise is."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file of the guard.",
)
@click.option("--cluster", default="", metavar="FIELD", help="Rows that share it count once.")
@click.option("--group-by", default="", metavar="FIELD", help="A promise for each of its values.")
@click.option("--checker", default="", metavar="NAME", help="Another checker than our own.")
@click.option("--seed", type=int, default=0, help="Of the draw of one row from each cluster.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def fit_command(
    file: Path,
    alpha: float,
    confidence: float,
    out: Path,
    cluster: str,
    group_by: str,
    checker: str,
    seed: int,
    as_json: bool,
) -> int:
    """Learn from labeled answers which may go out, so that at most ALPHA is unsupported.

    FILE holds rows {id, question, context, answer, hallucinated}; a row may bring its `score`.
    Exits 1 if no threshold can carry the promise: the file then lets no answer out.
    """
    from roundtable.jobs.guard import fit_guard

    for name, value in (("--alpha", alpha), ("--confidence", confidence)):
        if not 0 < value < 1:
            raise InputError(
                f"{name} is {value:g}", fix=f"give {name} a number between 0 and 1, such as 0.1"
            )
    guard = fit_guard(
        file,
        alpha=alpha,
        confidence=confidence,
        out=out,
        cluster=cluster,
        group_by=group_by,
        checker=checker,
        seed=seed,
    )
    if as_json:
        print_json(guard)
    else:
        click.echo(guard.promise)
        for one in guard.groups:
            said = f"answers up to {one.threshold:.4g}" if one.threshold is not None else "abstains"
            click.echo(f"  {one.group}: {said} ({one.n_answered} of {one.n} rows)")
        click.echo(f"written: {out}")
    return 0 if guard.answers_any else 1
