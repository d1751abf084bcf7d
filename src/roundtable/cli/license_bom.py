"""`license bom`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.options import opened
from roundtable.errors import UsageError


@click.command("bom")
@click.argument("usecase")
@click.option(
    "--format",
    "format",
    type=click.Choice(["cyclonedx", "spdx"]),
    default="cyclonedx",
    show_default=True,
    help="CycloneDX 1.6 (ML-BOM), or SPDX 3.0.1 with its AI and Dataset profiles.",
)
@click.option("--candidate", "candidates", multiple=True, help="Only this candidate; repeatable.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file to write instead of stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="Changes nothing: the document is JSON.")
@click.option(
    "--workspace",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="The workspace's folder (default: the nearest parent with roundtable.toml).",
)
def bom_command(
    usecase: str,
    format: str,
    candidates: tuple[str, ...],
    output: Path | None,
    as_json: bool,
    directory: Path | None,
) -> None:
    """Write the AI bill of materials of USECASE to stdout.

    It lists models, data, corpora, prompts and software with their lineage, licenses, hashes and
    what the license check says. The same content gives the same document but for its time, which
    SOURCE_DATE_EPOCH sets.
    """
    from roundtable.jobs.bill import bill_of
    from roundtable.jobs.license import licenses_of
    from roundtable.licensing.bom import write_bill
    from roundtable.licensing.bom.writing import moment

    del as_json
    workspace = opened(directory)
    if output is not None and not output.parent.is_dir():
        raise UsageError(
            f"there is no folder {str(output.parent)!r}",
            fix="name a file in a folder that is there",
        )
    id, _, candidate = usecase.removeprefix("usecases/").partition("#")
    wanted = (*candidates, candidate) if candidate else candidates
    created = moment()
    licenses = licenses_of(workspace, as_of=created.date())
    bill = bill_of(licenses, workspace.usecase(id), wanted)
    text = write_bill(bill, "spdx" if format == "spdx" else "cyclonedx", created=created)
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(output, text)
    click.echo(f"{output}: {len(bill.components)} components", err=True)


def write_whole(path: Path, text: str) -> None:
    """Writes a file, all of it or nothing.

    Raises:
        UsageError: it cannot be written there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(
            f"{path} cannot be written: {error.strerror}",
            fix="name a file in a folder that is there",
        ) from error
