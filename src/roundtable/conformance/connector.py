"""What Roundtable asks of a connector."""

from __future__ import annotations

import asyncio
import json
import math
from typing import get_args

import msgspec

from roundtable.conformance.findings import Findings, wait_for
from roundtable.conformance.spaces import misfit
from roundtable.errors import ProviderError
from roundtable.generation.connectors.protocol import Closes, Connector, ScoresOptions, Streams
from roundtable.generation.types import (
    Example,
    FinishReason,
    Grammar,
    GrammarKind,
    Message,
    Request,
    Response,
)

_OPTIONS = ("apple", "pear", "plum")
_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"fruit": {"type": "string", "enum": list(_OPTIONS)}},
        "required": ["fruit"],
        "additionalProperties": False,
    }
)
_GRAMMARS: dict[GrammarKind, Grammar] = {
    "choice": Grammar(kind="choice", options=_OPTIONS),
    "json-schema": Grammar(kind="json-schema", source=_SCHEMA),
    "regex": Grammar(kind="regex", source="(apple|pear|plum)"),
    "gbnf": Grammar(kind="gbnf", source='root ::= "apple" | "pear" | "plum"'),
}
_MAX_TOKENS = 24


def check_connector(connector: Connector, *, model: str) -> None:
    """Checks that a connector answers what a run may ask; it makes about ten short calls.

    It must be a frozen dataclass with fields that can be keyed; answer alone and side by side;
    enforce the output spaces that it says it enforces; report usage and latency; fail only by
    ProviderError; stream, if it streams, the same text that it answers; and close.

    Args:
        connector: An instance; it is closed afterwards.
        model: A model that it reaches.

    Raises:
        NotConforming: with everything that is wrong.
    """
    findings = Findings(connector)
    findings.need_options()
    enforces = getattr(connector, "enforces", None)
    known = frozenset(get_args(GrammarKind))
    if not isinstance(enforces, frozenset) or not enforces <= known:
        findings.need(False, f"`enforces` must be a frozenset of {', '.join(sorted(known))}")
        enforces = frozenset()
    endpoint = getattr(connector, "endpoint", "")
    findings.need(isinstance(endpoint, str), "`endpoint` must be a text")
    if findings.need(
        callable(getattr(connector, "complete", None)), "it needs a method complete(request)"
    ):
        wait_for(_check(connector, _request(model), enforces=enforces, findings=findings))
    findings.raise_any()


async def _check(
    connector: Connector, plain: Request, *, enforces: frozenset[str], findings: Findings
) -> None:
    try:
        await _ask(connector, plain, "a plain question", findings)
        await asyncio.gather(
            *(
                _ask(
                    connector,
                    msgspec.structs.replace(plain, sample=number),
                    "four questions at once",
                    findings,
                )
                for number in range(4)
            )
        )
        for kind, grammar in _GRAMMARS.items():
            if kind in enforces:
                request = msgspec.structs.replace(plain, grammar=grammar)
                response = await _ask(connector, request, f"a question held to {kind}", findings)
                if response is not None:
                    reason = misfit(grammar, response.text)
                    findings.need(not reason, f"it says that it enforces {kind}, but {reason}")
        if isinstance(connector, ScoresOptions) and connector.scores_options:
            await _check_scores(connector, plain, findings)
        if isinstance(connector, Streams):
            await _check_stream(connector, plain, findings)
    finally:
        if isinstance(connector, Closes):
            await connector.aclose()


async def _ask(
    connector: Connector, request: Request, what: str, findings: Findings
) -> Response | None:
    try:
        response = await connector.complete(request)
    except ProviderError as error:
        findings.need(False, f"on {what} it fails: {error.what}")
        return None
    except Exception as error:  # the author's code may raise anything: it is told
        name = type(error).__name__
        findings.need(False, f"on {what} it raises {name} ({error}); only ProviderError may come")
        return None
    if not isinstance(response, Response):
        findings.need(False, f"on {what} it gives {type(response).__name__}, not a Response")
        return None
    _check_response(response, what, findings)
    return response


def _check_response(response: Response, what: str, findings: Findings) -> None:
    usage = response.usage
    findings.need(isinstance(response.text, str), f"on {what} the text is not a text")
    findings.need(bool(response.model), f"on {what} it does not say which model answered")
    findings.need(
        response.finish_reason in get_args(FinishReason),
        f"on {what} the finish reason {response.finish_reason!r} is unknown",
    )
    findings.need(
        min(usage.input_tokens, usage.output_tokens, usage.cached_input_tokens) >= 0
        and usage.cached_input_tokens <= usage.input_tokens,
        f"on {what} the usage cannot be: {usage}",
    )
    findings.need(
        usage.output_tokens <= _MAX_TOKENS, f"on {what} it writes more tokens than were allowed"
    )
    findings.need(
        math.isfinite(response.latency_ms) and response.latency_ms >= 0,
        f"on {what} the latency cannot be: {response.latency_ms} ms",
    )


async def _check_scores(connector: Connector, plain: Request, findings: Findings) -> None:
    request = msgspec.structs.replace(plain, scores=_OPTIONS)
    response = await _ask(connector, request, "options to score", findings)
    if response is None:
        return
    scores = response.scores
    if findings.need(
        tuple(score.option for score in scores) == _OPTIONS,
        "it must score each option that is asked for, in that order",
    ):
        findings.need(
            all(math.isfinite(s.logprob) and s.logprob <= 0 and s.n_tokens >= 1 for s in scores),
            "a score is a log-probability (at most 0) over at least one token",
        )
        findings.need(response.text in _OPTIONS, "with options to score, the answer is one of them")


async def _check_stream(connector: Streams, plain: Request, findings: Findings) -> None:
    try:
        deltas = [delta async for delta in connector.stream(plain)]
    except Exception as error:  # as above
        findings.need(False, f"while it streams it raises {type(error).__name__}: {error}")
        return
    last = deltas[-1].response if deltas else None
    if findings.need(last is not None, "the last piece of a stream must carry the response"):
        assert last is not None
        findings.need(
            "".join(delta.text for delta in deltas) == last.text,
            "the pieces of a stream must add up to the response's text",
        )
        _check_response(last, "a stream", findings)


def _request(model: str) -> Request:
    messages = (
        Message(role="system", content="You answer with the name of one fruit."),
        Message(role="user", content="Which fruit is green? apple, pear or plum"),
    )
    # A connector that needs no model answers from examples.
    examples = tuple(Example(text=f"a green {name}", target=name) for name in _OPTIONS)
    return Request(model=model, messages=messages, max_tokens=_MAX_TOKENS, examples=examples)
