"""The suite passes good checkers and names what is wrong with others."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from roundtable.conformance import check_checker
from roundtable.conformance.findings import NotConforming
from roundtable.generation.guard import Claim, SentenceScore, Span, Verdict
from roundtable.generation.guard.support import Support


@dataclass(frozen=True)
class Fixed:
    """Answers with one score, and may misbehave."""

    score: float = 0.9
    end: int = 0
    once: bool = False
    support: int = 0

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        if self.once:
            return [Verdict(id="x", score=self.score, sentences=())]
        spans = (Span(start=0, end=self.support),) if self.support else ()
        one = SentenceScore(start=0, end=self.end, score=0.5, support=spans)
        return [
            Verdict(id=c.id, score=self.score, sentences=(one,) * bool(self.end)) for c in claims
        ]


@dataclass(frozen=True)
class Neighborly:
    """Scores a claim by how many are checked with it."""

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        return [Verdict(id=c.id, score=1 / (1 + len(claims)), sentences=()) for c in claims]


@pytest.mark.timeout(60)
def test_the_built_in_checker_conforms() -> None:
    check_checker(Support())


def test_a_plain_checker_conforms() -> None:
    check_checker(Fixed())


@pytest.mark.parametrize(
    ("checker", "finding"),
    [
        (Fixed(score=1.5), "outside [0, 1]"),
        (Fixed(score=0.1), "nothing supports it"),
        (Fixed(end=10_000), "outside the answer"),
        (Fixed(end=1, support=10**6), "outside the context"),
        (Fixed(once=True), "verdicts"),
        (Neighborly(), "depends on the claims"),
    ],
)
def test_what_is_wrong_is_named(checker: Fixed, finding: str) -> None:
    with pytest.raises(NotConforming) as caught:
        check_checker(checker)
    assert finding in str(caught.value)
