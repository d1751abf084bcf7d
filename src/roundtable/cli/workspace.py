"""`init`, `check`, `schema`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.options import common, opened, print_json
from roundtable.jobs.schemas import schema, write_schemas
from roundtable.workspace import init


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def init_command(directory: Path, as_json: bool) -> None:
    """Make a workspace in DIRECTORY that runs at once, offline."""
    files = [str(path) for path in init(directory)]
    if as_json:
        print_json({"workspace": str(directory), "files": files})
        return
    click.echo(f"{directory} is a workspace of {len(files)} files. Next:")
    click.echo(f"  cd {directory} && roundtable run triage")


@click.command("check")
@common
def check_command(directory: Path | None, as_json: bool) -> None:
    """Load and validate every file of the workspace; calls nothing."""
    from roundtable.jobs.license import licenses_of

    workspace = opened(directory)
    licenses_of(workspace)
    write_schemas(workspace.root)
    if as_json:
        print_json({"errors": []})
        return
    n = {
        "use cases": len(workspace.usecases),
        "models": len(workspace.models),
        "prompts": len(workspace.prompts),
        "datasets": len(workspace.datasets),
    }
    click.echo(f"no problems: {', '.join(f'{count} {name}' for name, count in n.items())}")


@click.command("schema")
@click.argument("kind")
def schema_command(kind: str) -> None:
    """Print the JSON Schema of files of KIND, such as model, usecase or terms."""
    click.echo(schema(kind))
