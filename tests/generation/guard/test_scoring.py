"""Answers are scored as they come, by any checker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from roundtable.generation.guard import CHECKERS, Claim, Verdict, score
from roundtable.plugins import find


@dataclass(frozen=True)
class Lengths:
    """Scores answers by their length."""

    def check(self, claims: Sequence[Claim], /) -> list[Verdict]:
        return [Verdict(id=c.id, score=min(1.0, len(c.answer) / 10), sentences=()) for c in claims]


def test_another_checker_is_asked_in_order() -> None:
    claims = [Claim(id=n, context="c", answer="a" * (n % 10)) for n in range(50)]
    assert [v.score for v in score(claims, checker=Lengths())] == [n % 10 / 10 for n in range(50)]


def test_no_more_is_read_than_is_scored() -> None:
    read = []

    def coming() -> Iterator[Claim]:
        for n in range(1000):
            read.append(n)
            yield Claim(id=n, context="c", answer="a")

    verdicts = score(coming(), checker=Lengths())
    assert next(verdicts).id == 0
    assert len(read) < 100


def test_each_named_checker_can_be_found() -> None:
    for name in CHECKERS:
        assert hasattr(find("checkers", name, builtin=CHECKERS), "check")


def test_a_short_answer_claims_what_its_question_asks() -> None:
    context = "You can pay by debit card, credit card or Apple Pay. Cash is not accepted."
    bare = Claim(id=1, context=context, answer=" No. ")
    asked = Claim(
        id=2, context=context, answer=" No. ", question="Can I pay with Bitcoin in a shop?"
    )
    alone, whole = score([bare, asked])
    assert whole.score > alone.score
    (one,) = whole.sentences
    assert (one.start, one.end, one.score) == (1, 4, whole.score)
