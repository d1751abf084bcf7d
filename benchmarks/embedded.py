"""Holds the embedded connector against calling llama.cpp's binding directly, on the same requests.

    python benchmarks/embedded.py           # some three minutes
    python benchmarks/embedded.py --quick   # a third of it

The requests are those of the example: a customer's request after eight labelled ones, answered as
one of eleven categories. First each request goes both ways in turn, one call at a time, with equal
settings: the median ratio of a pair's times is the connector's own cost, and must be at least 0.95.
CPU time is shown too, because it minds least what else the machine does. Then the ways to use two
cores are set side by side, and scoring every option beside writing one. The exit status is 1 if the
ratio is too low.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import msgspec

from roundtable.generation.connectors.embedded import Embedded
from roundtable.generation.connectors.embedded_grammar import gbnf_of
from roundtable.generation.connectors.embedded_weights import locate
from roundtable.generation.types import Grammar, Message, Request

ROWS = Path(__file__).parents[1] / "examples/marketplace/datasets/triage.jsonl"
CONTEXT_TOKENS = 2048
LEAST_RATIO = 0.95


class Row(msgspec.Struct):
    """A row of the example's dataset."""

    text: str
    label: str


class Clock:
    """Sums wall and CPU seconds of what is done in its `running` blocks."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Takes the time of a block."""
        wall, cpu = perf_counter(), process_time()
        yield
        self.wall.append(perf_counter() - wall)
        self.cpu.append(process_time() - cpu)

    def cells(self, n: int) -> str:
        """Returns wall and CPU milliseconds a request."""
        return f"{sum(self.wall) / n * 1000:9.0f} {sum(self.cpu) / n * 1000:9.0f}"


def prompts(n: int) -> tuple[list[str], tuple[str, ...]]:
    """Returns prompts of eight examples each, and the options."""
    lines = ROWS.read_text(encoding="utf-8").splitlines()
    rows = [msgspec.json.decode(line, type=Row) for line in lines]
    shown = [f"Request: {row.text}\nCategory:" for row in rows]
    texts = []
    for at in range(n):
        examples = range(400 + at * 8, 408 + at * 8)
        texts.append("\n\n".join([*(f"{shown[i]} {rows[i].label}" for i in examples), shown[at]]))
    return texts, tuple(sorted({row.label for row in rows}))


def request(prompt: str, options: tuple[str, ...], *, scored: bool = False) -> Request:
    return Request(
        model="smollm2",
        messages=(Message(role="user", content=prompt),),
        completion=True,
        max_tokens=12,
        grammar=None if scored else Grammar(kind="choice", options=options),
        scores=options if scored else (),
    )


def server(*, threads: int, slots: int) -> Any:
    """Returns the binding's own server, as its documentation makes one."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(locate("smollm2", ""))
    params.n_ctx = CONTEXT_TOKENS * slots
    params.n_parallel = slots
    params.verbosity = -1
    if threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    made = xllamacpp.Server(params)
    made.handle_completions({"prompt": "a", "max_tokens": 1})
    return made


def directly(made: Any, options: tuple[str, ...]) -> Callable[[str], str]:
    grammar = gbnf_of(Grammar(kind="choice", options=options), lead=" ")

    def ask(prompt: str) -> str:
        body = {"prompt": prompt, "max_tokens": 12, "temperature": 0.0, "grammar": grammar}
        text: str = made.handle_completions(body)["choices"][0]["text"]
        return text.strip()

    return ask


async def one_at_a_time(texts: list[str], options: tuple[str, ...]) -> float:
    """Prints both ways in turn and returns the ratio of their times."""
    ask = directly(server(threads=1, slots=1), options)
    model = Embedded(slots=1, context_tokens=CONTEXT_TOKENS)
    await model.complete(request("Request: none\nCategory:", options))
    direct, ours, pairs = Clock(), Clock(), []
    same = 0
    for number, text in enumerate(texts):
        # Who goes first alternates, so that neither always finds the machine as the other left it.
        for way in ("direct", "ours") if number % 2 else ("ours", "direct"):
            if way == "direct":
                with direct.running():
                    said = ask(text)
            else:
                with ours.running():
                    response = await model.complete(request(text, options))
        same += said == response.text
        pairs.append(direct.wall[-1] / ours.wall[-1])
    await model.aclose()
    cpu = sum(direct.cpu) / sum(ours.cpu)
    print(f"one call at a time, one thread, {len(texts)} requests: ms and CPU ms a request")
    print(f"  {'xllamacpp directly':<44}{direct.cells(len(texts))}")
    print(f"  {'roundtable, embedded':<44}{ours.cells(len(texts))}")
    print(f"  same answers {same} of {len(texts)}; ratio {median(pairs):.3f} (median of pairs),")
    print(f"  {sum(direct.wall) / sum(ours.wall):.3f} (of sums), {cpu:.3f} (CPU)\n")
    return median(pairs)


async def side_by_side(texts: list[str], options: tuple[str, ...]) -> None:
    """Prints the ways to keep two cores busy."""
    print("two calls side by side: ms and CPU ms a request")
    for threads, slots, name in (
        (1, 2, "xllamacpp, one server of 1 thread, 2 slots"),
        (2, 2, "xllamacpp, one server of 2 threads, 2 slots"),
        (2, 1, "xllamacpp, one server of 2 threads, 1 slot"),
    ):
        ask = directly(server(threads=threads, slots=slots), options)
        clock = Clock()
        with clock.running(), ThreadPoolExecutor(2) as pool:
            list(pool.map(ask, texts))
        print(f"  {name:<44}{clock.cells(len(texts))}", flush=True)
    for scored, name in ((False, "roundtable, 2 slots"), (True, "roundtable, 2 slots, all scored")):
        model = Embedded(slots=2, context_tokens=CONTEXT_TOKENS)
        warm = request("Request: none\nCategory:", options)
        await asyncio.gather(model.complete(warm), model.complete(warm))
        clock = Clock()
        with clock.running():
            await asyncio.gather(
                *(model.complete(request(text, options, scored=scored)) for text in texts)
            )
        await model.aclose()
        print(f"  {name:<44}{clock.cells(len(texts))}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a third of the requests")
    given = parser.parse_args(arguments)
    texts, options = prompts(12 if given.quick else 36)
    ratio = asyncio.run(one_at_a_time(texts, options))
    asyncio.run(side_by_side(texts, options))
    holds = ratio >= LEAST_RATIO
    print(f"\nratio {ratio:.3f}, at least {LEAST_RATIO}: {'holds' if holds else 'does not hold'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
