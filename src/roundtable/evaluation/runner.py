"""Executes a plan: every candidate on every sample, durable, resumable, within its budget.

One event loop; for each model one group of workers, which take samples in order. Models run side by
side, the candidates of one model one after another, so that prompts with a common beginning meet in
the model's own cache.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Callable

import msgspec

from roundtable.digest import Key, canonical
from roundtable.errors import (
    AuthError,
    BudgetError,
    ConstraintError,
    InputError,
    ProviderError,
    RequestError,
    RoundtableError,
)
from roundtable.evaluation.columns import Columns
from roundtable.evaluation.feed import CHUNK, Feed, Ready
from roundtable.evaluation.limits import Budget
from roundtable.evaluation.plan import CandidatePlan, Plan, Source
from roundtable.evaluation.scores import decided_by, labels_of, worst
from roundtable.evaluation.scoring import Scoring
from roundtable.evaluation.seams import (
    Tally,
    budgeted,
    cached,
    call_key,
    limited,
    retrying,
)
from roundtable.evaluation.stopping import Decider
from roundtable.evaluation.types import Case, Metric, SampleError, SampleResult, Score
from roundtable.generation.types import Answer, Complete, Request, Response
from roundtable.store import Store
from roundtable.store.calls import Known
from roundtable.store.ulid import RunId

REFUSALS_UNTIL_STOP = 5

_encode = msgspec.json.Encoder().encode


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is: told after each sample.

    Args:
        candidate: Which one.
        done: Samples done of it.
        total: Samples there are.
        result: The sample's result.
        columns: All results of the candidate so far.
        spent_usd: What the run has cost.
    """

    candidate: str
    done: int
    total: int
    result: SampleResult
    columns: Columns
    spent_usd: float


Watch = Callable[[Progress], None]


class Stopped(RoundtableError):
    """The run was interrupted; what was paid is kept."""

    def __init__(self) -> None:
        super().__init__("the run was interrupted", fix="run the same command to go on")


class Execution:
    """One run of a plan.

    Args:
        plan: What to do.
        store: Where answers and results go.
        run: Who pays.
        budget: What may be spent.
        fresh: Whether to ask again what the journal knows.
        watch: Told after each sample.
        deciders: By candidate: when enough is known (`stop = "when-decided"`).
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        *,
        run: RunId,
        budget: Budget,
        fresh: bool = False,
        watch: Watch | None = None,
        deciders: dict[str, Decider] | None = None,
    ) -> None:
        self._plan, self._store, self._run, self._budget = plan, store, run, budget
        self._fresh = str(run) if fresh else ""
        self._watch = watch
        self._deciders = deciders or {}
        self._failure: BaseException | None = None
        self._over = asyncio.Event()
        self._task: asyncio.Task[object] | None = None
        self._scoring = Scoring(plan, lambda source: self._stack(source, Tally(), {}))
        self.ratings: dict[str, list[Score | None]] = {}
        self.n_under_way = 0
        self._asking: dict[Key, asyncio.Future[None]] = {}
        self.columns = {
            candidate.id: Columns(
                len(plan.samples), tuple(candidate.metrics), labels=labels_of(plan, candidate)
            )
            for candidate in plan.candidates
        }

    def stop(self) -> None:
        """Lets calls under way finish and be kept, and starts no more."""
        self._fail(Stopped())

    def abort(self) -> None:
        """Lets go of calls under way; what was committed is kept."""
        self._fail(Stopped())
        if self._task is not None:
            self._task.cancel()

    async def execute(self) -> dict[str, Columns]:
        """Answers and scores every sample of every candidate.

        Returns:
            Columns by candidate id.

        Raises:
            ProviderError: a model cannot be reached, refuses the key, or refuses everything.
            BudgetError: the next call could pass the budget.
            Stopped: a person asked for it.
        """
        self._task = asyncio.current_task()
        by_source: dict[str, list[CandidatePlan]] = {}
        for candidate in self._plan.candidates:
            by_source.setdefault(candidate.source.id, []).append(candidate)
        try:
            async with asyncio.TaskGroup() as group:
                for candidates in by_source.values():
                    group.create_task(self._in_turn(candidates))
                for name, metric in self._plan.rating.items() if self._plan.rated else ():
                    group.create_task(self._rate(name, metric))
        except BaseExceptionGroup as several:
            raise _first(several) from several
        except asyncio.CancelledError:
            if not isinstance(self._failure, Stopped) or self._task is None:
                raise
            self._task.uncancel()
        if self._failure is not None:
            raise self._failure
        return self.columns

    def _fail(self, error: BaseException) -> None:
        # The first failure is the reason; what others meet afterwards follows from it.
        if self._failure is None:
            self._failure = error
            self._over.set()

    async def _in_turn(self, candidates: list[CandidatePlan]) -> None:
        for candidate in candidates:
            if self._failure is not None:
                return
            await self._candidate(candidate)

    async def _candidate(self, candidate: CandidatePlan) -> None:
        feed = Feed(
            lambda start, end: self._prepare(candidate, start, end), len(self._plan.samples)
        )
        pending: list[tuple[int, bytes]] = []
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(candidate.source.workers, len(self._plan.samples))):
                    group.create_task(self._work(candidate, feed, pending))
        finally:
            await feed.close()
            if pending:
                await self._store.runs.put_results(candidate.key, pending)

    def _prepare(self, candidate: CandidatePlan, start: int, end: int) -> list[Ready]:
        """Draws examples, renders prompts, looks up what is known; in a thread: it is CPU work."""
        ready = []
        for index in range(start, end):
            sample = self._plan.samples[index]
            demonstrations = candidate.demonstrations(sample)
            inputs = candidate.inputs(sample)
            one = Ready(index=index, sample=sample, inputs=inputs, demonstrations=demonstrations)
            try:
                one.request = candidate.pipeline.request(inputs, demonstrations)
                one.key = call_key(
                    canonical(one.request), candidate.source.provider, candidate.source.endpoint
                )
            except InputError as error:
                one.error = error
            ready.append(one)
        keys = [one.key for one in ready if one.key is not None]
        known = self._store.calls.get_known(keys, fresh=self._fresh)
        for one in ready:
            one.known = known.get(one.key) if one.key is not None else None
        return ready

    async def _work(
        self, candidate: CandidatePlan, feed: Feed, pending: list[tuple[int, bytes]]
    ) -> None:
        tally = Tally()
        looked_up: dict[Key, Known | None] = {}
        complete = self._stack(candidate.source, tally, looked_up)
        columns = self.columns[candidate.id]
        decider = self._deciders.get(candidate.id)
        while (one := await feed.take()) is not None:
            if self._failure is not None or (decider is not None and decider.decided):
                return
            tally.made = tally.cached = tally.retried = tally.failed = 0
            tally.usd = 0.0
            looked_up.clear()
            if one.key is not None:
                looked_up[one.key] = one.known
            result = await self._sample(candidate, one, complete, tally)
            if result is None:
                return
            columns.add(result)
            columns.n_made += tally.made
            columns.n_cached += tally.cached
            columns.n_retried += tally.retried
            columns.n_failed += tally.failed
            if tally.oldest is not None and (
                columns.oldest is None or tally.oldest < columns.oldest
            ):
                columns.oldest = tally.oldest
            pending.append((result.index, _encode(result)))
            if len(pending) >= CHUNK:
                full = pending.copy()
                pending.clear()
                await self._store.runs.put_results(candidate.key, full)
            if decider is not None:
                decider.add(one.index, decided_by(result))
            if self._watch is not None:
                self._watch(
                    Progress(
                        candidate=candidate.id,
                        done=columns.n_done,
                        total=columns.n,
                        result=result,
                        columns=columns,
                        spent_usd=self._budget.spent_usd,
                    )
                )

    def _stack(self, source: Source, tally: Tally, looked_up: dict[Key, Known | None]) -> Complete:
        async def charge(usd: float, reason: str) -> None:
            await self._store.calls.charge(self._run, usd, reason)

        complete = self._sent(source.connector.complete)
        complete = limited(
            complete, limiter=source.limiter, hint=source.hint, sleep=self._unless_over
        )
        complete = budgeted(complete, budget=self._budget, price=source.price, charge=charge)
        complete = retrying(complete, tally=tally, health=source.health, sleep=self._unless_over)
        return cached(
            complete,
            calls=self._store.calls,
            looked_up=looked_up,
            asking=self._asking,
            tally=tally,
            run=self._run,
            provider=source.provider,
            endpoint=source.endpoint,
            price=source.price,
            fresh=self._fresh,
        )

    def _sent(self, complete: Complete) -> Complete:
        """Counts the calls under way, and starts none once the run is over."""

        async def answer(request: Request) -> Response:
            if self._failure is not None:
                raise Stopped
            self.n_under_way += 1
            try:
                return await complete(request)
            finally:
                self.n_under_way -= 1

        return answer

    async def _unless_over(self, seconds: float) -> None:
        """Waits, and raises once the run is over: nobody waits to ask again then."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)
        if self._failure is not None:
            raise Stopped

    async def _sample(
        self, candidate: CandidatePlan, one: Ready, complete: Complete, tally: Tally
    ) -> SampleResult | None:
        """Answers and scores one sample; None if the run has to stop."""
        health = candidate.source.health
        answered_before = health.n_answered
        answer: Answer | None = None
        scores: dict[str, Score] = {}
        error: SampleError | None = None
        try:
            if one.error is not None:
                raise one.error
            answer = await candidate.pipeline.answer(
                one.inputs, complete, demonstrations=one.demonstrations, request=one.request
            )
            scores = await self._scores(candidate, one, answer, tally)
        except (AuthError, BudgetError) as failure:
            self._fail(failure)
            return None
        except ProviderError as failure:
            nobody_answers = health.n_answered == answered_before
            if failure.retryable and nobody_answers:
                self._fail(failure)
                return None
            if isinstance(failure, RequestError) and health.n_answered == 0:
                hopeless = min(REFUSALS_UNTIL_STOP, len(self._plan.samples))
                if health.n_refused >= hopeless:
                    self._fail(failure)
                    return None
            error = SampleError(kind="provider", message=failure.what, retryable=failure.retryable)
        except ConstraintError as failure:
            error = SampleError(kind="constraint", message=failure.what)
        except InputError as failure:
            where = f" ({failure.where})" if failure.where else ""
            error = SampleError(kind="prompt", message=f"{failure.what}{where}")
        except RoundtableError as failure:
            self._fail(failure)
            return None
        except Exception as failure:
            error = SampleError(
                kind="internal",
                message=f"{type(failure).__name__}: {failure}"[:300],
                detail=traceback.format_exc(),
            )
        if error is not None:
            scores = {name: worst(metric) for name, metric in candidate.metrics.items()}
        return SampleResult(
            index=one.index,
            id=one.sample.id,
            answer=answer if error is None else None,
            error=error,
            scores=scores,
            usd=tally.usd,
            n_made=tally.made,
            n_retried=tally.retried,
        )

    async def _scores(
        self, candidate: CandidatePlan, one: Ready, answer: Answer, tally: Tally
    ) -> dict[str, Score]:
        case = Case(
            id=one.sample.id,
            inputs=one.inputs,
            target=one.sample.target,
            answer=answer,
            options=self._plan.options,
            usd=tally.usd,
        )
        return await self._scoring.scores(candidate.metrics, case)

    async def _rate(self, name: str, metric: Metric) -> None:
        """Lets a judge rate the answers that people rated."""
        rows = iter(enumerate(self._plan.rated))
        ratings = self.ratings[name] = [None] * len(self._plan.rated)

        async def work() -> None:
            for index, rated in rows:
                if self._failure is not None:
                    return
                try:
                    ratings[index] = await self._scoring.score(metric, rated.case)
                except (ConstraintError, RequestError):
                    continue  # no verdict: counted as such
                except RoundtableError as failure:
                    self._fail(failure)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._plan.judges[str(getattr(metric, "model", ""))].workers):
                group.create_task(work())


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
