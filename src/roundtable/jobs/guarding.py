"""What stands between a candidate's answers and their readers: its guard, and its rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from roundtable.errors import InputError, Place
from roundtable.generation.grounding.reviewing import Review
from roundtable.generation.guard import fitting
from roundtable.jobs.guard import checker_named, identity, read_guard
from roundtable.workspace import UseCase, Workspace
from roundtable.workspace.assets import Guard


def review_of(workspace: Workspace, usecase: UseCase, candidate: Any) -> Review | None:
    """Returns what becomes of a candidate's answers before they go out; None if nothing does.

    Raises:
        InputError: the guard is not what its file says, or the candidate has no passages.
    """
    if not candidate.guard and candidate.unsupported == "keep":
        return None
    where = Place(usecase.file, None, f"candidates.{candidate.id}")
    if not candidate.grounding:
        asked = "guard" if candidate.guard else "unsupported"
        raise InputError(
            f"the candidate {candidate.id!r} has nothing that its answers could be held against",
            where=Place(where.file, None, f"{where.field}.{asked}"),
            fix='ground it in a corpus: grounding = "..."; or take the key out',
        )
    asks = workspace.datasets[usecase.dataset].input[0]
    if not candidate.guard:
        return Review(checker=checker_named(""), unsupported=candidate.unsupported, asks=asks)
    declared = workspace.guards[candidate.guard]
    held = fitted(workspace, declared)
    inputs = workspace.datasets[usecase.dataset].input
    if held.group_by and held.group_by not in inputs:
        raise InputError(
            f"the guard {declared.id!r} has a threshold for each {held.group_by!r}, which no row"
            " here has",
            where=Place(where.file, None, f"{where.field}.guard"),
            fix=f"add it to `input` of the dataset {usecase.dataset!r}, or fit a guard without it",
        )
    return Review(
        checker=checker_named(held.checker.partition("@")[0]),
        unsupported=candidate.unsupported,
        guard=held,
        guarded_by=declared.id,
        on_abstain=declared.on_abstain,
        asks=asks,
    )


def fitted(workspace: Workspace, declared: Guard) -> fitting.Guard:
    """Returns a guard's threshold, once it is sure that it is the one that was declared.

    Raises:
        InputError: its file cannot be read, promises something else, or is of another checker.
    """
    path = workspace.root / Path(declared.file).parent / declared.fitted
    held = read_guard(path)
    for name in ("alpha", "confidence"):
        said, learned = getattr(declared, name), getattr(held, name)
        if abs(said - learned) > 1e-9:
            raise InputError(
                f"{declared.id!r} declares {name} = {said:g}, and {declared.fitted} was fitted for"
                f" {learned:g}",
                where=Place(declared.file, None, name),
                fix="fit it anew (roundtable guard fit), or declare what it promises",
            )
    name = held.checker.partition("@")[0]
    now = identity(name) if name not in ("", "given") else ""
    if held.checker != now:
        raise InputError(
            f"the guard {declared.id!r} was learned from scores of"
            f" {held.checker or 'nobody knows whom'!r}, and answers here are scored by"
            f" {now or identity('')!r}",
            where=Place(declared.file, None, "fitted"),
            fix="fit it anew with the checker of this version: roundtable guard fit",
        )
    return held


def review_key(workspace: Workspace, candidate: Any) -> object:
    """Returns all that decides what becomes of a candidate's answers, as a value with a digest.

    Raises:
        InputError: see `fitted`.
    """
    if not candidate.guard:
        return identity("") if candidate.unsupported != "keep" else None
    declared = workspace.guards[candidate.guard]
    return [fitted(workspace, declared), declared.on_abstain]
