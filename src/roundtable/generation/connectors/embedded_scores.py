"""The exact log-probability of every option after a prompt, in as few evaluations as possible.

The options' tokens form a trie. One evaluation of the prompt gives the log-probability of each
first token; the prompt then stays in the slot's memory, and each place of the trie that something
follows costs one more evaluation of one token. An option's tokens are forced where it is not among
the likeliest; what is read is always the model's own distribution over its whole vocabulary, before
any grammar or sampling setting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from roundtable.generation.connectors.embedded_model import Slot
from roundtable.generation.connectors.embedded_wire import Reading
from roundtable.generation.types import OptionScore, Usage

# How many of the likeliest tokens are asked for at once: 256 cost 2 ms more than one, the whole
# vocabulary of 49,152 half a second.
_N_LIKELIEST = 256
# The engine's probabilities are 32-bit floats; below the least of them it can tell nothing.
_LEAST_LOGPROB = -103.97

Path = tuple[int, ...]


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """Every option's score, the likeliest option by mean log-probability a token, and the usage."""

    scores: tuple[OptionScore, ...]
    best: str
    usage: Usage


def score_options(slot: Slot, prompt: str, options: Sequence[str], *, lead: str) -> Scored:
    """Scores each option as the continuation of a prompt.

    Args:
        slot: Where to ask; it blocks.
        prompt: The text before the option, as the model reads it.
        options: What may follow, at least one.
        lead: White space that every option begins with; its tokens belong to the option.

    Raises:
        ProviderError: the prompt is too long, or the engine fails.
    """
    paths = [_tokens(slot, prompt[-1:], lead + option) for option in options]
    trie = _Trie(slot, prompt)
    trie.visit((), set(paths))
    scores = tuple(
        OptionScore(
            option=option,
            logprob=sum(trie.logprobs[path[: n + 1]] for n in range(len(path))),
            n_tokens=len(path),
        )
        for option, path in zip(options, paths, strict=True)
    )
    best = max(scores, key=lambda score: score.logprob / score.n_tokens)
    return Scored(scores=scores, best=best.option, usage=trie.usage)


class _Trie:
    """Asks for the log-probability of each token of a trie, after those before it."""

    def __init__(self, slot: Slot, prompt: str) -> None:
        self._slot = slot
        self._prompt = prompt
        self.logprobs: dict[Path, float] = {}
        self.usage = Usage()

    def visit(self, at: Path, paths: Iterable[Path]) -> None:
        """Fills in `logprobs` for everything that follows `at` on the paths."""
        depth = len(at)
        longer = sorted(path for path in paths if len(path) > depth)
        if not longer:
            return
        children = sorted({path[depth] for path in longer})
        if len(children) == 1:
            self._follow(at, longer)
            return
        # One of the children is forced, so that it is known even if it is not among the likeliest.
        alternatives = self._ask(at, children[:1], _N_LIKELIEST)
        for child in children:
            below = [path for path in longer if path[depth] == child]
            if child in alternatives:
                self._note((*at, child), alternatives[child])
                self.visit((*at, child), below)
            elif (*at, child) in self.logprobs:
                self.visit((*at, child), below)
            else:
                self._follow(at, below)

    def _follow(self, at: Path, paths: Sequence[Path]) -> None:
        """Forces the tokens that all paths share after `at`, then visits where they part."""
        depth = len(at)
        shared = depth + 1
        while all(len(path) > shared and path[shared] == paths[0][shared] for path in paths):
            shared += 1
        self._ask(at, paths[0][depth:shared], 1)
        self.visit(paths[0][:shared], paths)

    def _ask(self, at: Path, forced: Sequence[int], n_likeliest: int) -> dict[int, float]:
        """Notes the forced tokens' log-probabilities; returns the likeliest at the first place."""
        if self._slot.given_up.is_set():
            raise asyncio.CancelledError
        reading = Reading()
        body: dict[str, object] = {
            "prompt": [self._prompt, *at] if at else self._prompt,
            "max_tokens": len(forced),
            "temperature": 0.0,
            "logprobs": n_likeliest,
            "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in forced),
        }
        self._slot.complete(body, reading.take)
        for place, (token, logprob) in enumerate(reading.tokens):
            assert token == forced[place]
            self._note((*at, *forced[: place + 1]), logprob)
        used = reading.usage
        # The prompt is read once; what later calls read again was remembered.
        first = self.usage if self.usage.input_tokens else used
        self.usage = Usage(
            input_tokens=first.input_tokens,
            output_tokens=self.usage.output_tokens + used.output_tokens,
            cached_input_tokens=first.cached_input_tokens,
        )
        return reading.alternatives

    def _note(self, path: Path, logprob: float) -> None:
        self.logprobs[path] = max(logprob, _LEAST_LOGPROB)


def _tokens(slot: Slot, before: str, text: str) -> Path:
    """Returns the tokens of a text as it stands after a character."""
    alone = slot.tokens(text)
    if not before:
        return alone
    first = slot.tokens(before)
    whole = slot.tokens(before + text)
    return whole[len(first) :] if whole[: len(first)] == first else alone
