"""A small language model in this process: no network, no key, no price."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import msgspec

from roundtable.errors import UsageError
from roundtable.generation.connectors.embedded_engine import Settings
from roundtable.generation.connectors.embedded_model import Slot, model_for, release
from roundtable.generation.connectors.embedded_prompt import (
    Prompt,
    chat_prompt,
    completion_prompt,
)
from roundtable.generation.connectors.embedded_scores import score_options
from roundtable.generation.connectors.embedded_weights import locate, weights_digest
from roundtable.generation.connectors.embedded_wire import (
    Reading,
    boundary,
    generation_body,
    prompt_of,
)
from roundtable.generation.types import Delta, Request, Response

_MOST_SLOTS = 8


@dataclass(frozen=True)
class Embedded:
    """Answers by a GGUF model that llama.cpp runs in this process.

    A call runs on one core, as many calls side by side as there are slots. At temperature 0 the
    same request gives the same text. The last digits of a log-probability (about 1e-5) depend on
    how much of the prompt was remembered from the call before, so two texts that are equally likely
    to that digit may change places.

    Args:
        model: The packaged model: `smollm2` (SmolLM2-135M-Instruct, Apache-2.0).
        path: Another GGUF file; `model` is then only a name.
        slots: Calls that run side by side; 0 for one a core, at most 8. Each holds some 60 MB and
            the memory of its context.
        context_tokens: What prompt and answer of one call may have together.
        threads: Native threads of a slot. More than one makes a single call faster, but only while
            no other work wants the cores.
    """

    model: str = "smollm2"
    path: str = ""
    slots: int = 0
    context_tokens: int = 2048
    threads: int = 1

    scores_options = True

    def __post_init__(self) -> None:
        """Refuses settings that cannot work."""
        for name, least in (("slots", 0), ("context_tokens", 16), ("threads", 1)):
            if getattr(self, name) < least:
                raise UsageError(
                    f"the embedded model's {name} must be at least {least}", fix=f"raise {name}"
                )

    @property
    def enforces(self) -> frozenset[str]:
        """Every kind: the decoder cannot leave a grammar."""
        return frozenset({"choice", "json-schema", "regex", "gbnf"})

    @property
    def endpoint(self) -> str:
        """The digest of the weights."""
        return f"gguf:{weights_digest(locate(self.model, self.path))}"

    async def complete(self, request: Request, /) -> Response:
        """Answers one request off the event loop.

        Raises:
            ProviderError: the prompt is too long, or the grammar or a setting is refused.
            InputError: the weights are not there, or broken.
        """
        return await self._run(request, lambda text: None)

    async def stream(self, request: Request, /) -> AsyncIterator[Delta]:
        """Yields the answer as it is written; the last delta carries the response."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def give(text: str | None) -> None:
            loop.call_soon_threadsafe(pieces.put_nowait, text)

        answering = asyncio.create_task(self._run(request, give))
        answering.add_done_callback(lambda task: pieces.put_nowait(None))
        try:
            while (text := await pieces.get()) is not None:
                if text:
                    yield Delta(text=text)
            yield Delta(response=await answering)
        finally:
            answering.cancel()

    async def aclose(self) -> None:
        """Frees the model once the last connector that shares it is closed."""
        await release(self)

    async def _run(self, request: Request, give: Callable[[str], None]) -> Response:
        settings = Settings(
            weights=locate(self.model, self.path),
            slots=self.slots or min(_n_cores(), _MOST_SLOTS),
            context_tokens=self.context_tokens,
            threads=self.threads,
        )
        name = self.model if not self.path else settings.weights.stem
        started = "\0".join(message.content for message in request.messages)

        def work(slot: Slot) -> Response:
            begun = time.perf_counter()
            answer = _score if request.scores else _generate
            response = answer(request, slot, give)
            elapsed_ms = (time.perf_counter() - begun) * 1000
            return msgspec.structs.replace(response, model=name, latency_ms=elapsed_ms)

        return await model_for(self, settings).run(work, started)


def _score(request: Request, slot: Slot, give: Callable[[str], None]) -> Response:
    prompt: Prompt
    if request.completion:
        text, lead = boundary(prompt_of(request))
        prompt, before = completion_prompt(slot, text), text[-1:]
    else:
        rendered, lead = slot.rendered(request.messages), ""
        prompt, before = chat_prompt(slot, request.messages) or rendered, rendered[-1:]
    scored = score_options(slot, prompt, request.scores, before=before, lead=lead)
    give(scored.best)
    return Response(text=scored.best, usage=scored.usage, scores=scored.scores)


def _generate(request: Request, slot: Slot, give: Callable[[str], None]) -> Response:
    reading = Reading()
    prompt: Prompt | None
    lead = ""
    if not request.completion:
        prompt = chat_prompt(slot, request.messages)
    elif request.grammar is not None and request.grammar.kind == "choice":
        bare, lead = boundary(prompt_of(request))
        prompt = completion_prompt(slot, bare)
    else:
        prompt = completion_prompt(slot, prompt_of(request))
    body = generation_body(request, lead=lead)

    def take(piece: bytes) -> None:
        text = reading.take(piece)
        # A choice's first space belongs to the prompt, and is no part of the answer.
        if not lead:
            give(text)

    if prompt is None:
        slot.chat({**body, "messages": msgspec.to_builtins(request.messages)}, take)
    else:
        slot.complete({**body, "prompt": prompt}, take)
    text = reading.text.removeprefix(lead)
    if lead:
        give(text)
    return Response(
        text=text,
        usage=reading.usage,
        finish_reason=reading.finish_reason,
        logprobs=tuple(logprob for _, logprob in reading.tokens),
    )


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
