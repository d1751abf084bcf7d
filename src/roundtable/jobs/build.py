"""From what a workspace's files say to a plan that can be executed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from roundtable.assets import ExamplePool, ExampleSelector, Samples, read_samples
from roundtable.assets.dataset import ProblemList
from roundtable.errors import NotFoundError, Place, UsageError
from roundtable.evaluation.plan import CandidatePlan, Plan, Source
from roundtable.evaluation.rating import Rated, scale_of
from roundtable.evaluation.types import Case, Metric
from roundtable.generation.grounding.retrievers import RETRIEVERS, Retriever
from roundtable.generation.pipeline import as_text
from roundtable.generation.types import Answer
from roundtable.jobs.corpus import build_corpus, retriever_of
from roundtable.jobs.guarding import review_of
from roundtable.jobs.keys import CACHE, Keys, is_split, metric_refs, spec_of
from roundtable.jobs.parts import metric_of, pipeline_of, source_of
from roundtable.workspace import Dataset, UseCase, Workspace

_REFERENCE_K = 4
_TREATED = {"remove": "takes out", "withhold": "withholds an answer with"}


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
    references: dict[str, Retriever] = {}

    def source(id: str) -> Source:
        if id not in sources:
            sources[id] = source_of(workspace, workspace.models[id])
        return sources[id]

    metrics: dict[str, Metric] = {}
    for ref in metric_refs(usecase):
        metric = metric_of(workspace, usecase, ref)
        metrics[ref.name] = metric
        if hasattr(metric, "rubric"):
            judge = str(getattr(metric, "model", ""))
            if judge not in workspace.models:
                raise NotFoundError("model", judge, workspace.models, where=Place(usecase.file))
            judges[judge] = source(judge)
        if corpus := str(getattr(metric, "corpus", "")):
            references[corpus] = _reference(workspace, usecase, corpus)
    plans = []
    # Held apart from the whole split, so that a limit changes no prompt.
    pools = _Pools(workspace, usecase, samples=split, made=made)
    leaks: dict[str, tuple[str, ...]] = {}
    for candidate in candidates:
        asked = source(candidate.model)
        selector = None
        if candidate.examples is not None:
            selector = pools.selector(candidate)
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
                pipeline=msgspec.structs.replace(
                    pipeline_of(workspace, usecase, candidate, asked),
                    review=review_of(workspace, usecase, candidate),
                ),
                source=asked,
                selector=selector,
                metrics=metrics,
                extra_inputs={"options": list(options)} if options else {},
                retriever=_retriever(workspace, candidate),
                asks=workspace.datasets[usecase.dataset].input[0] if candidate.grounding else "",
            )
        )
    rating = {name: one for name, one in metrics.items() if scale_of(one)}
    ready = Plan(
        samples=samples,
        candidates=tuple(plans),
        judges=judges,
        references=references,
        options=options,
        n_rows=len(split),
        rating=rating,
        rated=_rated(workspace.datasets[usecase.dataset], samples, rating.values()),
    )
    return ready, leaks


def _rated(dataset: Dataset, samples: Samples, judges: Collection[Metric]) -> tuple[Rated, ...]:
    """Returns the answers that people rated among the evaluated rows, for the judges to rate too.

    Raises:
        WorkspaceError: verdicts that are not on a judge's scale: all of them.
    """
    if dataset.labels is None or not judges:
        return ()
    problems = ProblemList()
    rated = []
    for index, sample in enumerate(samples):
        answer, verdict = (
            sample.row.get(name) for name in (dataset.labels.answer, dataset.labels.verdict)
        )
        if answer is None or verdict is None:
            continue
        said = str(verdict).strip().casefold()
        for judge in judges:
            scale = {name.casefold(): name for name in scale_of(judge)}
            if said not in scale:
                problems.add(
                    f"the verdict {str(verdict)[:80]!r} is not on the judge's scale",
                    at=Place(samples.place(index).file, sample.line, dataset.labels.verdict),
                    fix=f"use one of: {', '.join(scale.values())}",
                )
        case = Case(
            id=sample.id,
            inputs=sample.inputs,
            target=sample.target,
            answer=Answer(text=as_text(answer), value=answer),
        )
        named = next((s for j in judges for s in scale_of(j) if s.casefold() == said), said)
        rated.append(Rated(case=case, verdict=named, index=index))
    problems.raise_any()
    return tuple(rated)


def _read(
    workspace: Workspace, dataset: Dataset, split: str, *, made: bool, options: tuple[str, ...] = ()
) -> Samples:
    return read_samples(
        spec_of(dataset, made=made),
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


class _Pools:
    """The rows that examples are drawn from, each dataset's split read once for all candidates."""

    def __init__(self, workspace: Workspace, usecase: UseCase, *, samples: Samples, made: bool):
        self._workspace, self._usecase = workspace, usecase
        self._samples, self._made = samples, made
        self._pools: dict[tuple[str, str], ExamplePool] = {}

    def selector(self, candidate: Any) -> ExampleSelector:
        """Returns what draws a candidate's examples."""
        wanted = candidate.examples
        return ExampleSelector(
            self._pool(wanted.dataset, wanted.split),
            k=wanted.k,
            select=wanted.select,
            seed=wanted.seed,
        )

    def _pool(self, id: str, split: str) -> ExamplePool:
        dataset = self._workspace.datasets[id]
        made = id == self._usecase.dataset and self._made
        split = split if is_split(dataset) or made else ""
        if (id, split) not in self._pools:
            self._pools[id, split] = ExamplePool(
                _read(self._workspace, dataset, split, made=made),
                evaluated=self._samples,
                cache=self._workspace.root / CACHE,
            )
        return self._pools[id, split]


def _retriever(workspace: Workspace, candidate: Any) -> Retriever | None:
    """Returns what finds a candidate's passages, over an index that is up to date."""
    if not candidate.grounding:
        return None
    build_corpus(workspace, candidate.grounding)
    return retriever_of(workspace, workspace.corpora[candidate.grounding])


def _reference(workspace: Workspace, usecase: UseCase, id: str) -> Retriever:
    """Returns what finds the passages that a metric holds answers against: four or more each."""
    if id not in workspace.corpora:
        raise NotFoundError(
            "corpus", id, workspace.corpora, where=Place(usecase.file, None, "metrics")
        )
    build_corpus(workspace, id)
    options = dict(workspace.corpora[id].retriever)
    if options["name"] in RETRIEVERS:
        options["k"] = max(_REFERENCE_K, int(options.get("k", 0)))
        options.pop("min_score", None)
    return retriever_of(workspace, workspace.corpora[id], options)


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
    if candidate.unsupported != "keep":
        parts.append(f"{_TREATED[candidate.unsupported]} what is unsupported")
    if candidate.guard:
        parts.append(f"guarded by {candidate.guard}")
    if candidate.reasoning:
        parts.append("reasons first")
    if candidate.constrain.kind != "none":
        parts.append(f"held to {candidate.constrain.kind}")
    if candidate.repeats > 1:
        parts.append(f"{candidate.repeats} answers, by vote")
    return " · ".join(parts)


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
