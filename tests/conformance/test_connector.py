"""The suite for connectors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from roundtable.conformance import NotConforming, check_connector
from roundtable.conformance.spaces import example_of
from roundtable.generation.types import Delta, OptionScore, Request, Response, Usage


@dataclass(frozen=True)
class Echo:
    """Answers each question by its first fruit, in the form that is asked for."""

    prefix: str = ""
    closed: list[bool] = field(default_factory=list)
    scores_options = True

    @property
    def enforces(self) -> frozenset[str]:
        return frozenset({"choice", "json-schema"})

    async def complete(self, request: Request) -> Response:
        text = example_of(request.grammar) if request.grammar else "apple"
        scores = tuple(
            OptionScore(option=option, logprob=-1.0, n_tokens=1) for option in request.scores
        )
        usage = Usage(input_tokens=20, output_tokens=2)
        return Response(text=self.prefix + text, model=request.model, usage=usage, scores=scores)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        response = await self.complete(request)
        yield Delta(text=response.text[:2])
        yield Delta(text=response.text[2:], response=response)

    async def aclose(self) -> None:
        self.closed.append(True)


@dataclass(frozen=True)
class Broken(Echo):
    """Promises more than it does."""

    async def complete(self, request: Request) -> Response:
        if request.sample:
            raise ValueError("busy")
        return Response(text="Apple!", usage=Usage(output_tokens=999), latency_ms=-1.0)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        yield Delta(text="x")


def test_a_connector_that_keeps_its_word_conforms_and_is_closed() -> None:
    connector = Echo()
    check_connector(connector, model="fruit")
    assert connector.closed == [True]


def test_everything_that_a_connector_promises_and_does_not_do_is_told() -> None:
    connector = Broken()
    with pytest.raises(NotConforming) as caught:
        check_connector(connector, model="fruit")
    told = str(caught.value)
    for part in (
        "does not say which model answered",
        "four questions at once it raises ValueError (busy); only ProviderError may come",
        "enforces choice, but 'Apple!' is not among the options",
        "enforces json-schema, but the answer is not JSON",
        "writes more tokens than were allowed",
        "the latency cannot be",
        "score each option",
        "last piece of a stream",
    ):
        assert part in told
    assert connector.closed == [True]
