"""Metrics put to answers: at once, in a thread, or by asking a model that judges."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import cast

import msgspec

from roundtable.evaluation.plan import Plan, Source
from roundtable.evaluation.types import Case, Metric, Score
from roundtable.generation.grounding.retrievers import Query
from roundtable.generation.types import Complete, Request, Response


class Scoring:
    """Scores cases of a plan.

    Args:
        plan: Whose judges are asked.
        stack: How a model is asked: cached, budgeted and limited.
    """

    def __init__(self, plan: Plan, stack: Callable[[Source], Complete]) -> None:
        self._plan, self._stack = plan, stack

    async def scores(self, metrics: Mapping[str, Metric], case: Case) -> dict[str, Score]:
        """Returns each metric's score, by its name."""
        return {name: await self.score(metric, case) for name, metric in metrics.items()}

    async def score(self, metric: Metric, case: Case) -> Score:
        """Returns one metric's score."""
        if hasattr(metric, "rubric"):
            case = self._judged(case, metric)
        reference = self._plan.references.get(str(getattr(metric, "corpus", "")))
        if reference is not None:
            case = msgspec.structs.replace(
                case, retrieve=lambda text: reference.retrieve(Query(text=text))
            )
        if getattr(metric, "heavy", False):
            scored = await asyncio.to_thread(metric.score, case)
        else:
            scored = metric.score(case)
        if inspect.isawaitable(scored):
            scored = await scored
        return scored if isinstance(scored, Score) else Score(value=scored)

    def _judged(self, case: Case, metric: Metric) -> Case:
        source = self._plan.judges[str(getattr(metric, "model", ""))]
        stack = self._stack(source)

        async def complete(request: Request) -> Response:
            # The metric names a model of the workspace; the provider has a name of its own for it.
            return await stack(msgspec.structs.replace(request, model=source.name))

        return msgspec.structs.replace(case, complete=cast("Complete", complete))
