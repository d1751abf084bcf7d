"""From what a workspace's files say to a plan that can be executed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from roundtable import plugins
from roundtable.assets import DatasetSpec, ExampleSelector, Samples, read_samples
from roundtable.digest import Key, digest
from roundtable.economics.price import Price
from roundtable.errors import InputError, NotFoundError, Place, PluginError, UsageError
from roundtable.evaluation.limits import Limiter
from roundtable.evaluation.metrics.table import METRICS, defaults
from roundtable.evaluation.plan import CODE_VERSION, CandidatePlan, Plan, Source
from roundtable.evaluation.seams import Health
from roundtable.evaluation.types import Metric
from roundtable.generation.connectors.protocol import Connector, ScoresOptions
from roundtable.generation.connectors.table import CONNECTORS
from roundtable.generation.constraints.protocol import Constraint
from roundtable.generation.constraints.table import CONSTRAINTS
from roundtable.generation.pipeline import Parameters, Pipeline
from roundtable.generation.prompt import PromptTemplate
from roundtable.workspace import Dataset, Model, Prompt, UseCase, Workspace

DEFAULT_SPLITS = {"train": 0.8, "test": 0.2}
CACHE = ".roundtable/cache"
_LATER = {
    "grounding": "retrieval from a corpus",
    "guard": "guards",
    "reasoning": "reasoning before the answer",
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
        parts.append(note("models", model.id, model_fields(model), model.file))
        if candidate.prompt:
            prompt = workspace.prompts[candidate.prompt]
            parts.append(note("prompts", prompt.id, _prompt_fields(prompt), prompt.file))
        if candidate.examples is not None:
            parts.append(dataset_key(workspace.datasets[candidate.examples.dataset]))
        parts.append(_plain(candidate, leave_out=("id", "title")))
        by_candidate[candidate.id] = digest(parts)
    run_key = digest([usecase.id, by_candidate, usecase.stop])
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
    samples = evaluated(workspace, usecase, split=known.split, limit=limit)
    if not len(samples):
        raise UsageError(
            f"the dataset {usecase.dataset!r} has no rows in the split {known.split!r}",
            fix="name another split in the use case, or add rows",
        )
    sources: dict[str, Source] = {}
    judges: dict[str, Source] = {}

    def source(id: str) -> Source:
        if id not in sources:
            sources[id] = _source(workspace, workspace.models[id])
        return sources[id]

    metrics: dict[str, Metric] = {}
    for ref in _metric_refs(usecase):
        metric = _metric(workspace, usecase, ref)
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
            selector = _selector(workspace, usecase, candidate, samples=samples, made=made)
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
                pipeline=_pipeline(workspace, usecase, candidate, asked),
                source=asked,
                selector=selector,
                metrics=metrics,
                extra_inputs={"options": list(options)} if options else {},
            )
        )
    return Plan(samples=samples, candidates=tuple(plans), judges=judges, options=options), leaks


def model_fields(model: Model) -> dict[str, object]:
    """Returns a model's semantic fields: those that change its answers."""
    return {
        "provider": model.provider,
        "model": model.model,
        "base_url": model.base_url,
        "path": model.path,
        "options": _plain(model.options),
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
    if dataset.split or dataset.splits or dataset.files:
        return "test"
    draws = any(
        one.examples is not None and one.examples.dataset == dataset.id
        for one in usecase.candidates
    )
    return "test" if draws else ""


def _spec(dataset: Dataset, *, made: bool) -> DatasetSpec:
    folder = Path(dataset.file).parent
    declared = bool(dataset.split or dataset.splits or dataset.files)
    return DatasetSpec(
        id=dataset.id,
        input=tuple(dataset.input),
        path=str(folder / dataset.path) if dataset.path else "",
        files={name: str(folder / path) for name, path in dataset.files.items()},
        target=dataset.target,
        cluster=dataset.cluster,
        split=dataset.split,
        splits=DEFAULT_SPLITS if made and not declared else dict(dataset.splits),
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
    """Returns `limit` rows, the same ones each time and spread over the file."""
    if limit is None or limit >= len(samples):
        return samples
    return samples[:limit]


def _metric_refs(usecase: UseCase) -> list[Any]:
    if usecase.metrics:
        return list(usecase.metrics)
    from roundtable.workspace.usecase import MetricRef

    return [MetricRef(name=name) for name in defaults(usecase.task.kind)]


def _metric(workspace: Workspace, usecase: UseCase, ref: Any) -> Metric:
    options = dict(ref.options)
    if ref.name == "judge" and options.get("rubric") in workspace.prompts:
        prompt = workspace.prompts[options["rubric"]]
        options["rubric"] = "\n\n".join(section.source for section in prompt.sections)
    return cast(
        "Metric",
        _make(
            workspace, "metrics", ref.name, METRICS, options, Place(usecase.file, None, "metrics")
        ),
    )


def _make(
    workspace: Workspace,
    kind: plugins.Kind,
    name: str,
    builtin: Mapping[str, str],
    options: Mapping[str, object],
    where: Place,
) -> Any:
    local = workspace.settings.plugins.get(kind, {})
    try:
        found = plugins.find(kind, name, builtin=builtin, local=local, root=workspace.root)
    except NotFoundError as error:
        raise NotFoundError(kind[:-1], name, {*builtin, *local}, where=where) from error
    known = {field.name for field in dataclasses.fields(found)}
    for option in options:
        if option not in known:
            raise NotFoundError(f"option of {name!r}", option, known, where=where)
    frozen = {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    try:
        return found(**frozen)
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"the {kind[:-1]} {name!r} cannot be made: {error}",
            where=where,
            fix="give it the options that its reference page lists",
        ) from error


def _source(workspace: Workspace, model: Model) -> Source:
    local = workspace.settings.plugins.get("connectors", {})
    cls = plugins.find(
        "connectors", model.provider, builtin=CONNECTORS, local=local, root=workspace.root
    )
    fields = {field.name for field in dataclasses.fields(cls)}
    given: dict[str, object] = {"model": model.model}
    for name in ("base_url", "api_key_env"):
        if value := getattr(model, name):
            given[name] = value
    if model.path:
        given["path"] = str(workspace.root / Path(model.file).parent / model.path)
    # An option is a field of the connector, or else part of the request's body.
    body = {name: value for name, value in model.options.items() if name not in fields}
    given |= {name: value for name, value in model.options.items() if name in fields}
    if body and "options" in fields:
        given["options"] = body
    elif body:
        raise NotFoundError(
            f"option of {model.provider!r}", next(iter(body)), fields, where=Place(model.file)
        )
    given = {name: value for name, value in given.items() if name in fields}
    connector = _make(
        workspace,
        "connectors",
        model.provider,
        CONNECTORS,
        given,
        Place(model.file, None, "provider"),
    )
    slots = int(getattr(connector, "slots", 0) or 0)
    in_flight = min(model.max_in_flight, slots) if slots else model.max_in_flight
    price = model.price
    return Source(
        id=model.id,
        provider=model.provider,
        name=model.model,
        connector=cast("Connector", connector),
        price=Price()
        if price is None
        else Price(
            input_usd_per_mtok=price.input_usd_per_mtok,
            output_usd_per_mtok=price.output_usd_per_mtok,
            cached_input_usd_per_mtok=price.cached_input_usd_per_mtok,
        ),
        limiter=Limiter(in_flight),
        health=Health(),
        # More samples than slots: while some wait for their commit, others use their slots.
        workers=in_flight + max(1, in_flight // 2),
    )


def _selector(
    workspace: Workspace, usecase: UseCase, candidate: Any, *, samples: Samples, made: bool
) -> ExampleSelector:
    wanted = candidate.examples
    same = wanted.dataset == usecase.dataset
    dataset = workspace.datasets[wanted.dataset]
    declared = bool(dataset.split or dataset.splits or dataset.files)
    split = wanted.split if declared or (same and made) else ""
    pool = _read(workspace, dataset, split, made=same and made)
    return ExampleSelector(
        pool,
        k=wanted.k,
        select=wanted.select,
        seed=wanted.seed,
        evaluated=samples,
        cache=workspace.root / CACHE,
    )


def _pipeline(workspace: Workspace, usecase: UseCase, candidate: Any, source: Source) -> Pipeline:
    natural = _constraint(workspace, usecase, _natural(usecase))
    kind = candidate.constrain
    constraint = _constraint(workspace, usecase, kind) if kind != "none" else None
    grammar = constraint.grammar.kind if constraint is not None else ""
    template, parameters, shows = None, Parameters(), False
    if candidate.prompt:
        prompt = workspace.prompts[candidate.prompt]
        template = PromptTemplate(
            [(section.role, section.source, section.line) for section in prompt.sections],
            partials=prompt.partials,
            file=prompt.file,
            completion=prompt.format == "completion",
        )
        parameters = _parameters(prompt.parameters, candidate.parameters)
        shows = "examples" in prompt.inputs
    elif source.provider != "baseline":
        raise InputError(
            f"the candidate {candidate.id!r} has no prompt",
            where=Place(usecase.file, None, "candidates"),
            fix="name one of the workspace's prompts; only provider `baseline` needs none",
        )
    scores: tuple[str, ...] = ()
    connector = source.connector
    if (
        grammar == "choice"
        and candidate.repeats == 1
        and isinstance(connector, ScoresOptions)
        and connector.scores_options
    ):
        scores = tuple(usecase.task.options)
    return Pipeline(
        model=source.name,
        template=template,
        shows_examples=shows,
        parameters=parameters,
        constraint=constraint,
        reader=natural,
        enforced=grammar in connector.enforces,
        scores=scores,
        calibrate=candidate.calibrate,
        repeats=candidate.repeats,
    )


def _natural(usecase: UseCase) -> str:
    return {"choice": "choice", "extract": "json-schema"}.get(usecase.task.kind, "none")


def _constraint(workspace: Workspace, usecase: UseCase, kind: str) -> Constraint | None:
    task = usecase.task
    options: dict[str, object]
    if kind == "none":
        return None
    if kind == "choice":
        options = {"options": tuple(task.options)}
    elif kind == "json-schema":
        options = {"schema": _schema(workspace, usecase)}
    elif kind == "regex":
        options = {"pattern": task.pattern}
    else:
        options = {"grammar": task.grammar}
        from roundtable.generation.constraints.grammar import GrammarText

        (name,) = (field.name for field in dataclasses.fields(GrammarText))
        options = {name: task.grammar}
    where = Place(usecase.file, None, "task")
    return cast("Constraint", _make(workspace, "constraints", kind, CONSTRAINTS, options, where))


def _schema(workspace: Workspace, usecase: UseCase) -> str:
    task = usecase.task
    if isinstance(task.json_schema, str) and task.json_schema:
        return (workspace.root / Path(usecase.file).parent / task.json_schema).read_text("utf-8")
    if task.json_schema:
        return json.dumps(task.json_schema)
    if isinstance(task.fields, str) or not task.fields:
        # Each row names its own fields: any object of texts and nulls.
        return json.dumps({"type": "object", "additionalProperties": {"type": ["string", "null"]}})
    return json.dumps(
        {
            "type": "object",
            "properties": {name: {"type": ["string", "null"]} for name in task.fields},
            "required": list(task.fields),
            "additionalProperties": False,
        }
    )


def _parameters(*given: Any) -> Parameters:
    merged: dict[str, Any] = {}
    for one in given:
        for name in ("temperature", "top_p", "max_tokens", "stop", "seed"):
            value = getattr(one, name, None)
            if value is not None and value != ():
                merged[name] = tuple(value) if name == "stop" else value
    return Parameters(**merged)


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
    if candidate.constrain != "none":
        parts.append(f"held to {candidate.constrain}")
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
    """Returns the rows that a run evaluates, in its order."""
    dataset = workspace.datasets[usecase.dataset]
    options = tuple(usecase.task.options)
    return _limited(_read(workspace, dataset, split, made=split != "", options=options), limit)
