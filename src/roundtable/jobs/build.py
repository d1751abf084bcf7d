"""From what a workspace's files say to a plan that can be executed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from roundtable.assets import DatasetSpec, ExampleSelector, Samples, read_samples
from roundtable.digest import Key, digest
from roundtable.errors import InputError, NotFoundError, Place, UsageError
from roundtable.evaluation.metrics.table import defaults
from roundtable.evaluation.plan import CODE_VERSION, CandidatePlan, Plan, Source
from roundtable.evaluation.types import Metric
from roundtable.generation.grounding.retrievers import Retriever
from roundtable.jobs.corpus import build_corpus, contents, retriever_of
from roundtable.jobs.deciding import held, may_stop
from roundtable.jobs.parts import metric_of, pipeline_of, source_of
from roundtable.workspace import Dataset, Model, Prompt, UseCase, Workspace

DEFAULT_SPLITS = {"train": 0.8, "test": 0.2}
CACHE = ".roundtable/cache"
_BY_GATE = ("abstained", "coverage")
"""Metrics that a gate may ask for without their being named as such."""
_LATER = {
    "guard": "guards",
    "adapter": "adapters",
}


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
        inputs: Each asset by its digest.
        split: The split that is evaluated; empty for all rows.
    """

    run: Key
    candidates: dict[str, Key]
    inputs: tuple[Digests, ...]
    split: str


def chosen(usecase: UseCase, ids: tuple[str, ...]) -> list[Any]:
    """Returns the candidates with these ids, or all.

    Raises:
        NotFoundError: the use case has no such candidate.
    """
    known = {candidate.id: candidate for candidate in usecase.candidates}
    for id in ids:
        if id not in known:
            raise NotFoundError("candidate", id, known, where=Place(usecase.file))
    return [one for one in usecase.candidates if not ids or one.id in ids]


def keys(
    workspace: Workspace, usecase: UseCase, candidates: list[Any], *, limit: int | None
) -> Keys:
    """Returns the keys of a run and of its candidates: digests of everything they depend on."""
    dataset = workspace.datasets[usecase.dataset]
    split = _split(usecase, dataset)
    inputs: dict[str, Digests] = {}

    def note(kind: str, id: str, value: object, file: str) -> Key:
        key = digest(value)
        inputs[f"{kind}/{id}"] = Digests(asset=f"{kind}/{id}", kind=kind, digest=key, file=file)
        return key

    def dataset_key(one: Dataset) -> Key:
        files = [one.path] if one.path else sorted(one.files.values())
        content = [_file_digest(workspace, one, name) for name in files]
        spec = _spec(one, made=one.id == usecase.dataset and split != "")
        return note("datasets", one.id, (spec, content), one.file)

    data_key = dataset_key(dataset)
    metrics = [(ref.name, ref.options) for ref in _metric_refs(usecase)]
    by_candidate = {}
    for candidate in candidates:
        _refuse_later(usecase, candidate)
        model = workspace.models[candidate.model]
        parts: list[object] = [CODE_VERSION, data_key, split, limit, metrics, _task(usecase)]
        if may_stop(usecase):
            # When it stops depends on what it is held to.
            parts.append(held(usecase, [one.id for one in candidates]))
        parts.append(note("models", model.id, model_fields(model), model.file))
        if candidate.prompt:
            prompt = workspace.prompts[candidate.prompt]
            parts.append(note("prompts", prompt.id, _prompt_fields(prompt), prompt.file))
        if candidate.examples is not None:
            parts.append(dataset_key(workspace.datasets[candidate.examples.dataset]))
        if candidate.grounding:
            corpus = workspace.corpora[candidate.grounding]
            content = (
                _plain(corpus.passages),
                _plain(corpus.retriever),
                contents(workspace, corpus),
            )
            parts.append(note("corpora", corpus.id, content, corpus.file))
        parts.append(_plain(candidate, leave_out=("id", "title")))
        by_candidate[candidate.id] = digest(parts)
    run_key = digest([usecase.id, by_candidate])
    return Keys(run=run_key, candidates=by_candidate, inputs=tuple(inputs.values()), split=split)


def plan(
    workspace: Workspace,
    usecase: UseCase,
    candidates: list[Any],
    *,
    known: Keys,
    limit: int | None,
) -> tuple[Plan, dict[str, tuple[str, ...]]]:
    """Returns what is to be executed, and the leaks found, in words, by candidate.

    Raises:
        WorkspaceError: rows of a dataset are wrong: all of them.
        InputError: anything else that cannot work; nothing was spent.
    """
    options = tuple(usecase.task.options)
    made = known.split != ""
    split = evaluated(workspace, usecase, split=known.split)
    samples = _limited(split, limit)
    if not len(samples):
        raise UsageError(
            f"the dataset {usecase.dataset!r} has no rows in the split {known.split!r}",
            fix="name another split in the use case, or add rows",
        )
    sources: dict[str, Source] = {}
    judges: dict[str, Source] = {}

    def source(id: str) -> Source:
        if id not in sources:
            sources[id] = source_of(workspace, workspace.models[id])
        return sources[id]

    metrics: dict[str, Metric] = {}
    for ref in _metric_refs(usecase):
        metric = metric_of(workspace, usecase, ref)
        metrics[ref.name] = metric
        if hasattr(metric, "rubric"):
            judge = str(getattr(metric, "model", ""))
            if judge not in workspace.models:
                raise NotFoundError("model", judge, workspace.models, where=Place(usecase.file))
            judges[judge] = source(judge)
    plans = []
    leaks: dict[str, tuple[str, ...]] = {}
    for candidate in candidates:
        asked = source(candidate.model)
        selector = None
        if candidate.examples is not None:
            # Held apart from the whole split, so that a limit changes no prompt.
            selector = _selector(workspace, usecase, candidate, samples=split, made=made)
            leaks[candidate.id] = tuple(
                f"row {leak.evaluated_id} (line {leak.evaluated_line}) is evaluated, and row"
                f" {leak.pool_id} (line {leak.pool_line}) gives it away: {leak.why};"
                " it is never drawn"
                for leak in selector.leaks
            )
        plans.append(
            CandidatePlan(
                id=candidate.id,
                key=known.candidates[candidate.id],
                description=_description(candidate),
                pipeline=pipeline_of(workspace, usecase, candidate, asked),
                source=asked,
                selector=selector,
                metrics=metrics,
                extra_inputs={"options": list(options)} if options else {},
                retriever=_retriever(workspace, candidate),
                asks=workspace.datasets[usecase.dataset].input[0] if candidate.grounding else "",
            )
        )
    ready = Plan(
        samples=samples,
        candidates=tuple(plans),
        judges=judges,
        options=options,
        n_rows=len(split),
    )
    return ready, leaks


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


def _file_digest(workspace: Workspace, dataset: Dataset, name: str) -> Key:
    path = workspace.root / Path(dataset.file).parent / name
    hashed = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        raise InputError(
            f"the rows of {dataset.id!r} cannot be read: {error.strerror}",
            where=Place(dataset.file, None, "path"),
            fix="write the path of a file beside this one",
        ) from error
    return Key(hashed.hexdigest())


def _split(usecase: UseCase, dataset: Dataset) -> str:
    if usecase.split:
        return str(usecase.split)
    if _is_split(dataset):
        return "test"
    draws = any(
        one.examples is not None and one.examples.dataset == dataset.id
        for one in usecase.candidates
    )
    return "test" if draws else ""


def _is_split(dataset: Dataset) -> bool:
    """Returns whether the dataset itself says how its rows are split."""
    return bool(dataset.split or dataset.splits or dataset.files)


def _spec(dataset: Dataset, *, made: bool) -> DatasetSpec:
    folder = Path(dataset.file).parent
    return DatasetSpec(
        id=dataset.id,
        input=tuple(dataset.input),
        path=str(folder / dataset.path) if dataset.path else "",
        files={name: str(folder / path) for name, path in dataset.files.items()},
        target=dataset.target,
        cluster=dataset.cluster,
        split=dataset.split,
        splits=DEFAULT_SPLITS if made and not _is_split(dataset) else dict(dataset.splits),
        seed=dataset.seed,
    )


def _read(
    workspace: Workspace, dataset: Dataset, split: str, *, made: bool, options: tuple[str, ...] = ()
) -> Samples:
    return read_samples(
        _spec(dataset, made=made),
        root=workspace.root,
        cache=workspace.root / CACHE,
        split=split or None,
        options=options,
    )


def _limited(samples: Samples, limit: int | None) -> Samples:
    """Returns so many rows of the split; which ones is chance (see `evaluated`)."""
    if limit is None or limit >= len(samples):
        return samples
    return samples[:limit]


def _metric_refs(usecase: UseCase) -> list[Any]:
    """Returns what is measured: what the use case names, and what its gate asks for besides."""
    from roundtable.workspace.usecase import MetricRef

    named = list(usecase.metrics) or [MetricRef(name=name) for name in defaults(usecase.task.kind)]
    asked = usecase.gate.limits if usecase.gate is not None else ()
    known = {ref.name for ref in named}
    return named + [
        MetricRef(name=name) for name in _BY_GATE if name in asked and name not in known
    ]


def _selector(
    workspace: Workspace, usecase: UseCase, candidate: Any, *, samples: Samples, made: bool
) -> ExampleSelector:
    wanted = candidate.examples
    same = wanted.dataset == usecase.dataset
    dataset = workspace.datasets[wanted.dataset]
    split = wanted.split if _is_split(dataset) or (same and made) else ""
    pool = _read(workspace, dataset, split, made=same and made)
    return ExampleSelector(
        pool,
        k=wanted.k,
        select=wanted.select,
        seed=wanted.seed,
        evaluated=samples,
        cache=workspace.root / CACHE,
    )


def _retriever(workspace: Workspace, candidate: Any) -> Retriever | None:
    """Returns what finds a candidate's passages, over an index that is up to date."""
    if not candidate.grounding:
        return None
    build_corpus(workspace, candidate.grounding)
    return retriever_of(workspace, workspace.corpora[candidate.grounding])


def _refuse_later(usecase: UseCase, candidate: Any) -> None:
    for name, what in _LATER.items():
        if getattr(candidate, name):
            raise InputError(
                f"the candidate {candidate.id!r} asks for {name} = {getattr(candidate, name)!r}:"
                f" {what} are not available yet",
                where=Place(usecase.file, None, f"candidates.{candidate.id}.{name}"),
                fix="remove the key, or run the other candidates with --candidate",
            )


def _description(candidate: Any) -> str:
    parts = [candidate.model]
    if candidate.prompt:
        parts.append(f"prompt {candidate.prompt}")
    if candidate.examples is not None:
        examples = candidate.examples
        if examples.select == "counts":
            parts.append("how often each answer occurs")
        else:
            parts.append(f"{examples.k} {examples.select} examples")
    if candidate.grounding:
        parts.append(f"rests on {candidate.grounding}")
    if candidate.reasoning:
        parts.append("reasons first")
    if candidate.constrain.kind != "none":
        parts.append(f"held to {candidate.constrain.kind}")
    if candidate.repeats > 1:
        parts.append(f"{candidate.repeats} answers, by vote")
    return " · ".join(parts)


def _task(usecase: UseCase) -> object:
    return _plain(usecase.task)


def _prompt_fields(prompt: Prompt) -> object:
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


def evaluated(
    workspace: Workspace, usecase: UseCase, *, split: str, limit: int | None = None
) -> Samples:
    """Returns the rows that a run evaluates, in its order: drawn by chance, the same each time.

    So a limit takes a random part, though the file be sorted; a larger limit adds to it; and a run
    that stops once it is decided has not seen the easy rows first.
    """
    dataset = workspace.datasets[usecase.dataset]
    options = tuple(usecase.task.options)
    rows = _read(workspace, dataset, split, made=split != "", options=options)
    return _limited(rows.drawn(), limit)
