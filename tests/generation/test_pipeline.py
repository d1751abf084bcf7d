"""From inputs to an answer: asked, read, asked once more; examples, scores, votes, reasoning."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.errors import ConstraintError
from roundtable.generation.constraints.choice import Choice
from roundtable.generation.constraints.json_schema import JsonSchema
from roundtable.generation.pipeline import CONTENT_FREE, Demonstration, Parameters, Pipeline
from roundtable.generation.prompt import PromptTemplate
from roundtable.generation.types import OptionScore, Passage, Request, Response, Usage

OPTIONS = ("billing", "shipping")
CHOICE = Choice(options=OPTIONS)


def template(*sections: tuple[str, str], completion: bool = False) -> PromptTemplate:
    return PromptTemplate(
        [(role, source, 1) for role, source in sections],
        partials={},
        file="p.md",
        completion=completion,
    )


PROMPT = template(("system", "Route it."), ("user", "{{ text }}"))


class Model:
    """Answers by rule, and keeps what it was asked."""

    def __init__(self, *texts: str, rule: Callable[[Request], Response] | None = None) -> None:
        self.asked: list[Request] = []
        self._texts, self._rule = texts, rule

    async def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        if self._rule is not None:
            return self._rule(request)
        return Response(
            text=self._texts[len(self.asked) - 1],
            model="m-1",
            usage=Usage(input_tokens=10, output_tokens=2),
            latency_ms=5.0,
        )


async def test_an_answer_says_what_was_asked_and_what_it_took() -> None:
    model = Model("shipping")
    pipeline = Pipeline(model="m", template=PROMPT, constraint=CHOICE, reader=CHOICE)
    answer = await pipeline.answer({"text": "where is it?"}, model)
    assert (answer.text, answer.value, answer.model, answer.n_calls) == (
        "shipping",
        "shipping",
        "m-1",
        1,
    )
    assert [message.content for message in answer.messages] == ["Route it.", "where is it?"]
    assert answer.usage.input_tokens == 10


async def test_an_answer_out_of_its_space_is_asked_for_once_more_with_the_reason() -> None:
    model = Model("no idea", "shipping")
    pipeline = Pipeline(model="m", template=PROMPT, constraint=CHOICE, reader=CHOICE)
    answer = await pipeline.answer({"text": "hi"}, model)
    assert answer.value == "shipping"
    assert (answer.n_calls, answer.usage.input_tokens, answer.latency_ms) == (2, 20, 10.0)
    first, second = model.asked
    assert second.messages[: len(first.messages)] == first.messages
    assert [message.role for message in second.messages[-2:]] == ["assistant", "user"]
    assert "cannot be used" in second.messages[-1].content
    assert answer.messages == second.messages


async def test_an_answer_out_of_its_space_twice_is_an_error() -> None:
    model = Model("no idea", "still none", "shipping")
    pipeline = Pipeline(model="m", template=PROMPT, constraint=CHOICE, reader=CHOICE)
    with pytest.raises(ConstraintError):
        await pipeline.answer({"text": "hi"}, model)
    assert len(model.asked) == 2


async def test_a_text_that_is_continued_is_asked_again_within_the_text() -> None:
    model = Model(" dunno", "billing")
    pipeline = Pipeline(
        model="m",
        template=template(("user", "Request: {{ text }}\nTeam:"), completion=True),
        constraint=CHOICE,
        reader=CHOICE,
    )
    await pipeline.answer({"text": "hi"}, model)
    (message,) = model.asked[1].messages
    assert message.content.startswith("Request: hi\nTeam: dunno\n(")
    assert message.content.endswith("\nTeam:")


@pytest.mark.parametrize(("text", "value"), [("billing", "billing"), ("no team", None)])
async def test_what_nothing_holds_is_read_and_no_error_if_it_cannot_be(
    text: str, value: object
) -> None:
    pipeline = Pipeline(model="m", template=PROMPT, reader=CHOICE)
    model = Model(text)
    answer = await pipeline.answer({"text": "hi"}, model)
    assert (answer.value, answer.text, answer.n_calls) == (value, text, 1)


def test_only_a_decoder_that_enforces_a_space_is_sent_it() -> None:
    held = Pipeline(model="m", template=PROMPT, constraint=CHOICE, enforced=True)
    free = Pipeline(model="m", template=PROMPT, constraint=CHOICE, enforced=False)
    scored = Pipeline(model="m", template=PROMPT, constraint=CHOICE, enforced=True, scores=OPTIONS)
    assert held.request({"text": "hi"}).grammar == CHOICE.grammar
    assert free.request({"text": "hi"}).grammar is None
    request = scored.request({"text": "hi"})
    assert (request.grammar, request.scores) == (None, OPTIONS)


def test_parameters_reach_the_request_and_defaults_are_filled_in() -> None:
    given = Parameters(temperature=0.7, top_p=0.9, max_tokens=9, stop=("\n",), seed=3)
    request = Pipeline(model="m", template=PROMPT, parameters=given).request({"text": "hi"})
    assert (request.temperature, request.top_p, request.max_tokens) == (0.7, 0.9, 9)
    assert (request.stop, request.seed) == (("\n",), 3)
    plain = Pipeline(model="m", template=PROMPT).request({"text": "hi"})
    assert (plain.temperature, plain.max_tokens, plain.seed) == (0.0, 512, None)


SHOWN = (
    Demonstration(inputs={"text": "my bill"}, target="billing"),
    Demonstration(inputs={"text": "my parcel"}, target=["shipping", "delivery"]),
)


def test_examples_become_turns_before_the_question() -> None:
    request = Pipeline(model="m", template=PROMPT).request({"text": "hi"}, SHOWN)
    assert [(message.role, message.content) for message in request.messages] == [
        ("system", "Route it."),
        ("user", "my bill"),
        ("assistant", "billing"),
        ("user", "my parcel"),
        ("assistant", "shipping"),
        ("user", "hi"),
    ]


def test_a_prompt_that_loops_over_examples_shows_them_itself() -> None:
    source = "{% for e in examples %}{{ e.text }}={{ e.target }};{% endfor %}{{ text }}"
    pipeline = Pipeline(model="m", template=template(("user", source)), shows_examples=True)
    (message,) = pipeline.request({"text": "hi"}, SHOWN).messages
    assert message.content == "my bill=billing;my parcel=shipping;hi"


def test_without_a_prompt_examples_go_to_the_connector_as_they_are() -> None:
    request = Pipeline(model="neighbours").request({"text": "hi", "n": 2}, SHOWN)
    assert [message.content for message in request.messages] == ["hi\n2"]
    assert [(one.text, one.target) for one in request.examples] == [
        ("my bill", "billing"),
        ("my parcel", "shipping"),
    ]


@given(st.dictionaries(st.text(min_size=1), st.none() | st.text() | st.lists(st.text(min_size=1))))
def test_an_examples_fields_are_written_as_a_model_would_write_them(
    target: dict[str, object],
) -> None:
    written = json.loads(Demonstration(inputs={}, target=target).answer)
    assert written.keys() == target.keys()
    for name, value in target.items():
        if isinstance(value, list):
            assert written[name] == (value[0] if value else None)
        else:
            assert written[name] == value


def scoring(request: Request) -> Response:
    """Prefers billing by itself, and a little less where it is asked about parcels."""
    about_parcels = "parcel" in request.messages[-1].content
    logprobs = {"billing": -1.0, "shipping": -1.2 if about_parcels else -3.0}
    scores = tuple(OptionScore(option=o, logprob=logprobs[o], n_tokens=1) for o in request.scores)
    return Response(text="billing", scores=scores)


async def test_options_that_are_scored_have_probabilities_and_no_grammar() -> None:
    model = Model(rule=scoring)
    pipeline = Pipeline(model="m", template=PROMPT, constraint=CHOICE, scores=OPTIONS)
    answer = await pipeline.answer({"text": "my parcel"}, model)
    assert answer.value == "billing"
    assert [one.option for one in answer.probabilities] == ["billing", "shipping"]
    assert sum(one.p for one in answer.probabilities) == pytest.approx(1)
    assert len(model.asked) == 1


async def test_calibration_takes_off_what_is_preferred_without_a_request() -> None:
    model = Model(rule=scoring)
    pipeline = Pipeline(
        model="m", template=PROMPT, constraint=CHOICE, scores=OPTIONS, calibrate=True
    )
    answer = await pipeline.answer({"text": "my parcel", "options": list(OPTIONS)}, model)
    assert answer.value == "shipping"
    assert model.asked[1].messages[-1].content == CONTENT_FREE
    assert (answer.n_calls, answer.messages) == (2, model.asked[0].messages)


async def test_repeated_answers_are_voted_on_and_each_is_a_call_of_its_own() -> None:
    model = Model("billing", "shipping", "shipping")
    pipeline = Pipeline(model="m", template=PROMPT, constraint=CHOICE, repeats=3)
    answer = await pipeline.answer({"text": "hi"}, model)
    assert answer.value == "shipping"
    assert [request.sample for request in model.asked] == [0, 1, 2]
    assert answer.probabilities[0].p > answer.probabilities[1].p > 0
    assert (answer.n_calls, answer.usage.output_tokens) == (3, 6)


async def test_repeated_answers_of_any_kind_are_voted_on_by_their_text() -> None:
    schema = JsonSchema(schema='{"type": "object"}')
    model = Model('{"a": 1}', '{"a": 2}', '{ "a": 2 }')
    pipeline = Pipeline(model="m", template=PROMPT, constraint=schema, repeats=3)
    answer = await pipeline.answer({"text": "hi"}, model)
    assert answer.value == {"a": 2}
    assert answer.probabilities == ()


async def test_a_model_that_reasons_first_is_asked_twice_and_held_only_the_second_time() -> None:
    model = Model("It was sent yesterday.", "shipping")
    pipeline = Pipeline(model="m", template=PROMPT, constraint=CHOICE, enforced=True, reasons=True)
    answer = await pipeline.answer({"text": "where is it?"}, model)
    assert (answer.value, answer.reasoning) == ("shipping", "It was sent yesterday.")
    first, second = model.asked
    assert (first.grammar, second.grammar) == (None, CHOICE.grammar)
    assert any("It was sent yesterday." in message.content for message in second.messages)
    assert (answer.n_calls, answer.latency_ms) == (2, 10.0)


async def test_an_answer_that_must_rest_on_passages_is_not_asked_for_without_any() -> None:
    model = Model("From the text: 5 days [1].")
    prompt = template(("user", "{% for p in passages %}{{ p.text }}{% endfor %} {{ text }}"))
    pipeline = Pipeline(model="m", template=prompt, grounded=True)
    none = await pipeline.answer({"text": "how long?", "passages": ()}, model)
    assert (none.abstained, none.n_calls, model.asked) == (True, 0, [])
    passages = (Passage(id="a", text="It takes 5 days."),)
    answer = await pipeline.answer({"text": "how long?", "passages": passages}, model)
    assert (answer.abstained, answer.passages) == (False, passages)
