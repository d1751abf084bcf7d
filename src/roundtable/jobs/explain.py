"""Why a call was, or was not, answered from the journal."""

from __future__ import annotations

import msgspec

from roundtable.digest import canonical
from roundtable.errors import NotFoundError
from roundtable.evaluation.seams import call_key
from roundtable.generation.types import Request
from roundtable.jobs.build import chosen, plan
from roundtable.jobs.keys import keys
from roundtable.jobs.past import has_store, opened
from roundtable.workspace import Workspace


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a sample's first call is known, and if not, what differs from one that is.

    Args:
        sample: The sample's id.
        candidate: The candidate's id.
        key: The call's key.
        hit: Whether the journal has it.
        asked_at: When it was asked, if it was.
        differs: Parts of the request that differ from the nearest call in the journal.
        why: In words.
    """

    sample: str
    candidate: str
    key: str
    hit: bool
    asked_at: str
    differs: tuple[str, ...]
    why: str


def explain(workspace: Workspace, usecase: str, candidate: str, *, sample: str = "") -> Explanation:
    """Returns why a sample's call is a hit or not; the first sample's if none is named.

    Raises:
        NotFoundError: there is no such use case, candidate or sample.
    """
    wanted = workspace.usecase(usecase)
    picked = chosen(wanted, (candidate,))
    known = keys(workspace, wanted, picked, limit=None)
    ready, _ = plan(workspace, wanted, picked, known=known, limit=None)
    ids = ready.samples.ids()
    if sample and sample not in ids:
        raise NotFoundError("sample", sample, ids)
    row = ready.samples[ids.index(sample) if sample else 0]
    step = ready.candidates[0]
    request = step.pipeline.request(step.inputs(row), step.demonstrations(row))
    asked = canonical(request)
    source = step.source
    key = call_key(asked, source.provider, source.endpoint)
    hit, asked_at = False, ""
    differs: tuple[str, ...] = ()
    why = "nothing was asked yet: there is no store"
    if has_store(workspace):
        with opened(workspace) as store:
            call = store.calls.find(key)
            if call is not None:
                hit, asked_at = True, call.asked_at.isoformat(timespec="seconds")
                why = f"the same request was answered at {asked_at}"
            else:
                near = store.calls.nearest(source.provider, source.name, limit=200)
                best = min(
                    (
                        _differing(request, one.request, source.endpoint, one.endpoint)
                        for one in near
                    ),
                    key=len,
                    default=None,
                )
                differs = best or ()
                why = (
                    f"no call to {source.provider} {source.name} is in the journal"
                    if best is None
                    else f"the nearest call in the journal differs in {', '.join(differs)}"
                )
    return Explanation(
        sample=row.id,
        candidate=candidate,
        key=key,
        hit=hit,
        asked_at=asked_at,
        differs=differs,
        why=why,
    )


def _differing(request: Request, other: bytes, here: str, there: str) -> tuple[str, ...]:
    before = msgspec.json.decode(other, type=Request)
    names = [
        name
        for name in Request.__struct_fields__
        if getattr(request, name) != getattr(before, name)
    ]
    return (*names, *(("endpoint",) if here != there else ()))
