"""`license what-if`."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from roundtable.cli.license_moves import print_moves
from roundtable.cli.options import common, opened, print_json
from roundtable.licensing.vocabulary import AUDIENCES, DISTRIBUTIONS, Audience, Distribution


@click.command("what-if")
@click.argument("usecase")
@click.option("--model", default="", metavar="ID", help="Another model in the candidates' place.")
@click.option("--audience", type=click.Choice(AUDIENCES), help="Another audience.")
@click.option("--distribution", type=click.Choice(DISTRIBUTIONS), help="Something else leaves.")
@click.option("--users", type=click.IntRange(min=0), help="So many monthly active users.")
@click.option("--users-times", type=click.FloatRange(min=0), help="So many times the users.")
@click.option("--region", metavar="REGION", help="Another seat of the company, such as EU.")
@click.option("--domain", "domains", multiple=True, metavar="FIELD", help="A field of use; repeat.")
@click.option("--commercial/--research", default=None, help="With or without commercial purpose.")
@common
def what_if_command(
    usecase: str,
    model: str,
    audience: str | None,
    distribution: str | None,
    users: int | None,
    users_times: float | None,
    region: str | None,
    domains: tuple[str, ...],
    commercial: bool | None,
    directory: Path | None,
    as_json: bool,
) -> int:
    """Answer what USECASE's licenses would allow under other circumstances.

    Exits 1 if a candidate would then be prohibited, or somebody would have to look first.
    """
    from roundtable.jobs.license import licenses_of
    from roundtable.jobs.license_changes import Circumstances, what_if

    other = Circumstances(
        model=model,
        audience=cast("Audience | None", audience),
        distribution=cast("Distribution | None", distribution),
        users=users,
        users_times=users_times,
        company_region=region,
        domains=domains or None,
        commercial=commercial,
    )
    moves = what_if(licenses_of(opened(directory)), usecase, other)
    if as_json:
        print_json(moves)
    else:
        print_moves(moves, nothing="the use case has no candidate")
    return int(any(one.after in ("review", "prohibited") for one in moves))
