"""The main job: evaluates every candidate of a use case and decides what may move."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.errors import (
    BudgetError,
    ProviderError,
    RoundtableError,
)
from roundtable.evaluation.kept import pack
from roundtable.evaluation.limits import Budget
from roundtable.evaluation.plan import Plan
from roundtable.evaluation.rating import JudgeAgreement, judge_agreement
from roundtable.evaluation.runner import Execution, Progress, Stopped
from roundtable.evaluation.summary import CallCounts, CandidateSummary, comparisons, summarize
from roundtable.generation.connectors.protocol import Closes
from roundtable.jobs import deciding, verdict, versions
from roundtable.jobs.build import chosen, plan
from roundtable.jobs.ending import Ending
from roundtable.jobs.interrupting import Interrupted, Told, stops_on_signal
from roundtable.jobs.keys import Keys, keys
from roundtable.jobs.outcome import RunOutcome, nothing_run
from roundtable.jobs.past import has_store, kept_as, opened
from roundtable.jobs.permits import Permits, permits_of
from roundtable.jobs.report import write_report
from roundtable.reports import Renderer
from roundtable.store import RunRecord, Store, new_run_id
from roundtable.workspace import UseCase, Workspace

Watch = Callable[[Progress], None]


def run(
    workspace: Workspace,
    usecase: str,
    *,
    candidates: tuple[str, ...] = (),
    limit: int | None = None,
    fresh: bool = False,
    watch: Watch | None = None,
    told: Told | None = None,
) -> RunOutcome:
    """Runs a use case; answers known from earlier runs are not asked for again.

    Args:
        workspace: Loaded and valid.
        usecase: The use case's id.
        candidates: Only these; empty for all.
        limit: At most so many samples, at least 1.
        fresh: Ask again what the journal knows.
        watch: Told after each sample.
        told: Told when a person interrupts the run: calls under way are awaited, and let go of at
            a second interrupt.

    Raises:
        InputError: something in the files is wrong; nothing was spent.
        ProviderError: a model could not be reached; what was paid is kept.
        BudgetError: the budget is used up; what was paid is kept.
        KeyboardInterrupt: it was interrupted; what was paid is kept.
    """
    return asyncio.run(
        run_async(
            workspace,
            usecase,
            candidates=candidates,
            limit=limit,
            fresh=fresh,
            watch=watch,
            told=told,
        )
    )


async def run_async(
    workspace: Workspace,
    usecase: str,
    *,
    candidates: tuple[str, ...] = (),
    limit: int | None = None,
    fresh: bool = False,
    watch: Watch | None = None,
    told: Told | None = None,
) -> RunOutcome:
    """Does what `run` does, within a running event loop."""
    started_s = time.perf_counter()
    wanted = workspace.usecase(usecase)
    picked = chosen(wanted, candidates)
    permits = permits_of(workspace, wanted, [one.id for one in picked])
    picked = [one for one in picked if one.id not in permits.refused]
    if not picked:
        return nothing_run(wanted, permits, started_s=started_s)
    known = keys(workspace, wanted, picked, limit=limit)
    if not fresh and has_store(workspace):
        with opened(workspace) as store:
            record = store.runs.find_finished(known.run)
            outcome = None if record is None else kept_as(record.summary, RunOutcome)
            if record is not None and outcome is not None:
                versions.record(workspace, wanted, known, store)
                if not any(one.n_retryable for one in outcome.candidates):
                    return _again(workspace, wanted, store, outcome, record, permits=permits)
    # All rows are read and every part is made before the store is: bad input leaves no trace.
    ready, leaks = plan(workspace, wanted, picked, known=known, limit=limit)
    with opened(workspace) as store, Renderer() as renderer:
        job = _Job(
            workspace,
            wanted,
            store,
            known=known,
            permits=permits,
            fresh=fresh,
            watch=watch,
            told=told,
            renderer=renderer,
        )
        return await job.execute(ready, leaks, started_s=started_s)


class _Job:
    """One run, from its plan to its report."""

    def __init__(
        self,
        workspace: Workspace,
        usecase: UseCase,
        store: Store,
        *,
        known: Keys,
        permits: Permits,
        fresh: bool,
        watch: Watch | None,
        told: Told | None,
        renderer: Renderer,
    ) -> None:
        self._workspace, self._usecase, self._store = workspace, usecase, store
        self._known, self._permits = known, permits
        self._fresh, self._watch, self._told = fresh, watch, told
        self._renderer = renderer

    async def execute(
        self, plan: Plan, leaks: dict[str, tuple[str, ...]], *, started_s: float
    ) -> RunOutcome:
        """Executes what is not known yet, and returns the whole outcome."""
        self._plan, self._leaks = plan, leaks
        versions.record(self._workspace, self._usecase, self._known, self._store)
        runs = self._store.runs
        record = None if self._fresh else runs.resume(self._known.run)
        if record is None:
            record = RunRecord(
                id=new_run_id(),
                key=self._known.run,
                usecase=self._usecase.id,
                started_at=datetime.now(UTC),
                inputs=msgspec.json.encode(self._known.inputs),
            )
            runs.start(record)
        clusters = self._clusters()
        may_stop = deciding.deciders(
            self._usecase,
            [one.id for one in self._plan.candidates],
            metrics=self._plan.candidates[0].metrics,
            n=len(self._plan.samples),
            clusters=clusters,
        )
        done = {} if self._fresh else self._finished()
        todo = tuple(one for one in self._plan.candidates if one.id not in done)
        budget = Budget(
            self._workspace.settings.budget.usd_per_run,
            spent_usd=self._store.calls.spent(record.id),
        )
        ending = Ending(self._renderer, n=len(todo) * len(self._plan.samples))
        execution = Execution(
            msgspec.structs.replace(self._plan, candidates=todo),
            self._store,
            run=record.id,
            budget=budget,
            fresh=self._fresh,
            watch=_both(ending.watch, self._watch),
            deciders=may_stop,
        )
        try:
            with stops_on_signal(execution, self._told):
                columns = await execution.execute()
        except Stopped:
            runs.finish(record.id, "stopped")
            raise Interrupted from None
        except (ProviderError, BudgetError) as error:
            runs.finish(record.id, "stopped")
            raise _with_remains(error, execution) from error
        except RoundtableError:
            runs.finish(record.id, "stopped")
            raise
        finally:
            await self._close()
        targets = self._plan.samples.targets()
        for candidate in todo:
            summary = summarize(
                candidate,
                columns[candidate.id],
                targets=targets,
                clusters=clusters,
                options=self._plan.options,
                decider=may_stop.get(candidate.id),
            )
            done[candidate.id] = summary
            if not summary.n_retryable:
                runs.put_candidate(candidate.key, msgspec.json.encode(summary))
        summaries = tuple(done[one.id] for one in self._plan.candidates)
        judges = tuple(
            judge_agreement(
                metric, name, self._plan.rated, execution.ratings[name], clusters=clusters
            )
            for name, metric in self._plan.rating.items()
            if self._plan.rated
        )
        return self._outcome(record, summaries, clusters, judges, started_s=started_s)

    def _outcome(
        self,
        record: RunRecord,
        summaries: tuple[CandidateSummary, ...],
        clusters: NDArray[np.int64] | None,
        judges: tuple[JudgeAgreement, ...],
        *,
        started_s: float,
    ) -> RunOutcome:
        primary = self._usecase.primary or next(iter(self._plan.candidates[0].metrics))
        reference = verdict.reference(self._workspace, self._usecase, summaries, primary)
        pairs = comparisons(summaries, reference=reference, clusters=clusters)
        gate = verdict.gate(
            self._usecase, summaries, primary=primary, clusters=clusters, permits=self._permits
        )
        outcome = RunOutcome(
            usecase=self._usecase.id,
            run=record.id,
            started_at=record.started_at.isoformat(timespec="seconds"),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            elapsed_s=time.perf_counter() - started_s,
            split=self._known.split,
            n_samples=len(self._plan.samples),
            n_rows=self._plan.n_rows,
            primary=primary,
            candidates=summaries,
            pairs=pairs,
            leaks=tuple(dict.fromkeys(leak for leaks in self._leaks.values() for leak in leaks)),
            findings=(
                *verdict.findings(
                    self._workspace, self._usecase, summaries, pairs, primary=primary, gate=gate
                ),
                *self._of_judges(judges),
                *deciding.in_words(
                    self._usecase,
                    summaries,
                    metrics=self._plan.candidates[0].metrics,
                    n=len(self._plan.samples),
                ),
            ),
            gate=gate,
            inputs=self._known.inputs,
            usd=self._store.calls.spent(record.id),
            report=f"reports/{self._usecase.id}/{record.id}.html",
            judges=judges,
            clusters=b"" if clusters is None else pack(clusters, "<i4"),
            licenses=self._permits.findings,
        )
        write_report(
            self._workspace,
            self._usecase,
            self._store,
            outcome,
            samples=self._plan.samples,
            renderer=self._renderer,
        )
        self._store.runs.finish(
            record.id, "finished", summary=msgspec.json.encode(outcome), report=outcome.report
        )
        return outcome

    def _of_judges(self, judges: tuple[JudgeAgreement, ...]) -> list[str]:
        labels = self._workspace.datasets[self._usecase.dataset].labels
        if labels is not None and self._plan.rating and not judges:
            return [f"No evaluated row has a verdict of people's in {labels.verdict!r}."]
        return [judge.in_words() for judge in judges]

    def _clusters(self) -> NDArray[np.int64] | None:
        if not self._workspace.datasets[self._usecase.dataset].cluster:
            return None
        return self._plan.samples.clusters()

    def _finished(self) -> dict[str, CandidateSummary]:
        """Returns candidates that an earlier run finished, with their calls counted as cached."""
        found = {}
        for candidate in self._plan.candidates:
            data = self._store.runs.get_candidate(candidate.key)
            summary = None if data is None else kept_as(data, CandidateSummary)
            if summary is not None:
                found[candidate.id] = _as_cached(summary)
        return found

    async def _close(self) -> None:
        asked = (*(one.source for one in self._plan.candidates), *self._plan.judges.values())
        for source in {one.id: one for one in asked}.values():
            if isinstance(source.connector, Closes):
                await source.connector.aclose()


def _again(
    workspace: Workspace,
    usecase: UseCase,
    store: Store,
    outcome: RunOutcome,
    record: RunRecord,
    *,
    permits: Permits,
) -> RunOutcome:
    """Returns a finished run, its gate decided anew: limits and overrides may have changed."""
    summaries = tuple(_as_cached(one) for one in outcome.candidates)
    gate = verdict.gate(
        usecase,
        summaries,
        primary=outcome.primary,
        clusters=outcome.cluster_codes(),
        permits=permits,
    )
    changed = gate != outcome.gate or permits.findings != outcome.licenses
    outcome = msgspec.structs.replace(
        outcome,
        candidates=summaries,
        gate=gate,
        report=record.report,
        licenses=permits.findings,
    )
    if changed or not (workspace.root / outcome.report).is_file():
        write_report(workspace, usecase, store, outcome)
        store.runs.finish(
            record.id, "finished", summary=msgspec.json.encode(outcome), report=outcome.report
        )
    return outcome


def _both(first: Watch, second: Watch | None) -> Watch:
    if second is None:
        return first

    def tell(progress: Progress) -> None:
        first(progress)
        second(progress)

    return tell


def _as_cached(summary: CandidateSummary) -> CandidateSummary:
    calls = summary.calls
    return msgspec.structs.replace(
        summary, calls=CallCounts(made=0, cached=calls.made + calls.cached)
    )


def _with_remains(
    error: ProviderError | BudgetError, execution: Execution
) -> ProviderError | BudgetError:
    done = sum(columns.n_done for columns in execution.columns.values())
    total = sum(columns.n for columns in execution.columns.values())
    error.what = f"{error.what} ({done} of {total} samples are done and kept)"
    return error
