"""`license identify`."""

from __future__ import annotations

from pathlib import Path

import click

from roundtable.cli.options import common, print_json


@click.command("identify")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@common
def identify_command(paths: tuple[Path, ...], directory: Path | None, as_json: bool) -> int:
    """Say which license each PATH is: a text, a source file, a model's weights, or a folder.

    The answer is exact (every word is the license's), modified (made from it, with the passages
    that differ) or unknown (with what it resembles). What tags and metadata claim is told as
    declared, and held against the texts. It is triage, not legal advice.
    """
    from roundtable.licensing.identifying.target import identify

    found = [one for path in paths for one in identify(path)]
    if as_json:
        print_json(found)
    else:
        from roundtable.cli.identifications import print_identifications

        print_identifications(found)
    return 0
