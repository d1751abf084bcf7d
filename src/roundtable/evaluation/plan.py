"""What is to be executed: one plan a candidate, with its key."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from roundtable.assets import ExampleSelector, Sample, Samples
from roundtable.digest import Key
from roundtable.economics.price import Price
from roundtable.evaluation.limits import Limiter
from roundtable.evaluation.rating import Rated
from roundtable.evaluation.seams import Health
from roundtable.evaluation.types import Metric
from roundtable.generation.connectors.protocol import Connector
from roundtable.generation.connectors.rates import RateHint
from roundtable.generation.grounding.retrievers import Query, Retriever
from roundtable.generation.pipeline import Demonstration, Pipeline

CODE_VERSION = "3"
"""Raised when the same inputs would give other results."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A model that can be asked, with what all its calls share.

    Args:
        id: Its id in the workspace.
        provider: The connector's name.
        name: The model's name as the provider knows it.
        connector: Answers one request.
        price: Of its calls.
        limiter: How many may be under way.
        health: Whether it answers.
        workers: How many samples are worked on at once.
    """

    id: str
    provider: str
    name: str
    connector: Connector
    price: Price
    limiter: Limiter
    health: Health
    workers: int

    @property
    def endpoint(self) -> str:
        """Part of a call's key: where it goes."""
        return str(getattr(self.connector, "endpoint", ""))

    @property
    def hint(self) -> RateHint | None:
        """What the provider says of its limits, if it does."""
        hint = getattr(self.connector, "rate_hint", None)
        return hint if isinstance(hint, RateHint) else None


class CandidatePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate: what is asked of whom, and how it is measured.

    Args:
        id: The candidate's id in its use case.
        key: Digest of all that its results depend on.
        description: What it is, in a few words.
        pipeline: Inputs to answer.
        source: The model.
        selector: Draws its labelled examples; None without.
        metrics: By name.
        extra_inputs: Inputs that every sample gets, such as the options.
        retriever: Finds the passages its answers rest on; None without.
        asks: The input that passages are looked for by.
    """

    id: str
    key: Key
    description: str
    pipeline: Pipeline
    source: Source
    selector: ExampleSelector | None
    metrics: Mapping[str, Metric]
    extra_inputs: Mapping[str, object]
    retriever: Retriever | None = None
    asks: str = ""

    def inputs(self, sample: Sample) -> dict[str, object]:
        """Returns what the pipeline is given for a sample; CPU work where passages are found."""
        given = {**sample.inputs, **self.extra_inputs}
        if self.retriever is not None:
            given["passages"] = self.retriever.retrieve(Query(text=str(sample.inputs[self.asks])))
        return given

    def demonstrations(self, sample: Sample) -> tuple[Demonstration, ...]:
        """Returns the labelled examples for a sample, nearest last; CPU work for similar ones."""
        if self.selector is None:
            return ()
        # The majority class is a matter of targets alone: the row that stands for it says nothing.
        counts = self.pipeline.template is None and self.source.name == "majority"
        return tuple(
            Demonstration(
                inputs={} if counts else chosen.sample.inputs,
                target=chosen.sample.target,
                weight=chosen.weight,
            )
            for chosen in self.selector.select(sample)
        )


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run executes.

    Args:
        samples: The evaluated rows, in the order they are asked.
        candidates: In the use case's order.
        judges: Models that metrics ask, by workspace id.
        references: Retrievers over the corpora that metrics hold answers against, by corpus.
        options: The task's options, for a choice.
        n_rows: Rows that `samples` were drawn from.
        rating: Judges that rate what people rated, by name.
        rated: Answers that people rated.
    """

    samples: Samples
    candidates: tuple[CandidatePlan, ...]
    judges: Mapping[str, Source]
    references: Mapping[str, Retriever] = {}
    options: tuple[str, ...] = ()
    n_rows: int = 0
    rating: Mapping[str, Metric] = {}
    rated: tuple[Rated, ...] = ()
