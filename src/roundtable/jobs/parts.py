"""A plan's parts: models that can be asked, metrics, pipelines, made from what the files say."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from roundtable import plugins
from roundtable.economics.price import Price
from roundtable.errors import InputError, NotFoundError, Place, PluginError
from roundtable.evaluation.limits import Limiter
from roundtable.evaluation.metrics.table import METRICS
from roundtable.evaluation.plan import Source
from roundtable.evaluation.seams import Health
from roundtable.evaluation.types import Metric
from roundtable.generation.connectors.protocol import Connector, ScoresOptions
from roundtable.generation.connectors.table import CONNECTORS
from roundtable.generation.constraints.protocol import Constraint
from roundtable.generation.constraints.table import CONSTRAINTS
from roundtable.generation.pipeline import Parameters, Pipeline
from roundtable.generation.prompt import PromptTemplate
from roundtable.workspace import Model, UseCase, Workspace


def metric_of(workspace: Workspace, usecase: UseCase, ref: Any) -> Metric:
    """Returns the metric that a use case names.

    Raises:
        NotFoundError: there is no such metric, or it has no such option.
        PluginError: its options do not fit.
    """
    options = dict(ref.options)
    if ref.name == "judge" and options.get("rubric") in workspace.prompts:
        prompt = workspace.prompts[options["rubric"]]
        options["rubric"] = "\n\n".join(section.source for section in prompt.sections)
    return cast(
        "Metric",
        made(
            workspace, "metrics", ref.name, METRICS, options, Place(usecase.file, None, "metrics")
        ),
    )


def made(
    workspace: Workspace,
    kind: plugins.Kind,
    name: str,
    builtin: Mapping[str, str],
    options: Mapping[str, object],
    where: Place,
    *,
    offered: Mapping[str, object] | None = None,
) -> Any:
    """Returns a plug-in with the options that a file gives it.

    Args:
        workspace: Whose own plug-ins come first.
        kind: The kind of plug-in.
        name: Its name, as the file writes it.
        builtin: The built-in ones.
        options: What the file gives; each must be a field of it.
        where: The place in the file.
        offered: What a plug-in is given besides, if it has such a field.

    Raises:
        NotFoundError: there is no such plug-in, or it has no such option.
        PluginError: its options do not fit.
    """
    found = _class(workspace, kind, name, builtin, where)
    fields = {field.name for field in dataclasses.fields(found)}
    offered = {key: value for key, value in (offered or {}).items() if key in fields}
    known = fields - offered.keys()
    for option in options:
        if option not in known:
            raise NotFoundError(f"option of {name!r}", option, known, where=where)
    frozen = {key: tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    try:
        return found(**frozen, **offered)
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"the {kind[:-1]} {name!r} cannot be made: {error}",
            where=where,
            fix="give it the options that its reference page lists",
        ) from error


def version_of(
    workspace: Workspace, kind: plugins.Kind, name: str, builtin: Mapping[str, str]
) -> str:
    """Returns what a plug-in says of its own version: part of the keys of what it makes.

    Raises:
        NotFoundError: there is no such plug-in.
    """
    return str(getattr(_class(workspace, kind, name, builtin, None), "version", ""))


def _class(
    workspace: Workspace,
    kind: plugins.Kind,
    name: str,
    builtin: Mapping[str, str],
    where: Place | None,
) -> Any:
    local = workspace.settings.plugins.get(kind, {})
    try:
        return plugins.find(kind, name, builtin=builtin, local=local, root=workspace.root)
    except NotFoundError as error:
        raise NotFoundError(kind[:-1], name, {*builtin, *local}, where=where) from error


def source_of(workspace: Workspace, model: Model) -> Source:
    """Returns a model that can be asked, with its limiter and its health.

    Raises:
        NotFoundError: there is no such provider, or it has no such option.
        PluginError: its options do not fit.
    """
    where = Place(model.file, None, "provider")
    cls = _class(workspace, "connectors", model.provider, CONNECTORS, where)
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
    connector = made(
        workspace,
        "connectors",
        model.provider,
        CONNECTORS,
        given,
        where,
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


def pipeline_of(workspace: Workspace, usecase: UseCase, candidate: Any, source: Source) -> Pipeline:
    """Returns how a candidate answers.

    Raises:
        InputError: it lacks a prompt, or its output space cannot be made.
    """
    natural = _constraint(workspace, usecase, _natural(usecase))
    held = candidate.constrain
    held_to = usecase.model_copy(update={"task": held.on(usecase.task)})
    constraint = _constraint(workspace, held_to, held.kind)
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
        model = workspace.models[candidate.model]
        parameters = _parameters(model.parameters, prompt.parameters, candidate.parameters)
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
        reasons=candidate.reasoning == "chain-of-thought",
        grounded=bool(candidate.grounding),
    )


def _natural(usecase: UseCase) -> str:
    return {"choice": "choice", "extract": "json-schema"}.get(usecase.task.kind, "none")


def _constraint(workspace: Workspace, usecase: UseCase, kind: str) -> Constraint | None:
    task = usecase.task
    if kind == "none":
        return None
    where = Place(usecase.file, None, "task")
    # What a use case can say of a space; a constraint takes what it has a field for.
    offered: dict[str, object] = {
        "options": tuple(task.options),
        "schema": _schema(usecase),
        "pattern": task.pattern,
        "grammar": task.grammar,
        "source": task.grammar,
    }
    said = {name: value for name, value in offered.items() if value}
    constraint = made(workspace, "constraints", kind, CONSTRAINTS, {}, where, offered=said)
    return cast("Constraint", constraint)


def _schema(usecase: UseCase) -> str:
    task = usecase.task
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
