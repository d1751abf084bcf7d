"""What a run depends on, by digest, known before any row is read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from roundtable.assets import Asset, DatasetSpec, snapshot
from roundtable.assets.contents import content_digest
from roundtable.digest import Key, digest
from roundtable.errors import InputError, Place
from roundtable.evaluation.metrics.table import METRICS, defaults
from roundtable.evaluation.plan import CODE_VERSION
from roundtable.generation.connectors.table import CONNECTORS
from roundtable.generation.constraints.table import CONSTRAINTS
from roundtable.jobs.corpus import contents
from roundtable.jobs.deciding import held, may_stop, unsupported_lacks
from roundtable.jobs.guard import identity
from roundtable.jobs.guarding import review_key
from roundtable.jobs.parts import version_of
from roundtable.jobs.used import with_ancestors
from roundtable.workspace import Dataset, Model, Prompt, UseCase, Workspace

DEFAULT_SPLITS = {"train": 0.8, "test": 0.2}
CACHE = ".roundtable/cache"
_BY_GATE = ("abstained", "coverage", "unsupported")
"""Metrics that a gate may ask for without their being named as such."""
_CHECKED = ("unsupported", "citation_recall", "citation_precision")
"""Metrics that rest on what the checker says."""
_LATER = {"adapter": "adapters"}


class Digests(msgspec.Struct, frozen=True, kw_only=True):
    """One exact input of a run."""

    asset: str
    kind: str
    digest: Key
    file: str


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What a run depends on, known before any row is read.

    Args:
        run: Digest of all of it.
        candidates: By candidate id.
        inputs: Each asset that is used, by the digest of its version.
        assets: The same with all that they were made from, by id.
        split: The split that is evaluated; empty for all rows.
    """

    run: Key
    candidates: dict[str, Key]
    inputs: tuple[Digests, ...]
    assets: dict[str, Asset]
    split: str


def keys(
    workspace: Workspace, usecase: UseCase, candidates: list[Any], *, limit: int | None
) -> Keys:
    """Returns the keys of a run and of its candidates: digests of everything they depend on."""
    dataset = workspace.datasets[usecase.dataset]
    split = _split(usecase, dataset)
    used: dict[str, Asset] = {}

    def note(kind: str, id: str, value: object, file: str) -> Key:
        used[f"{kind}/{id}"] = Asset(id=f"{kind}/{id}", fields=value, place=Place(file))
        return digest(value)

    @cache
    def rows_key(id: str) -> Key:
        one = workspace.datasets[id]
        files = [one.path] if one.path else sorted(one.files.values())
        what = f"the rows of {one.id!r}"
        content = [_file_digest(workspace, one.file, name, what, large=False) for name in files]
        spec = spec_of(one, made=one.id == usecase.dataset and split != "")
        return note("datasets", one.id, (spec, content), one.file)

    def model_key(one: Model) -> Key:
        fields = model_fields(one)
        if one.path:
            what = f"the weights of {one.id!r}"
            fields["content"] = _file_digest(workspace, one.file, one.path, what, large=True)
        version = version_of(workspace, "connectors", one.provider, CONNECTORS)
        return note("models", one.id, [fields, version], one.file)

    def prompt_key(one: Prompt) -> Key:
        return note("prompts", one.id, prompt_fields(one), one.file)

    @cache
    def corpus_key(id: str) -> Key:
        one = workspace.corpora[id]
        content = (_plain(one.passages), _plain(one.retriever), contents(workspace, one))
        return note("corpora", one.id, content, one.file)

    def metric_key(ref: Any) -> object:
        parts: list[object] = [
            ref.name,
            ref.options,
            version_of(workspace, "metrics", ref.name, METRICS),
        ]
        # A judge is a model and a rubric: another of either judges otherwise.
        if ref.options.get("model") in workspace.models and "rubric" in ref.options:
            parts.append(model_key(workspace.models[ref.options["model"]]))
            if ref.options["rubric"] in workspace.prompts:
                parts.append(prompt_key(workspace.prompts[ref.options["rubric"]]))
        if ref.name in _CHECKED:
            parts.append(identity(""))
        if ref.options.get("corpus") in workspace.corpora:
            parts.append(corpus_key(ref.options["corpus"]))
        return parts

    data_key = rows_key(dataset.id)
    metrics = [metric_key(ref) for ref in metric_refs(usecase)]
    by_candidate = {}
    for candidate in candidates:
        _refuse_later(usecase, candidate)
        model = workspace.models[candidate.model]
        parts: list[object] = [CODE_VERSION, data_key, split, limit, metrics, _task(usecase)]
        if may_stop(usecase):
            # When it stops depends on what it is held to.
            parts.append(held(usecase, [one.id for one in candidates]))
        parts.append(model_key(model))
        if candidate.prompt:
            parts.append(prompt_key(workspace.prompts[candidate.prompt]))
        if candidate.constrain.kind != "none":
            kind = candidate.constrain.kind
            parts.append(version_of(workspace, "constraints", kind, CONSTRAINTS))
        if candidate.examples is not None:
            parts.append(rows_key(candidate.examples.dataset))
        if candidate.grounding:
            parts.append(corpus_key(candidate.grounding))
        reviewed = review_key(workspace, candidate)
        if candidate.guard:
            guard = workspace.guards[candidate.guard]
            parts.append(note("guards", guard.id, reviewed, guard.file))
        elif reviewed is not None:
            parts.append(reviewed)
        parts.append(_plain(candidate, leave_out=("id", "title")))
        by_candidate[candidate.id] = digest(parts)
    run_key = digest([usecase.id, by_candidate, _plain(dataset.labels)])
    assets = with_ancestors(workspace, used.values())
    versions = snapshot(assets.values())
    return Keys(
        run=run_key,
        candidates=by_candidate,
        inputs=tuple(
            Digests(
                asset=id,
                kind=id.partition("/")[0],
                digest=versions[id].digest,
                file=asset.place.file,
            )
            for id, asset in used.items()
        ),
        assets=assets,
        split=split,
    )


def model_fields(model: Model) -> dict[str, object]:
    """Returns a model's semantic fields: those that change its answers."""
    return {
        "provider": model.provider,
        "model": model.model,
        "base_url": model.base_url,
        "path": model.path,
        "options": _plain(model.options),
        "parameters": _plain(model.parameters),
    }


def _file_digest(workspace: Workspace, file: str, name: str, what: str, *, large: bool) -> Key:
    """Returns the digest of a file that one beside it names; of a large one it is remembered."""
    path = workspace.root / Path(file).parent / name
    try:
        return content_digest(path, cache=workspace.root / CACHE if large else None)
    except OSError as error:
        raise InputError(
            f"{what} cannot be read: {error.strerror}",
            where=Place(file, None, "path"),
            fix="write the path of a file beside this one",
        ) from error


def _split(usecase: UseCase, dataset: Dataset) -> str:
    if usecase.split:
        return str(usecase.split)
    if is_split(dataset):
        return "test"
    draws = any(
        one.examples is not None and one.examples.dataset == dataset.id
        for one in usecase.candidates
    )
    return "test" if draws else ""


def is_split(dataset: Dataset) -> bool:
    """Returns whether the dataset itself says how its rows are split."""
    return bool(dataset.split or dataset.splits or dataset.files)


def spec_of(dataset: Dataset, *, made: bool) -> DatasetSpec:
    """Returns what a dataset declares of its rows; `made` splits it where it does not itself."""
    folder = Path(dataset.file).parent
    return DatasetSpec(
        id=dataset.id,
        input=tuple(dataset.input),
        path=str(folder / dataset.path) if dataset.path else "",
        files={name: str(folder / path) for name, path in dataset.files.items()},
        target=dataset.target,
        cluster=dataset.cluster,
        split=dataset.split,
        splits=DEFAULT_SPLITS if made and not is_split(dataset) else dict(dataset.splits),
        seed=dataset.seed,
    )


def metric_refs(usecase: UseCase) -> list[Any]:
    """Returns what is measured: what the use case names, and what its gate asks for besides."""
    from roundtable.workspace.usecase import MetricRef

    named = list(usecase.metrics) or [MetricRef(name=name) for name in defaults(usecase.task.kind)]
    asked = usecase.gate.limits if usecase.gate is not None else ()
    known = {ref.name for ref in named}
    besides = [name for name in _BY_GATE if name in asked and name not in known]
    if unsupported_lacks(usecase):
        besides.remove("unsupported")
    grounds = {one.grounding for one in usecase.candidates if one.grounding}
    return named + [
        # One corpus is everybody's reference; of several, each answer has its own passages.
        MetricRef(name=name, **{"corpus": next(iter(grounds))})
        if name == "unsupported" and len(grounds) == 1
        else MetricRef(name=name)
        for name in besides
    ]


def _refuse_later(usecase: UseCase, candidate: Any) -> None:
    for name, what in _LATER.items():
        if getattr(candidate, name):
            raise InputError(
                f"the candidate {candidate.id!r} asks for {name} = {getattr(candidate, name)!r}:"
                f" {what} are not available yet",
                where=Place(usecase.file, None, f"candidates.{candidate.id}.{name}"),
                fix="remove the key, or run the other candidates with --candidate",
            )


def _task(usecase: UseCase) -> object:
    return _plain(usecase.task)


def prompt_fields(prompt: Prompt) -> object:
    """Returns what of a prompt can change answers."""
    return (
        [(section.role, section.source) for section in prompt.sections],
        sorted(prompt.partials.items()),
        prompt.format,
        _plain(prompt.parameters),
        list(prompt.inputs),
    )


def _plain(value: Any, *, leave_out: tuple[str, ...] = ()) -> object:
    """Returns a pydantic value as one that has a JSON form."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude=set(leave_out))
    return value
