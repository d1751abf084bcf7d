"""What Roundtable asks of a metric."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable
from typing import get_args

from roundtable.conformance.findings import Findings, wait_for
from roundtable.conformance.spaces import example_of
from roundtable.digest import canonical
from roundtable.errors import RoundtableError
from roundtable.evaluation.types import Case, Metric, Score, Statistic
from roundtable.generation.types import Answer, Option, Request, Response, Usage


def check_metric(metric: Metric, *, cases: Iterable[Case] = ()) -> None:
    """Checks that a metric scores whatever a run may show it.

    It must be a frozen dataclass with fields that can be keyed; score texts, objects, empty and
    withheld answers, with and without targets, without raising; give finite numbers; give the same
    score twice; and leave the case as it is.

    Args:
        metric: An instance.
        cases: More cases of the author's own.

    Raises:
        NotConforming: with everything that is wrong.
    """
    findings = Findings(metric)
    findings.need_options()
    direction = getattr(metric, "direction", "higher")
    findings.need(direction in ("higher", "lower"), "`direction` must be 'higher' or 'lower'")
    findings.need(isinstance(getattr(metric, "unit", ""), str), "`unit` must be a text")
    statistic = getattr(metric, "statistic", "mean")
    known = get_args(Statistic)
    findings.need(statistic in known, f"`statistic` must be one of {', '.join(known)}")
    if findings.need(callable(getattr(metric, "score", None)), "it needs a method score(case)"):
        wait_for(_check_scores(metric, [*_cases(), *cases], findings))
    findings.raise_any()


async def _check_scores(metric: Metric, cases: list[Case], findings: Findings) -> None:
    for case in cases:
        before = _state(case)
        scores: list[Score] = []
        for _ in range(2):
            try:
                scored = metric.score(case)
                if inspect.isawaitable(scored):
                    scored = await scored
            except RoundtableError as error:
                findings.need(False, f"on {case.id} it raises {type(error).__name__}: {error.what}")
                break
            except Exception as error:  # the author's code may raise anything: it is told
                findings.need(False, f"on {case.id} it raises {type(error).__name__}: {error}")
                break
            if isinstance(scored, bool | int | float):
                scored = Score(value=scored)
            if not findings.need(
                isinstance(scored, Score), f"on {case.id} it gives {type(scored).__name__}"
            ):
                break
            scores.append(scored)
            _check_score(scored, case, findings)
        if len(scores) == 2:
            findings.need(scores[0] == scores[1], f"on {case.id} it gives another score each time")
        findings.need(_state(case) == before, f"it changes {case.id}: a case must be left as it is")


def _check_score(score: Score, case: Case, findings: Findings) -> None:
    value = score.value
    findings.need(
        value is None or (isinstance(value, bool | int | float) and math.isfinite(value)),
        f"on {case.id} the value must be a bool, a finite number or None, not {value!r}",
    )
    findings.need(isinstance(score.note, str), f"on {case.id} the note must be a text")
    findings.need(
        all(isinstance(part, int | float) and 0 <= part <= 1 for part in score.parts.values()),
        f"on {case.id} every part must lie in [0, 1]",
    )


def _state(case: Case) -> bytes:
    return canonical((case.inputs, case.target, case.answer))


async def _reply(request: Request) -> Response:
    """Answers as a model would that keeps to the form it is asked for."""
    text = example_of(request.grammar) if request.grammar else "A short answer."
    return Response(text=text, model="conformance")


def _cases() -> list[Case]:
    def case(
        name: str, answer: Answer, target: object = None, options: tuple[str, ...] = ()
    ) -> Case:
        inputs: dict[str, object] = {"text": "Where is my order? It is №7, “late”.", "n": 3}
        return Case(
            id=f"the case of {name}",
            inputs=inputs,
            target=target,
            answer=answer,
            options=options,
            usd=0.001,
            complete=_reply,
        )

    chosen = Answer(
        text="ride",
        value="ride",
        probabilities=(Option(option="ride", p=0.9), Option(option="hotel", p=0.1)),
        usage=Usage(input_tokens=12, output_tokens=1),
        latency_ms=41.0,
        n_calls=1,
    )
    fields = Answer(text='{"city": "Lima", "date": null}', value={"city": "Lima", "date": None})
    text = Answer(text="Thank you! It leaves at 9:30 — bitte warten. 谢谢", latency_ms=3.5)
    return [
        case("a right choice", chosen, "ride", ("ride", "hotel")),
        case("a wrong choice", chosen, "hotel", ("ride", "hotel")),
        case("an object", fields, {"city": ["Lima", "lima"], "date": None}),
        case("a text with one accepted answer", text, "at 9:30"),
        case("a text with several accepted answers", text, ["at 9:30", "half past nine"]),
        case("a text where no answer is right", text, []),
        case("a number", Answer(text="42", value=42), 42),
        case("no target", text),
        case("an empty answer", Answer(text=""), "ride"),
        case("a withheld answer", Answer(text="I don't know.", abstained=True), "ride"),
    ]
