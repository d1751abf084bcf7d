"""Exact scores of options, held against another way to the same numbers."""

import asyncio
from threading import Event

import pytest

from roundtable.generation.connectors.embedded import Embedded
from roundtable.generation.connectors.embedded_engine import Engine, Settings, load
from roundtable.generation.connectors.embedded_model import Slot
from roundtable.generation.connectors.embedded_scores import score_options
from roundtable.generation.connectors.embedded_weights import locate
from roundtable.generation.connectors.embedded_wire import Reading, boundary
from roundtable.generation.types import Message, Request

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(120)]

# Of one token and of several, some sharing their beginning, one the beginning of another, one that
# no model expects.
OPTIONS = ("ride", "rental car", "rental bike", "rental", "place to stay", "dentist", "Zyx №")
PROMPT = "Request: I need a cab to the airport\nCategory:"


@pytest.fixture(scope="module")
def engine() -> Engine:
    weights = locate("smollm2", "")
    return load(Settings(weights=weights, slots=1, context_tokens=512, threads=1))


def forced_by_tokens(slot: Slot, prompt: str, tokens: tuple[int, ...]) -> list[float]:
    """Reads each token's log-probability among the likeliest 49,152, all before it in the prompt.

    Nothing is biased and no grammar is set.
    """
    logprobs = []
    for place, token in enumerate(tokens):
        reading = Reading()
        body = {"prompt": [prompt, *tokens[:place]], "max_tokens": 1, "logprobs": 49_152}
        slot.complete(body, reading.take)
        logprobs.append(reading.alternatives[token])
    return logprobs


def test_scores_are_the_models_own_to_the_last_option(engine: Engine) -> None:
    slot = Slot(engine, Event())
    options = ("ride", "rental car", "rental", "Zyx №")
    scored = score_options(slot, PROMPT, options, before=":", lead=" ")
    assert [score.option for score in scored.scores] == list(options)
    for score in scored.scores:
        tokens = engine.tokens(" " + score.option)
        assert score.n_tokens == len(tokens)
        expected = sum(forced_by_tokens(slot, PROMPT, tokens))
        assert score.logprob == pytest.approx(expected, abs=2e-3)
    means = [score.logprob / score.n_tokens for score in scored.scores]
    assert scored.best == options[means.index(max(means))]


@pytest.mark.parametrize("cut", [PROMPT, PROMPT + " ", "Which category?\n", "«Ja»"])
def test_an_options_tokens_are_those_that_the_whole_text_has(engine: Engine, cut: str) -> None:
    prompt, lead = boundary(cut)
    scored = score_options(Slot(engine, Event()), prompt, OPTIONS, before=prompt[-1:], lead=lead)
    for score in scored.scores:
        whole = engine.tokens(prompt + lead + score.option)
        assert score.n_tokens == len(whole) - len(engine.tokens(prompt))


def test_the_prompt_is_read_once(engine: Engine) -> None:
    slot = Slot(engine, Event())
    slot.complete({"prompt": "Something else", "max_tokens": 1}, lambda piece: None)
    prompt = "A request that nobody made before: a cab, please. Its category is"
    usage = score_options(slot, prompt, ("ride", "dentist"), before="s", lead=" ").usage
    assert usage.input_tokens == len(engine.tokens(prompt))
    assert usage.cached_input_tokens == 0


@pytest.mark.parametrize("completion", [True, False])
async def test_a_connector_scores_in_both_formats(completion: bool) -> None:
    model = Embedded(slots=1, context_tokens=512)
    request = Request(
        model="smollm2",
        messages=(Message(role="user", content=PROMPT),),
        completion=completion,
        scores=OPTIONS,
    )
    first, second = [await model.complete(request) for _ in range(2)]
    await model.aclose()
    assert first.text in OPTIONS
    assert [score.logprob for score in first.scores] == pytest.approx(
        [score.logprob for score in second.scores], abs=2e-3
    )


async def test_scoring_that_nobody_waits_for_is_given_up() -> None:
    model = Embedded(slots=1, context_tokens=512)
    many = tuple(f"option {n} of many" for n in range(400))
    message = Message(role="user", content=PROMPT)
    request = Request(model="smollm2", messages=(message,), completion=True, scores=many)
    asking = asyncio.create_task(model.complete(request))
    await asyncio.sleep(1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(10):
        await model.aclose()
