"""Past runs: where they are kept, one of them, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from roundtable.errors import InputError, NotFoundError
from roundtable.jobs.outcome import RunOutcome
from roundtable.store import RunRecord, Store, open_store
from roundtable.workspace import Workspace


def has_store(workspace: Workspace) -> bool:
    """Returns whether the store is there; a server counts as there."""
    url = workspace.settings.workspace.store
    scheme, _, path = url.partition(":///")
    return scheme != "sqlite" or (workspace.root / path).is_file()


@contextmanager
def opened(workspace: Workspace) -> Iterator[Store]:
    """Opens the workspace's store, and closes it afterwards."""
    settings = workspace.settings.workspace
    with open_store(settings.store, blobs=settings.blobs, root=workspace.root) as store:
        yield store


T = TypeVar("T")


def kept_as(data: bytes, kind: type[T]) -> T | None:
    """Returns what a store keeps of a run or a candidate; None if another version wrote it."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError:
        return None


def show(workspace: Workspace, run_id: str) -> RunOutcome:
    """Returns a past run.

    Raises:
        NotFoundError: there is none whose id begins like this.
        InputError: it has not finished, or another version wrote it.
    """
    if not has_store(workspace):
        raise NotFoundError("run", run_id, ())
    with opened(workspace) as store:
        record = store.runs.get(run_id)
        if not record.summary:
            raise InputError(
                f"the run {record.id} of {record.usecase!r} has not finished",
                fix=f"go on with it: roundtable run {record.usecase}",
            )
        outcome = kept_as(record.summary, RunOutcome)
        if outcome is None:
            raise InputError(
                f"the run {record.id} of {record.usecase!r} was made by another version",
                fix=f"run it again, its answers are kept: roundtable run {record.usecase}",
            )
        return outcome


def runs(workspace: Workspace, *, limit: int = 50) -> list[RunRecord]:
    """Returns past runs, newest first."""
    if not has_store(workspace):
        return []
    with opened(workspace) as store:
        return list(store.runs.list(limit=limit))
