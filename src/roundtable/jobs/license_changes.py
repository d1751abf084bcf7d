"""Which use cases would get another answer: under other terms, or under other circumstances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from roundtable.errors import InputError, NotFoundError, Place
from roundtable.jobs.license import Licenses
from roundtable.licensing import Finding, Graph, KnowledgeBase, Terms
from roundtable.licensing.changes import TermsChange, diff
from roundtable.licensing.knowledge import merged, read_terms
from roundtable.licensing.lineage import graph_of
from roundtable.licensing.vocabulary import Audience, Distribution, Verdict
from roundtable.workspace import UseCase


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's answer before and after.

    Args:
        id: The candidate, such as `usecases/triage#few-shot`.
        before: The verdict today.
        after: The verdict then.
        obligations_added: Duties that then come on top.
        obligations_dropped: Duties that then fall away.
        finding: The answer then, in full.
    """

    id: str
    before: Verdict
    after: Verdict
    obligations_added: tuple[str, ...]
    obligations_dropped: tuple[str, ...]
    finding: Finding

    @property
    def changed(self) -> bool:
        """Returns whether anything changed."""
        added, dropped = self.obligations_added, self.obligations_dropped
        return self.before != self.after or bool(added or dropped)


class TermsDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in the terms, and whose answer would change with them."""

    change: TermsChange
    usecases: tuple[Moved, ...]


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What may be otherwise; None or empty: as it is.

    Args:
        model: A model of the workspace in the candidates' place.
        audience: Who sees what the model says.
        distribution: What leaves the house.
        users: Monthly active users.
        users_times: Their number, times this.
        company_region: Where the company has its seat.
        domains: Fields of use.
        commercial: Whether money is made with it.
    """

    model: str = ""
    audience: Audience | None = None
    distribution: Distribution | None = None
    users: int | None = None
    users_times: float | None = None
    company_region: str | None = None
    domains: tuple[str, ...] | None = None
    commercial: bool | None = None


def terms_of(name: str, knowledge: KnowledgeBase) -> tuple[Terms, bool]:
    """Returns the terms that a name stands for, and whether they come from a file.

    Args:
        name: An id of the knowledge base, or a file that holds one license.
        knowledge: The terms that are there.

    Raises:
        InputError: there are none, or the file holds several.
    """
    path = Path(name)
    if not path.suffix or not path.is_file():
        return knowledge.get(name), False
    found = read_terms(path, known=list(knowledge.licenses))
    own = [one for one in found.licenses.values() if one.source != "built in"]
    if len(own) != 1:
        raise InputError(
            f"the file holds {len(own)} licenses", where=Place(name), fix="give a file of one"
        )
    return own[0], True


def diff_terms(
    licenses: Licenses | None, old: str, new: str, knowledge: KnowledgeBase
) -> TermsDiff:
    """Returns what changed from one version to another, and whose answer would change.

    Assets under the old license are taken to stand under the new one.

    Args:
        licenses: Of the workspace; None outside of one: only the clauses are held together.
        old: An id, or a file of terms.
        new: Likewise.
        knowledge: The terms that are there.

    Raises:
        InputError: there are no such terms.
    """
    before, _ = terms_of(old, knowledge)
    after, from_file = terms_of(new, knowledge)
    change = diff(before, after)
    if licenses is None:
        return TermsDiff(change=change, usecases=())
    renamed = msgspec.structs.replace(after, id=f"{after.id}#new" if from_file else after.id)
    then = merged(licenses.knowledge, KnowledgeBase([renamed])) if from_file else licenses.knowledge
    assets = [
        msgspec.structs.replace(asset, license=renamed.id)
        if (found := licenses.knowledge.find(asset.license)) and found.id == before.id
        else asset
        for asset in licenses.graph
    ]
    other = msgspec.structs.replace(licenses, knowledge=then, graph=Graph(assets))
    return TermsDiff(change=change, usecases=tuple(_moved(licenses, other)))


def what_if(licenses: Licenses, usecase: str, other: Circumstances) -> tuple[Moved, ...]:
    """Returns each candidate's answer today, and under other circumstances.

    Args:
        licenses: Of the workspace.
        usecase: The use case's id.
        other: What would be otherwise.

    Raises:
        NotFoundError: there is no such use case or model.
    """
    workspace = licenses.workspace
    today = workspace.usecase(usecase)
    if other.model and other.model not in workspace.models:
        raise NotFoundError("model", other.model, workspace.models)
    # What answers without a model has none to replace.
    models = {
        one.id: other.model
        for one in today.candidates
        if other.model and workspace.models[one.model].provider != "baseline"
    }
    then = _changed(today, other, models)
    changed = msgspec.structs.replace(workspace, usecases={**workspace.usecases, usecase: then})
    after = msgspec.structs.replace(licenses, workspace=changed, graph=graph_of(changed))
    return tuple(_moved(licenses, after, only=usecase))


def _changed(usecase: UseCase, other: Circumstances, models: Mapping[str, str]) -> UseCase:
    from roundtable.workspace.usecase import Use

    outside = (other.audience or usecase.audience) == "product"
    said = usecase.use or Use(distribution="hosted-service" if outside else "internal-only")
    users = said.monthly_active_users if other.users is None else other.users
    if other.users_times is not None:
        users = round((users or 0) * other.users_times)
    given = {
        "distribution": other.distribution,
        "company_region": other.company_region,
        "domains": other.domains,
        "commercial": other.commercial,
        "monthly_active_users": users,
    }
    use = said.model_copy(update={name: one for name, one in given.items() if one is not None})
    candidates = tuple(
        one.model_copy(update={"model": models.get(one.id, one.model)})
        for one in usecase.candidates
    )
    audience = other.audience or usecase.audience
    return usecase.model_copy(update={"use": use, "audience": audience, "candidates": candidates})


def _moved(before: Licenses, after: Licenses, *, only: str = "") -> Iterable[Moved]:
    for id, usecase in before.workspace.usecases.items():
        if only and id != only:
            continue
        then = after.of_usecase(after.workspace.usecases[id])
        for candidate, was in before.of_usecase(usecase).items():
            now = then[candidate]
            yield Moved(
                id=was.id,
                before=was.verdict,
                after=now.verdict,
                obligations_added=_less(now.obligations, was.obligations),
                obligations_dropped=_less(was.obligations, now.obligations),
                finding=now,
            )


def _less(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in one if each not in other)
