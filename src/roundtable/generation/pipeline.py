"""Inputs to an answer: render, ask, read, ask once more.

A pipeline does not know whether its `Complete` is a model, a cache or a function of a test.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from roundtable.digest import canonical
from roundtable.errors import ConstraintError
from roundtable.generation import reasoning
from roundtable.generation.constraints.probabilities import option_probabilities, vote
from roundtable.generation.constraints.protocol import Constraint
from roundtable.generation.grounding.abstaining import UNKNOWN, says_unknown
from roundtable.generation.grounding.citations import uncited
from roundtable.generation.grounding.reviewing import Review
from roundtable.generation.prompt import PromptTemplate
from roundtable.generation.types import (
    Answer,
    Complete,
    Example,
    Message,
    Option,
    Passage,
    Request,
    Response,
    Usage,
)

CONTENT_FREE = "N/A"


class Demonstration(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled example as a prompt shows it.

    Args:
        inputs: The example's input fields.
        target: What was expected of it.
        weight: Its similarity in [0, 1], or the number of rows it stands for.
    """

    inputs: dict[str, object]
    target: object
    weight: float = 1.0

    @property
    def text(self) -> str:
        """The first input."""
        return str(next(iter(self.inputs.values()), ""))

    @property
    def answer(self) -> str:
        """The target as a model would write it: of several accepted spellings the first."""
        target = self.target
        if isinstance(target, Mapping):
            return json.dumps({k: _first(v) for k, v in target.items()}, ensure_ascii=False)
        return as_text(_first(target))


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is to sample; None or empty: the default."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """One way to answer: a prompt, a model's name, an output space.

    Args:
        model: The model's name as the provider knows it.
        template: The prompt; None for connectors that answer from labelled examples alone.
        shows_examples: Whether the template loops over `examples` itself; if not, they become
            turns before the last user turn.
        parameters: How to sample.
        constraint: The output space that the answer is held to; None for none.
        reader: How an answer is read where nothing holds it; an answer that it cannot read has no
            value and counts as wrong, but is not an error.
        enforced: Whether the connector's decoder enforces the constraint.
        scores: Options that the connector scores exactly; empty if it does not.
        calibrate: Whether scores are corrected by those of a content-free input.
        repeats: How many answers are drawn; more than one gives probabilities by their vote.
        reasons: Whether the model reasons freely first, and answers, held to its output space, in a
            second call that sees its reasoning.
        grounded: Whether answers rest on the input `passages`: without any, none is given.
        review: What becomes of a grounded answer before it goes out; None: nothing.
    """

    model: str
    template: PromptTemplate | None = None
    shows_examples: bool = False
    parameters: Parameters = Parameters()
    constraint: Constraint | None = None
    reader: Constraint | None = None
    enforced: bool = False
    scores: tuple[str, ...] = ()
    calibrate: bool = False
    repeats: int = 1
    reasons: bool = False
    grounded: bool = False
    review: Review | None = None

    def request(
        self, inputs: Mapping[str, object], demonstrations: Sequence[Demonstration] = ()
    ) -> Request:
        """Returns the first call for these inputs.

        Raises:
            InputError: the prompt cannot be rendered from them.
        """
        request = self._plain(inputs, demonstrations)
        return reasoning.first(request) if self.reasons else self._held(request)

    def _plain(
        self, inputs: Mapping[str, object], demonstrations: Sequence[Demonstration]
    ) -> Request:
        sampling = self.parameters
        messages, examples = self._conversation(inputs, demonstrations)
        return Request(
            model=self.model,
            messages=messages,
            completion=self.template is not None and self.template.completion,
            temperature=0.0 if sampling.temperature is None else sampling.temperature,
            top_p=sampling.top_p,
            max_tokens=sampling.max_tokens or 512,
            stop=sampling.stop,
            seed=sampling.seed,
            examples=examples,
        )

    def _held(self, request: Request) -> Request:
        """Returns a request for the answer itself: held to its output space, or scored over it."""
        grammar = self.constraint.grammar if self.constraint and self.enforced else None
        return msgspec.structs.replace(
            request, grammar=None if self.scores else grammar, scores=self.scores
        )

    async def answer(
        self,
        inputs: Mapping[str, object],
        complete: Complete,
        *,
        demonstrations: Sequence[Demonstration] = (),
        request: Request | None = None,
    ) -> Answer:
        """Answers the inputs.

        Args:
            inputs: The fields that the prompt uses.
            complete: Asks the model.
            demonstrations: Labelled examples, nearest last.
            request: What `request` returned for these inputs, if it was called before.

        Raises:
            InputError: the prompt cannot be rendered.
            ConstraintError: the answer did not lie in its output space, asked twice.
            ProviderError: the model could not be asked.
        """
        passages: tuple[Passage, ...] = ()
        if self.grounded:
            passages = tuple(cast("Sequence[Passage]", inputs["passages"]))
            if not passages:
                said = (self.review.on_abstain if self.review else "") or UNKNOWN
                return Answer(text=said, abstained=True, note="no passage was found")
        answer = await self._answered(
            inputs, demonstrations, request or self.request(inputs, demonstrations), complete
        )
        if not self.grounded:
            return answer
        unknown = says_unknown(answer.text)
        answer = msgspec.structs.replace(answer, passages=passages, abstained=unknown)
        if self.constraint is None and isinstance(answer.value, str):
            answer = msgspec.structs.replace(answer, value=uncited(answer.value))
        if unknown or self.review is None:
            return answer
        # CPU work: the checker reads the answer beside other calls under way.
        return await asyncio.to_thread(self.review.reviewed, answer, inputs)

    async def _answered(
        self,
        inputs: Mapping[str, object],
        demonstrations: Sequence[Demonstration],
        request: Request,
        complete: Complete,
    ) -> Answer:
        if self.reasons:
            thought = await complete(request)
            plain = self._plain(inputs, demonstrations)
            answer = await self._reasoned(plain, thought.text, complete)
            return msgspec.structs.replace(
                answer,
                reasoning=thought.text.strip(),
                usage=_usage([thought.usage, answer.usage]),
                latency_ms=thought.latency_ms + answer.latency_ms,
                n_calls=answer.n_calls + 1,
            )
        if self.scores:
            return await self._scored(inputs, demonstrations, request, complete)
        return await self._drawn(request, complete)

    async def _reasoned(self, plain: Request, thought: str, complete: Complete) -> Answer:
        final = self._held(reasoning.then(plain, thought))
        if self.scores:
            response = await complete(final)
            options = option_probabilities(response.scores)
            return _answer(final, [response], value=options[0].option, probabilities=options)
        return await self._drawn(final, complete)

    async def _drawn(self, request: Request, complete: Complete) -> Answer:
        answer = await self._asked(request, complete)
        if self.repeats == 1:
            return answer
        answers = [answer]
        for number in range(1, self.repeats):
            again = msgspec.structs.replace(request, sample=number)
            answers.append(await self._asked(again, complete))
        return self._voted(answers)

    def _conversation(
        self, inputs: Mapping[str, object], demonstrations: Sequence[Demonstration]
    ) -> tuple[tuple[Message, ...], tuple[Example, ...]]:
        if self.template is None:
            text = "\n".join(as_text(value) for value in inputs.values())
            examples = tuple(
                Example(text=shown.text, target=shown.answer, weight=shown.weight)
                for shown in demonstrations
            )
            return (Message(role="user", content=text),), examples
        if self.shows_examples:
            shown = [
                {**one.inputs, "text": one.text, "target": one.answer} for one in demonstrations
            ]
            return self.template.render({**inputs, "examples": shown}), ()
        messages = self.template.render(inputs)
        if not demonstrations:
            return messages, ()
        turns: list[Message] = []
        for one in demonstrations:
            asked = self.template.render({**inputs, **one.inputs})
            turns += (asked[-1], Message(role="assistant", content=one.answer))
        return (*messages[:-1], *turns, messages[-1]), ()

    async def _scored(
        self,
        inputs: Mapping[str, object],
        demonstrations: Sequence[Demonstration],
        request: Request,
        complete: Complete,
    ) -> Answer:
        responses = [await complete(request)]
        calibration = None
        if self.calibrate:
            empty = {
                name: CONTENT_FREE if isinstance(value, str) else value
                for name, value in inputs.items()
            }
            responses.append(await complete(self.request(empty, demonstrations)))
            calibration = responses[1].scores
        options = option_probabilities(responses[0].scores, calibration=calibration)
        return _answer(request, responses, value=options[0].option, probabilities=options)

    async def _asked(self, request: Request, complete: Complete) -> Answer:
        response = await complete(request)
        if self.constraint is None:
            return _answer(request, [response], value=self._read(response.text))
        try:
            return _answer(request, [response], value=self.constraint.parse(response.text))
        except ConstraintError as error:
            asked_again = _again(request, response, error)
        second = await complete(asked_again)
        value = self.constraint.parse(second.text)
        return _answer(asked_again, [response, second], value=value)

    def _read(self, text: str) -> object:
        if self.reader is None:
            return text.strip()
        try:
            return self.reader.parse(text)
        except ConstraintError:
            return None

    def _voted(self, answers: list[Answer]) -> Answer:
        said = [as_text(answer.value) for answer in answers]
        probabilities: tuple[Option, ...] = ()
        if self.constraint is not None and self.constraint.grammar.kind == "choice":
            probabilities = vote(said, self.constraint.grammar.options)
            chosen = probabilities[0].option
        else:
            chosen = Counter(said).most_common(1)[0][0]
        first = answers[said.index(chosen)] if chosen in said else answers[0]
        return msgspec.structs.replace(
            first,
            probabilities=probabilities,
            usage=_usage([answer.usage for answer in answers]),
            latency_ms=sum(answer.latency_ms for answer in answers),
            n_calls=sum(answer.n_calls for answer in answers),
        )


def _first(target: object) -> object:
    if not isinstance(target, list | tuple):
        return target
    return target[0] if target else None


def as_text(value: object) -> str:
    """Returns a value as a model would write it: a string as it is, the rest as JSON."""
    return value if isinstance(value, str) else canonical(value).decode()


def _again(request: Request, response: Response, error: ConstraintError) -> Request:
    reason = f"That answer cannot be used: {error.what}. {error.fix}."
    if request.completion:
        *before, last = request.messages
        # A text that is continued has no turns: the reason goes where a writer would put it, and
        # the prompt's last line, its cue, is written again.
        cue = last.content.rstrip().rpartition("\n")[2]
        text = f"{last.content}{response.text.rstrip()}\n({reason})\n{cue}"
        return msgspec.structs.replace(
            request, messages=(*before, Message(role=last.role, content=text))
        )
    turns = (
        Message(role="assistant", content=response.text or "(empty)"),
        Message(role="user", content=reason),
    )
    return msgspec.structs.replace(request, messages=(*request.messages, *turns))


def _answer(
    request: Request,
    responses: list[Response],
    *,
    value: object,
    probabilities: tuple[Option, ...] = (),
) -> Answer:
    final = responses[0] if request.scores else responses[-1]
    return Answer(
        text=final.text,
        value=value,
        probabilities=probabilities,
        messages=request.messages,
        model=final.model,
        usage=_usage([response.usage for response in responses]),
        latency_ms=sum(response.latency_ms for response in responses),
        n_calls=len(responses),
        finish_reason=final.finish_reason,
    )


def _usage(parts: Sequence[Usage]) -> Usage:
    if len(parts) == 1:
        return parts[0]
    return Usage(
        input_tokens=sum(part.input_tokens for part in parts),
        output_tokens=sum(part.output_tokens for part in parts),
        cached_input_tokens=sum(part.cached_input_tokens for part in parts),
    )
