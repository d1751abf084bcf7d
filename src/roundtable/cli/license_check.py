"""`license check`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec

from roundtable.cli.options import common, print_json
from roundtable.errors import UsageError


@click.command("check")
@click.argument("target")
@click.option(
    "--terms",
    type=click.Path(path_type=Path),
    help="A file or folder of terms in place of those that come with Roundtable.",
)
@common
def check_command(target: str, terms: Path | None, directory: Path | None, as_json: bool) -> int:
    """Answer whether what TARGET asks is allowed, and why.

    TARGET is a file of scenarios (.yaml, .toml, .json). Exits 0 if everything asked for may be
    done, with or without duties; 1 if something is prohibited or somebody has to look first. It is
    triage that prepares a decision, not legal advice.
    """
    from roundtable.cli.findings import print_findings
    from roundtable.licensing.knowledge import packaged, read_terms
    from roundtable.licensing.scenarios import answer, read_scenarios

    if not Path(target).is_file():
        raise UsageError(
            f"there is no file {target!r}", fix="name a file of scenarios: .yaml, .toml or .json"
        )
    knowledge = read_terms(terms) if terms else packaged()
    findings = answer(read_scenarios(Path(target), knowledge), knowledge, today=date.today())
    if as_json:
        print_json([{**msgspec.to_builtins(one), "remedies": []} for one in findings])
    else:
        print_findings(findings)
    return int(any(one.verdict in ("prohibited", "review") for one in findings))
