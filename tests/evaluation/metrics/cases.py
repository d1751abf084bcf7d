"""Cases as tests write them."""

from roundtable.evaluation.types import Case
from roundtable.generation.types import Answer, Complete, Usage


def case(
    text: str,
    target: object = None,
    *,
    value: object = None,
    abstained: bool = False,
    complete: Complete | None = None,
) -> Case:
    answer = Answer(
        text=text,
        value=value,
        abstained=abstained,
        latency_ms=120.0,
        usage=Usage(input_tokens=30, output_tokens=7),
    )
    inputs: dict[str, object] = {"question": "Who?"}
    return Case(id="r1", inputs=inputs, target=target, answer=answer, usd=0.002, complete=complete)
