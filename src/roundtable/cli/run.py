"""`run`, `show`, `runs`, `compare`, `cache explain`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from roundtable.cli.options import common, opened, print_json

# With the default of 5 ms, the store's thread waits that long for its turn at each commit.
_SWITCH_INTERVAL_S = 0.001


@click.command("run")
@click.argument("usecase")
@click.option(
    "--candidate", "candidates", multiple=True, metavar="ID", help="Only this one; repeat."
)
@click.option(
    "--limit", type=click.IntRange(min=1), help="At most so many samples, drawn by chance."
)
@click.option("--fresh", is_flag=True, help="Ask again what earlier runs have asked.")
@common
def run_command(
    usecase: str,
    candidates: tuple[str, ...],
    limit: int | None,
    fresh: bool,
    directory: Path | None,
    as_json: bool,
) -> int:
    """Evaluate every candidate of USECASE, and let its gate decide.

    Answers of earlier runs are not paid for again, and an interrupted run goes on where it was.
    Exits 0 if every check asked for holds, 1 if one does not, 2 on bad input, 3 if a provider
    failed or the budget is used up.
    """
    from roundtable.cli.progress import Progressing
    from roundtable.jobs.outcome import document
    from roundtable.jobs.run import run

    started_s = time.perf_counter()
    workspace = opened(directory)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    with Progressing(usecase) as progress:
        outcome = run(
            workspace,
            usecase,
            candidates=candidates,
            limit=limit,
            fresh=fresh,
            watch=progress.watch,
            told=progress.told,
        )
    elapsed_s = time.perf_counter() - started_s
    if as_json:
        print_json(document(outcome, elapsed_s=elapsed_s))
    else:
        from roundtable.cli.tables import print_outcome

        print_outcome(outcome, root=workspace.root, elapsed_s=elapsed_s)
    return 0 if outcome.gate.verdict == "pass" else 1


@click.command("show")
@click.argument("run")
@common
def show_command(run: str, directory: Path | None, as_json: bool) -> None:
    """Show the past run RUN: its id, or the beginning of it."""
    from roundtable.jobs.outcome import document
    from roundtable.jobs.past import show

    workspace = opened(directory)
    outcome = show(workspace, run)
    if as_json:
        print_json(document(outcome))
    else:
        from roundtable.cli.tables import print_outcome

        print_outcome(outcome, root=workspace.root, elapsed_s=outcome.elapsed_s)


@click.command("runs")
@click.option("--limit", type=click.IntRange(min=1), default=50, help="At most so many.")
@common
def runs_command(limit: int, directory: Path | None, as_json: bool) -> None:
    """List past runs, newest first."""
    from roundtable.jobs.past import runs

    found = runs(opened(directory), limit=limit)
    if as_json:
        print_json(
            {
                "runs": [
                    {
                        "run": one.id,
                        "usecase": one.usecase,
                        "state": one.state,
                        "started_at": one.started_at.isoformat(timespec="seconds"),
                        "report": one.report,
                    }
                    for one in found
                ]
            }
        )
        return
    from roundtable.cli.tables import print_runs

    print_runs(found)


@click.command("compare")
@click.argument("a")
@click.argument("b")
@click.option("--usecase", default="", help="Where candidates are looked for.")
@common
def compare_command(a: str, b: str, usecase: str, directory: Path | None, as_json: bool) -> None:
    """Hold A against B on the same samples: candidates, runs, or RUN:CANDIDATE."""
    from roundtable.evaluation.words import in_words
    from roundtable.jobs.compare import compare

    found = compare(opened(directory), a, to=b, usecase=usecase)
    if as_json:
        print_json(found)
        return
    for comparison in found.values():
        click.echo(in_words(comparison, a=a, b=b))


@click.group("cache")
def cache_command() -> None:
    """Say why a call was, or was not, answered from the journal."""


@cache_command.command("explain")
@click.argument("usecase")
@click.argument("candidate")
@click.option("--sample", default="", help="The sample's id (default: the first one).")
@common
def explain_command(
    usecase: str, candidate: str, sample: str, directory: Path | None, as_json: bool
) -> None:
    """Explain one sample's first call of a CANDIDATE of USECASE."""
    from roundtable.jobs.explain import explain

    found = explain(opened(directory), usecase, candidate, sample=sample)
    if as_json:
        print_json(found)
        return
    click.echo(f"{'hit' if found.hit else 'miss'}: {found.why}")
    click.echo(f"sample {found.sample}, candidate {found.candidate}, key {found.key}")
