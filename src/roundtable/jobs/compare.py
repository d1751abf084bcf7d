"""Two candidates, of one run or of two, on the samples that both answered."""

from __future__ import annotations

from roundtable.errors import NotFoundError, UsageError
from roundtable.evaluation.comparison import Comparison
from roundtable.evaluation.comparison import compare as compare_values
from roundtable.evaluation.summary import CandidateSummary, values_of
from roundtable.jobs.outcome import RunOutcome
from roundtable.jobs.past import kept_as, runs, show
from roundtable.workspace import Workspace


def compare(workspace: Workspace, a: str, *, to: str, usecase: str = "") -> dict[str, Comparison]:
    """Returns each metric's difference, a minus the other, paired on the same samples.

    Args:
        workspace: Loaded and valid.
        a: A candidate's id, `RUN:CANDIDATE`, or a run's id (then the candidate its gate judged).
        to: What it is held against, in the same forms.
        usecase: Where a candidate's id is looked for; empty for the use case run last.

    Raises:
        NotFoundError: there is no such run or candidate.
        UsageError: the two were not evaluated on the same samples, or the rows have changed.
    """
    first_run, first = _find(workspace, a, usecase)
    second_run, second = _find(workspace, to, usecase)
    if first_run.usecase != second_run.usecase or first_run.split != second_run.split:
        raise UsageError(
            f"{a!r} and {to!r} were not evaluated on the same samples",
            fix="compare candidates of one use case, evaluated on the same split",
        )
    if _rows(first_run) != _rows(second_run):
        raise UsageError(
            f"the rows of {first_run.usecase!r} have changed between {a!r} and {to!r}",
            fix="run both again: what was asked before is not paid for again",
        )
    # The order of the rows is the same for every limit: the shorter run is the longer's beginning.
    n = min(first_run.n_samples, second_run.n_samples)
    clusters = first_run.cluster_codes()
    return compare_values(
        values_of(first.kept, n=n),
        values_of(second.kept, n=n),
        clusters=None if clusters is None else clusters[:n],
        looks=first.kept.looks or second.kept.looks,
    )


def _rows(run: RunOutcome) -> dict[str, str]:
    """Returns which rows a run evaluated, by digest: its first input."""
    return {one.asset: one.digest for one in run.inputs[:1]}


def _find(workspace: Workspace, name: str, usecase: str) -> tuple[RunOutcome, CandidateSummary]:
    run_id, _, candidate = name.partition(":")
    finished = [one for one in runs(workspace, limit=500) if one.state == "finished"]
    if candidate or any(one.id.startswith(run_id.upper()) for one in finished if len(run_id) > 3):
        outcome = show(workspace, run_id)
        wanted = candidate or outcome.gate.candidate
        known = [one.id for one in outcome.candidates]
        if wanted not in known:
            raise NotFoundError("candidate", wanted, known)
        return outcome, outcome.candidate(wanted)
    names: set[str] = set()
    for record in finished:
        if usecase and record.usecase != usecase:
            continue
        kept = kept_as(record.summary, RunOutcome)
        if kept is None:
            continue  # another version wrote it
        known = [one.id for one in kept.candidates]
        if name in known:
            return kept, kept.candidate(name)
        names.update(known)
    raise NotFoundError("candidate or run", name, names)
