"""`license check`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import cast

import click

from roundtable.cli.options import common, opened, print_json
from roundtable.errors import UsageError
from roundtable.licensing.types import Finding
from roundtable.licensing.vocabulary import AUDIENCES, DISTRIBUTIONS, Audience, Distribution

_ENDINGS = (".yaml", ".yml", ".toml", ".json")


@click.command("check")
@click.argument("target", default="")
@click.option(
    "--terms",
    type=click.Path(path_type=Path),
    help="A file or folder of terms in place of those that come with Roundtable.",
)
@click.option(
    "--distribution",
    type=click.Choice(DISTRIBUTIONS),
    help="What leaves the house, for an asset (default: internal-only).",
)
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    help="Who sees what it says, for an asset (default: internal).",
)
@common
def check_command(
    target: str,
    terms: Path | None,
    distribution: str | None,
    audience: str | None,
    directory: Path | None,
    as_json: bool,
) -> int:
    """Answer whether what TARGET asks is allowed, and why.

    TARGET is a use case (each of its candidates is answered), a candidate
    (usecases/triage#few-shot), an asset (models/base, recipes/triage-lora), or a file of scenarios
    (.yaml, .toml, .json); without it, every candidate and recipe of the workspace is answered.
    Exits 0 if everything asked for may be done, with or without duties; 1 if something is
    prohibited or somebody has to look first. It is triage that prepares a decision, not legal
    advice.
    """
    from roundtable.cli.findings import document, print_findings

    is_file = Path(target).is_file() if target else False
    if is_file:
        findings = _of_scenarios(Path(target), terms)
    elif target.endswith(_ENDINGS):
        raise UsageError(f"there is no file {target!r}", fix="name a file of scenarios")
    else:
        findings = _of_workspace(
            target,
            terms,
            directory,
            distribution=cast("Distribution | None", distribution),
            audience=cast("Audience | None", audience),
        )
    if as_json:
        print_json([document(one) for one in findings])
    else:
        print_findings(findings, today=date.today())
    return int(any(one.verdict in ("prohibited", "review") for one in findings))


def _of_scenarios(file: Path, terms: Path | None) -> Sequence[Finding]:
    from roundtable.licensing.knowledge import packaged, read_terms
    from roundtable.licensing.scenarios import answer, read_scenarios

    knowledge = read_terms(terms) if terms else packaged()
    return answer(read_scenarios(file, knowledge), knowledge, today=date.today())


def _of_workspace(
    target: str,
    terms: Path | None,
    directory: Path | None,
    *,
    distribution: Distribution | None,
    audience: Audience | None,
) -> Sequence[Finding]:
    import msgspec

    from roundtable.jobs.license import answers, licenses_of
    from roundtable.jobs.measured import measured
    from roundtable.licensing.knowledge import read_terms

    knowledge = read_terms(terms) if terms else None
    workspace = opened(directory)
    licenses = msgspec.structs.replace(
        licenses_of(workspace, terms=knowledge), quality=measured(workspace)
    )
    return list(answers(licenses, target, distribution=distribution, audience=audience))
