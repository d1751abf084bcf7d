"""How good each model was found to be, so that a remedy says what a change would cost."""

from __future__ import annotations

from roundtable.jobs.outcome import RunOutcome
from roundtable.jobs.past import has_store, kept_as, opened
from roundtable.workspace import Workspace


def measured(workspace: Workspace) -> dict[str, dict[str, float]]:
    """Returns, by use case and model asset, the best primary metric of its newest finished run.

    Only shares count, where higher is better.
    """
    found: dict[str, dict[str, float]] = {}
    if not has_store(workspace):
        return found
    with opened(workspace) as store:
        for record in store.runs.list():
            if record.usecase not in workspace.usecases or record.usecase in found:
                continue
            outcome = kept_as(record.summary, RunOutcome) if record.summary else None
            if outcome is not None:
                found[record.usecase] = _by_model(workspace, outcome)
    return found


def _by_model(workspace: Workspace, outcome: RunOutcome) -> dict[str, float]:
    models = {one.id: one.model for one in workspace.usecases[outcome.usecase].candidates}
    best: dict[str, float] = {}
    for one in outcome.candidates:
        estimate = one.metrics.get(outcome.primary)
        if estimate is None or estimate.value is None or one.id not in models:
            continue
        if estimate.unit or estimate.direction != "higher":
            continue
        asset = f"models/{models[one.id]}"
        best[asset] = max(best.get(asset, 0.0), estimate.value)
    return best
