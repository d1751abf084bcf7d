"""The values that travel between a pipeline, the runner and a model.

The one seam is `Complete`: a connector's `complete` is one, and cache, retry, budget and limits are
functions from `Complete` to `Complete`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
GrammarKind = Literal["choice", "json-schema", "regex", "gbnf"]
FinishReason = Literal["stop", "length", "content-filter", "tool", "unknown"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a conversation."""

    role: Role
    content: str


class Grammar(msgspec.Struct, frozen=True, kw_only=True):
    """An output space as a decoder can enforce it.

    Args:
        kind: `choice`: one of `options`; otherwise `source` holds a JSON Schema (as JSON text), a
            regular expression (matched whole), or a GBNF grammar.
        options: The allowed answers, for `choice` only.
        source: The schema, expression or grammar; empty for `choice`.
    """

    kind: GrammarKind
    options: tuple[str, ...] = ()
    source: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled example handed to a connector that needs no prompt (`baseline`).

    Args:
        text: The example's input; empty where the example stands for a whole class.
        target: Its label, or its target as JSON text.
        weight: Its similarity to the input in [0, 1], or a class's number of rows.
    """

    text: str
    target: str
    weight: float = 1.0


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that decides an answer; with the endpoint, it is the key of the call.

    Args:
        model: The model's name as the provider knows it.
        messages: The conversation, oldest first; exactly one user message if `completion`.
        completion: The text is continued as it is, without the model's chat template.
        temperature: In [0, 2]; 0 asks for the likeliest answer.
        top_p: In (0, 1], or None for the provider's default.
        max_tokens: The most tokens the answer may have; at least 1.
        stop: Texts that end the answer.
        seed: The sampler's seed, or None.
        grammar: The output space that the decoder is to enforce, or None.
        scores: Options whose log-probabilities are asked for (connectors with `scores_options`).
            The answer is then the likeliest option and nothing is sampled.
        logprobs: Whether the log-probability of each token of the answer is asked for.
        sample: The number of this repeat, from 0; repeats are calls of their own.
        examples: Labelled examples as values, for connectors that take no prompt.
    """

    model: str
    messages: tuple[Message, ...]
    completion: bool = False
    temperature: float = 0.0
    top_p: float | None = None
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    seed: int | None = None
    grammar: Grammar | None = None
    scores: tuple[str, ...] = ()
    logprobs: bool = False
    sample: int = 0
    examples: tuple[Example, ...] = ()


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call used, in tokens. `cached_input_tokens` are part of `input_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0


class OptionScore(msgspec.Struct, frozen=True, kw_only=True):
    """The summed log-probability (nats) of one option after the prompt, and its length."""

    option: str
    logprob: float
    n_tokens: int


class Response(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a provider answered.

    Args:
        text: The answer; empty if the model refused.
        model: The model's name as the provider reported it.
        usage: Tokens used.
        finish_reason: Why the answer ended.
        scores: One for each of the request's `scores`, in that order.
        logprobs: Log-probability of each token of the answer, in nats, if asked for.
        request_id: The provider's id of the call.
        latency_ms: From sending the request to the last byte, retries and waiting not counted.
    """

    text: str
    model: str = ""
    usage: Usage = Usage()
    finish_reason: FinishReason = "stop"
    scores: tuple[OptionScore, ...] = ()
    logprobs: tuple[float, ...] = ()
    request_id: str = ""
    latency_ms: float = 0.0


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a streamed answer; the last one carries the whole response."""

    text: str = ""
    response: Response | None = None


Complete = Callable[[Request], Awaitable[Response]]
"""Answers a request. Raises ProviderError when it cannot."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A retrieved piece of a corpus: its source, its text, and where it lies there (characters)."""

    id: str
    text: str
    source: str = ""
    start: int = 0
    end: int = 0
    score: float = 0.0


class SentenceCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sentence of an answer, held against passages.

    Args:
        start: Its first character in the text that was checked.
        end: One past its last.
        p_unsupported: Estimated probability, in [0, 1], that the passages do not support it.
        passage: The text of the passage that bears most on it; empty if there was none.
        source: Where that passage is from.
        quote_start: The stretch of `passage` that bears on the sentence; it may also contradict it.
        quote_end: One past its last character.
    """

    start: int
    end: int
    p_unsupported: float
    passage: str = ""
    source: str = ""
    quote_start: int = 0
    quote_end: int = 0


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """The probability, in [0, 1], of one answer of a choice."""

    option: str
    p: float


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a pipeline made of one sample's inputs.

    Args:
        text: The model's answer as it came (the last one, if it was asked twice).
        value: The answer as its output space reads it: an option, an object, a string.
        probabilities: For a choice: every option's probability, likeliest first.
        reasoning: What the model wrote before its answer, if it was asked to reason.
        passages: What was retrieved.
        abstained: Whether the pipeline withheld the answer, or the model said that it has none.
        original: What the model wrote, where `text` is no longer that: something was taken out, or
            the answer was withheld.
        removed: The sentences taken out.
        p_unsupported: Estimated probability that the passages do not support what the model wrote;
            None where nobody checked.
        note: Why the answer was changed or withheld.
        messages: The conversation of the final call, as sent.
        model: The model's name as the provider reported it.
        usage: Tokens of all calls made for this answer.
        latency_ms: Summed over the calls made one after another for this answer.
        n_calls: Calls made for this answer.
        finish_reason: Of the final call.
    """

    text: str
    value: object = None
    probabilities: tuple[Option, ...] = ()
    reasoning: str = ""
    passages: tuple[Passage, ...] = ()
    abstained: bool = False
    original: str = ""
    removed: tuple[str, ...] = ()
    p_unsupported: float | None = None
    note: str = ""
    messages: tuple[Message, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    latency_ms: float = 0.0
    n_calls: int = 0
    finish_reason: FinishReason = "stop"
