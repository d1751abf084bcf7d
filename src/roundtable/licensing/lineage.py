"""What a workspace's files say, as a graph of assets, and what each use case asks of it.

Every model, dataset, corpus, prompt, guard and ancestor is an asset under its folder's name and its
id. A recipe stands for what it makes. Each candidate of a use case is a `system` of our own, such
as `usecases/triage#few-shot`, that includes the model, the prompt, the adapter and the guard. Rows
that a candidate is shown as examples, and passages it is given, are shown to the model and may come
out of it again: the candidate retrieves from them. What it is only measured with, the evaluated
rows and judges, does not reach it. Why: docs/decisions/0012-what-a-candidate-is-made-of.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from roundtable.errors import Place
from roundtable.licensing.doubts import EU_MEMBERS
from roundtable.licensing.graph import Graph
from roundtable.licensing.types import Asset, Parent, Use
from roundtable.licensing.vocabulary import Kind, Relation
from roundtable.workspace import UseCase, Workspace
from roundtable.workspace.assets import Licensed, Recipe
from roundtable.workspace.declared import Parent as DeclaredParent
from roundtable.workspace.lines import line_of, toml_lines
from roundtable.workspace.prompt import Prompt
from roundtable.workspace.usecase import Candidate

_MADE_BY: dict[str, tuple[Kind, Relation]] = {
    "lora": ("adapter", "adapter-of"),
    "full": ("model", "fine-tuned-from"),
    "hosted": ("model", "fine-tuned-from"),
    # The weights are new, but a tokenizer or a configuration of the named model goes in as it is.
    "from-scratch": ("model", "includes"),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about an asset, and what nobody said, so that it was assumed.

    Args:
        use: The question.
        assumed: Assumptions, a sentence each.
    """

    use: Use
    assumed: tuple[str, ...] = ()


def graph_of(workspace: Workspace) -> Graph:
    """Returns the graph of all assets of a workspace, its use cases' candidates among them.

    Raises:
        InputError: something is made from itself, by way of a recipe; with its place.
    """
    found = list(_assets(workspace))
    return Graph(
        (asset for asset, _ in found), place=_Places(workspace.root, [file for _, file in found])
    )


def system_id(usecase: str, candidate: str) -> str:
    """Returns the id of a candidate's asset.

    >>> system_id("triage", "few-shot")
    'usecases/triage#few-shot'
    """
    return f"usecases/{usecase}#{candidate}"


def asked_of(usecase: UseCase, asset: str) -> Asked:
    """Returns what a use case asks about an asset: its `[use]` and its audience.

    Without `[use]`, what a product says is taken to reach people over a network.

    Args:
        usecase: The use case.
        asset: The asset's id, such as that of a candidate.
    """
    said = usecase.use
    outside = usecase.audience == "product"
    assumed = []
    if said is None:
        distribution = "hosted-service" if outside else "internal-only"
        assumed.append(
            f"{usecase.file} has no [use]: for the audience {usecase.audience!r}, a commercial use"
            f" as {distribution} was assumed"
        )
        use = Use(
            asset=asset,
            distribution="hosted-service" if outside else "internal-only",
            audience=usecase.audience,
        )
    else:
        # Terms ask about the EU, not about its members.
        in_eu = said.company_region.upper() in EU_MEMBERS
        use = Use(
            asset=asset,
            distribution=said.distribution,
            audience=usecase.audience,
            commercial=said.commercial,
            monthly_active_users=said.monthly_active_users or 0,
            company_region="EU" if in_eu else said.company_region or None,
            regions=said.regions,
            domains=said.domains,
        )
    leaves = outside or use.distribution != "internal-only"
    if leaves and (said is None or said.monthly_active_users is None):
        assumed.append(
            "nobody says how many people use it in a month: 0 were assumed, so that limits on users"
            " in licenses are not held against it"
        )
    return Asked(use=use, assumed=tuple(assumed))


def _assets(workspace: Workspace) -> Iterator[tuple[Asset, str]]:
    """Yields each asset with the file that it was declared in."""
    kinds: tuple[tuple[str, Kind, Mapping[str, Licensed | Prompt]], ...] = (
        ("models", "model", workspace.models),
        ("datasets", "dataset", workspace.datasets),
        ("corpora", "corpus", workspace.corpora),
        ("prompts", "prompt", workspace.prompts),
    )
    for folder, kind, assets in kinds:
        for id, one in assets.items():
            # A baseline is a program of ours, not a model.
            is_program = getattr(one, "provider", "") == "baseline"
            yield (
                Asset(
                    id=f"{folder}/{id}",
                    kind="software" if is_program else kind,
                    license=one.license,
                    lineage=one.lineage,
                    parents=tuple(_parent(parent) for parent in one.parents),
                ),
                one.file,
            )
    for id, ancestor in workspace.ancestors.items():
        yield (
            Asset(
                id=f"ancestors/{id}",
                kind=ancestor.kind,
                license=ancestor.license,
                lineage=ancestor.lineage,
                parents=tuple(_parent(parent) for parent in ancestor.parents),
            ),
            ancestor.file,
        )
    for id, guard in workspace.guards.items():
        yield Asset(id=f"guards/{id}", kind="software", license="internal"), guard.file
    for id, recipe in workspace.recipes.items():
        yield _made_by(id, recipe), recipe.file
    foreign: dict[str, str] = {}
    for usecase in workspace.usecases.values():
        for candidate in usecase.candidates:
            yield _system(workspace, usecase, candidate), usecase.file
            if candidate.adapter and candidate.adapter not in workspace.recipes:
                foreign.setdefault(candidate.adapter, usecase.file)
    for name, file in foreign.items():
        # Nothing in the workspace says what it is or where it comes from.
        adapter = Asset(
            id=f"adapters/{name}", kind="adapter", license="unknown", lineage="undisclosed"
        )
        yield adapter, file


def _parent(declared: DeclaredParent) -> Parent:
    relation = "derived-from" if declared.relation == "fork-of" else declared.relation
    return msgspec.convert({"id": declared.id, "relation": relation}, Parent)


def _made_by(id: str, recipe: Recipe) -> Asset:
    kind, relation = _MADE_BY[recipe.method]
    parents = [Parent(id=f"datasets/{recipe.dataset}", relation="trained-on")]
    if recipe.base:
        parents.append(Parent(id=f"models/{recipe.base}", relation=relation))
    if recipe.prompt:
        # The examples are written in its words.
        parents.append(Parent(id=f"prompts/{recipe.prompt}", relation="trained-on"))
    return Asset(id=f"recipes/{id}", kind=kind, license="internal", parents=tuple(parents))


def _system(workspace: Workspace, usecase: UseCase, candidate: Candidate) -> Asset:
    parents = [Parent(id=f"models/{candidate.model}", relation="includes")]
    if candidate.prompt:
        parents.append(Parent(id=f"prompts/{candidate.prompt}", relation="includes"))
    if candidate.adapter:
        kind = "recipes" if candidate.adapter in workspace.recipes else "adapters"
        parents.append(Parent(id=f"{kind}/{candidate.adapter}", relation="includes"))
    if candidate.guard:
        parents.append(Parent(id=f"guards/{candidate.guard}", relation="includes"))
    if candidate.grounding:
        parents.append(Parent(id=f"corpora/{candidate.grounding}", relation="retrieves-from"))
    if candidate.examples is not None:
        # How often each answer occurs is learned from rows, and shows none of them.
        counted = candidate.examples.select == "counts"
        parents.append(
            Parent(
                id=f"datasets/{candidate.examples.dataset}",
                relation="trained-on" if counted else "retrieves-from",
            )
        )
    parents.append(Parent(id=f"datasets/{usecase.dataset}", relation="evaluated-on"))
    for metric in usecase.metrics:
        judge = metric.options.get("model")
        if isinstance(judge, str) and judge in workspace.models:
            parents.append(Parent(id=f"models/{judge}", relation="evaluated-on"))
    return Asset(
        id=system_id(usecase.id, candidate.id),
        kind="system",
        license="internal",
        parents=tuple(parents),
    )


class _Places:
    """Where a part of an asset stands: its file, and the line if the file says it."""

    def __init__(self, root: Path, files: list[str]) -> None:
        self._root = root
        self._files = files

    def __call__(self, path: tuple[str | int, ...]) -> Place:
        if len(path) < 2 or not isinstance(path[1], int):
            return Place()
        file, keys = self._files[path[1]], path[2:]
        line = None
        if file.endswith(".toml"):
            text = (self._root / file).read_text(encoding="utf-8-sig")
            line = line_of(keys, toml_lines(text))
        return Place(file, line, ".".join(map(str, keys)))
