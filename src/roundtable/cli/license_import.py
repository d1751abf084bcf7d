"""`license import`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.options import common, opened, print_json


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--id",
    "prefix",
    default="",
    metavar="PREFIX",
    help="The folder below ancestors/ (default: the file's name).",
)
@common
def import_command(file: Path, prefix: str, directory: Path | None, as_json: bool) -> None:
    """Take a supplier's bill of materials into the workspace.

    FILE is CycloneDX (1.2 to 1.7) or SPDX 3.0.1, in JSON. Each thing that it describes becomes a
    file below ancestors/, with its license and what it was made from, so that your own assets can
    name it as a parent. What it does not say is written as unknown or undisclosed. Nothing is
    overwritten; a document that is malformed changes nothing.
    """
    from roundtable.jobs.suppliers import import_bill

    done = import_bill(opened(directory), file, prefix=prefix)
    if as_json:
        print_json(done)
        return
    click.echo(f"{len(done.files)} files written:")
    for name, one in zip(done.files, done.assets, strict=True):
        click.echo(f"  {name}: {one.kind}, {one.license}, lineage {one.lineage}")
    unknown = sum(one.license == "unknown" for one in done.assets)
    if unknown:
        click.echo(f"{unknown} of them have a license that no terms know: ask the supplier.")
    child = next((one for one in done.assets if one.kind in ("model", "adapter")), done.assets[0])
    click.echo("Name what yours is made from, for example, if you use it as it is:")
    click.echo(f'  parents = [{{ id = "{child.id}", relation = "includes" }}]')
