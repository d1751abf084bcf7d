"""What is asked of llama.cpp's server, and what it answers.

Source: llama.cpp, tools/server/README.md: `POST /v1/completions`, `POST /v1/chat/completions`.
"""

from __future__ import annotations

import msgspec

from roundtable.errors import ProviderError, RequestError, ServerError
from roundtable.generation.connectors.embedded_grammar import gbnf_of
from roundtable.generation.types import FinishReason, Request, Usage

_SEEDS = 2**32 - 1
_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length", "tool_calls": "tool"}


class _Token(msgspec.Struct):
    id: int
    logprob: float
    token: str = ""
    top_logprobs: list[_Token] = []


class _Tokens(msgspec.Struct):
    content: list[_Token] = []


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    text: str = ""
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None
    logprobs: _Tokens | None = None


class _Timings(msgspec.Struct):
    cache_n: int = 0
    prompt_n: int = 0
    predicted_n: int = 0


class _Error(msgspec.Struct):
    message: str = ""
    code: int = 500
    type: str = ""
    n_prompt_tokens: int = 0
    n_ctx: int = 0


class _Piece(msgspec.Struct):
    choices: list[_Choice] = []
    timings: _Timings | None = None
    error: _Error | None = None


_DECODER = msgspec.json.Decoder(_Piece)


class Reading(msgspec.Struct):
    """What has been read of an answer so far.

    Args:
        text: The answer's text.
        tokens: Id and log-probability of each token, if asked for.
        alternatives: The likeliest tokens at the answer's first place, if asked for.
        finish_reason: Why the answer ended.
        usage: Tokens used.
    """

    text: str = ""
    tokens: list[tuple[int, float]] = []
    alternatives: dict[int, float] = {}
    finish_reason: FinishReason = "unknown"
    usage: Usage = Usage()

    def take(self, data: bytes) -> str:
        """Takes the next piece of the answer and returns its text.

        Raises:
            ProviderError: the engine refuses the request, or fails.
        """
        piece = _DECODER.decode(data)
        if piece.error is not None:
            raise _failure(piece.error)
        added = ""
        for choice in piece.choices:
            added += choice.text or choice.delta.content or ""
            self.finish_reason = _FINISH.get(choice.finish_reason or "", self.finish_reason)
            for token in choice.logprobs.content if choice.logprobs else ():
                if not self.tokens:
                    self.alternatives = {top.id: top.logprob for top in token.top_logprobs}
                # The token that ends the answer is no part of its text.
                if token.token:
                    self.tokens.append((token.id, token.logprob))
        if piece.timings is not None:
            times = piece.timings
            self.usage = Usage(
                input_tokens=times.prompt_n + times.cache_n,
                output_tokens=times.predicted_n,
                cached_input_tokens=times.cache_n,
            )
        self.text += added
        return added


def prompt_of(request: Request) -> str:
    """Returns the text that a completion continues.

    Raises:
        RequestError: the request has not exactly one user message.
    """
    if len(request.messages) != 1 or request.messages[0].role != "user":
        raise RequestError(
            "a completion continues one text, but the request has "
            f"{len(request.messages)} messages",
            provider="embedded",
            fix="write the prompt as one user part, without examples as turns",
        )
    return request.messages[0].content


def boundary(prompt: str) -> tuple[str, str]:
    """Returns a completion's prompt without its last spaces, and what an option begins with.

    A word and the space before it are one token, so a model hardly ever sees a text cut after a
    space: `Category: ` is continued as `Category:` by an option with a space before it.
    """
    bare = prompt.rstrip(" ")
    if bare != prompt:
        return (bare, " ") if bare else ("", "")
    return (prompt, "" if not prompt or prompt[-1].isspace() else " ")


def generation_body(request: Request, *, lead: str) -> dict[str, object]:
    """Returns the part of a generation's body that its prompt does not decide.

    Args:
        request: What is asked.
        lead: White space that an option of a choice begins with.
    """
    body: dict[str, object] = {
        "stream": True,
        "return_progress": True,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
    }
    if request.top_p is not None:
        body["top_p"] = request.top_p
    if request.stop:
        body["stop"] = request.stop
    if request.seed is not None:
        # Repeats of one request differ, and each is the same again.
        body["seed"] = (request.seed + request.sample) % _SEEDS
    if request.logprobs:
        # A conversation takes the first name, a text that is continued the second.
        body |= {"logprobs": True, "top_logprobs": 1, "n_probs": 1}
    grammar = request.grammar
    if grammar is not None and grammar.kind == "json-schema":
        body["json_schema"] = msgspec.Raw(grammar.source.encode())
    elif grammar is not None:
        body["grammar"] = gbnf_of(grammar, lead=lead)
    return body


def _failure(error: _Error) -> ProviderError:
    if error.type == "exceed_context_size_error":
        return RequestError(
            f"the prompt has {error.n_prompt_tokens} tokens, but the context holds {error.n_ctx}",
            provider="embedded",
            status=error.code,
            fix="shorten the prompt, give fewer examples, or raise the model's context_tokens",
        )
    if error.code < 500:
        return RequestError(
            f"the embedded model refuses the request: {error.message[:200]}",
            provider="embedded",
            status=error.code,
            fix="correct the request",
        )
    return ServerError(
        f"the embedded model failed: {error.message[:200]}", provider="embedded", status=error.code
    )
