"""The exact log-probability of every option after a prompt, in as few evaluations as possible.

The options' tokens form a trie. One evaluation of the prompt gives the log-probability of each
first token; the prompt then stays in the slot's memory, and each place of the trie that something
follows costs one more evaluation of one token. A token that is not among the likeliest is forced by
a bias, which costs one evaluation too. What is read is always the model's own distribution over its
whole vocabulary, before any bias, grammar or sampling setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from roundtable.generation.connectors.embedded_model import Slot
from roundtable.generation.connectors.embedded_prompt import Prompt, extended
from roundtable.generation.connectors.embedded_wire import Reading
from roundtable.generation.types import OptionScore, Usage

# How many of the likeliest tokens are asked for at once. On one core an evaluation takes 13 ms, 256
# tokens cost 1 ms more, 1,024 cost 5, and the whole vocabulary half a second.
_N_LIKELIEST = 1024
# The engine's probabilities are 32-bit floats; below the least of them it can tell nothing.
_LEAST_LOGPROB = -103.97

# More than any vocabulary has.
_N_EVERY = 10_000_000
_FORCE = 1e6

Path = tuple[int, ...]


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """Every option's score, the likeliest option by mean log-probability a token, and the usage."""

    scores: tuple[OptionScore, ...]
    best: str
    usage: Usage


def score_options(
    slot: Slot, prompt: Prompt, options: Sequence[str], *, before: str, lead: str
) -> Scored:
    """Scores each option as the continuation of a prompt.

    Args:
        slot: Where to ask; it blocks.
        prompt: What comes before the option, as the model reads it.
        before: The last character of it, which may decide how an option is cut into tokens.
        options: What may follow, at least one.
        lead: White space that every option begins with; its tokens belong to the option.

    Raises:
        ProviderError: the prompt is too long, or the engine fails.
    """
    paths = [_tokens(slot, before, lead + option) for option in options]
    trie = _Trie(slot, prompt)
    trie.visit((), set(paths))
    scores = tuple(
        OptionScore(
            option=option,
            logprob=trie.logprob(path),
            n_tokens=len(path),
        )
        for option, path in zip(options, paths, strict=True)
    )
    best = max(scores, key=lambda score: score.logprob / score.n_tokens)
    return Scored(scores=scores, best=best.option, usage=trie.usage)


class _Trie:
    """Asks for the log-probability of each token of a trie, after those before it."""

    def __init__(self, slot: Slot, prompt: Prompt) -> None:
        self._slot = slot
        self._prompt = prompt
        self._letter = slot.tokens("a")[-1]
        self.logprobs: dict[Path, float] = {}
        self.usage = Usage()

    def logprob(self, path: Path) -> float:
        """Returns the sum over a path's tokens."""
        each = (self.logprobs[path[: n + 1]] for n in range(len(path)))
        return sum(max(logprob, _LEAST_LOGPROB) for logprob in each)

    def visit(self, at: Path, paths: Iterable[Path]) -> None:
        """Fills in `logprobs` for everything that follows `at` on the paths."""
        longer = [path for path in paths if len(path) > len(at)]
        children = sorted({path[len(at)] for path in longer})
        if not children:
            return
        likeliest = self._ask(at, children[0], _N_LIKELIEST if len(children) > 1 else 1)
        for child in children:
            if child in likeliest:
                self.logprobs[*at, child] = likeliest[child]
            elif (*at, child) not in self.logprobs:
                self._ask(at, child, 1)
        for child in children:
            self.visit((*at, child), [path for path in longer if path[len(at)] == child])

    def _ask(self, at: Path, forced: int, n_likeliest: int) -> dict[int, float]:
        """Notes the log-probability of one token after `at`; returns the likeliest tokens'."""
        reading = Reading()
        body: dict[str, object] = {
            "prompt": extended(self._prompt, at),
            "max_tokens": 1,
            "temperature": 0.0,
            "top_k": 1,
            "logprobs": n_likeliest,
            "logit_bias": [[forced, _FORCE]],
        }
        self._slot.complete(body, reading.take)
        used = reading.usage
        # The prompt is read once; what later calls read again was remembered.
        first = self.usage if self.usage.input_tokens else used
        self.usage = Usage(
            input_tokens=first.input_tokens,
            output_tokens=self.usage.output_tokens + used.output_tokens,
            cached_input_tokens=first.cached_input_tokens,
        )
        if reading.tokens:
            self.logprobs[*at, forced] = reading.tokens[0][1]
        elif forced != self._letter:
            # The engine is silent about a token that ends within a character, so it is looked up
            # among all tokens that could stand where a letter is forced.
            self.logprobs[*at, forced] = self._ask(at, self._letter, _N_EVERY)[forced]
        return reading.alternatives


def _tokens(slot: Slot, before: str, text: str) -> Path:
    """Returns the tokens of a text as it stands after a character."""
    alone = slot.tokens(text)
    if not before:
        return alone
    first = slot.tokens(before)
    whole = slot.tokens(before + text)
    return whole[len(first) :] if whole[: len(first)] == first else alone
