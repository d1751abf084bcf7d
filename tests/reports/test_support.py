"""The hallucination section: what was unsupported, where, and who abstained."""

from pathlib import Path

import msgspec

from reports.run_views import run_view
from roundtable.evaluation.types import SampleResult, Score
from roundtable.generation.types import Answer, SentenceCheck
from roundtable.jobs.supporting import Supporting
from roundtable.reports import run_report
from roundtable.reports.support import coverage_against_risk
from roundtable.reports.support_view import CandidateSupport

PASSAGE = "The pool opens at 9. <b>Towels</b> cost 3 dollars."
TEXT = "The pool opens at 9. <script>The owner</script> is a wizard."


def gathered() -> tuple[CandidateSupport, ...]:
    bad = SentenceCheck(
        start=21, end=len(TEXT), p_unsupported=0.9, passage=PASSAGE, source="pool.md",
        quote_start=21, quote_end=len(PASSAGE),
    )  # fmt: skip
    good = SentenceCheck(start=0, end=20, p_unsupported=0.1, passage=PASSAGE, source="pool.md")
    supporting = Supporting()
    answers = [
        (Answer(text=TEXT), Score(value=0.8, sentences=(good, bad))),
        (Answer(text="The pool opens at 9."), Score(value=0.1, sentences=(good,))),
        (Answer(text="I don't know.", abstained=True), Score(value=None)),
        (
            Answer(
                text="Ask us.",
                original=" Wizards <i>did</i>.",
                abstained=True,
                note="withheld by g",
            ),
            Score(value=None),
        ),
    ]
    for i, (answer, score) in enumerate(answers):
        result = SampleResult(index=i, id=f"r{i}", answer=answer, scores={"unsupported": score})
        supporting.add("ours", f"asked {i}", result)
    return supporting.views()


def test_answers_are_counted_by_what_became_of_them() -> None:
    (one,) = gathered()
    assert (one.n, one.n_answered, one.n_unsupported) == (4, 2, 1)
    assert (one.n_declined, one.n_withheld, one.n_cut) == (1, 1, 0)
    assert one.p == (0.1, 0.8)


def test_the_unsupported_sentence_is_marked_and_so_is_the_stretch_it_was_held_against(
    tmp_path: Path,
) -> None:
    view = msgspec.structs.replace(run_view(), support=gathered())
    html = run_report(view, tmp_path / "r.html").read_text(encoding="utf-8")
    assert 'id="support"' in html
    assert (
        "The pool opens at 9. <mark>&lt;script&gt;The owner&lt;/script&gt; is a wizard.</mark>"
        in html
    )
    assert "The pool opens at 9. <mark>&lt;b&gt;Towels&lt;/b&gt; cost 3 dollars.</mark>" in html
    assert "withheld by g" in html
    assert "<s>Wizards &lt;i&gt;did&lt;/i&gt;.</s>" in html
    assert "under tolerance" in html


def test_a_creative_use_case_is_told_that_additions_are_counted_too(tmp_path: Path) -> None:
    view = msgspec.structs.replace(run_view(), support=gathered(), tolerance="creative")
    html = run_report(view, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "the share is an upper bound here" in html


def test_a_run_without_passages_has_no_such_section(tmp_path: Path) -> None:
    assert 'id="support"' not in run_report(run_view(), tmp_path / "r.html").read_text("utf-8")
    supporting = Supporting()
    supporting.add("ours", "asked", SampleResult(index=0, id="r", answer=Answer(text="a")))
    assert supporting.views() == ()


def test_the_picture_ends_where_the_candidate_does() -> None:
    (one,) = gathered()
    many = msgspec.structs.replace(one, n=10, p=(0.0, 0.1, 0.2, 0.3, 0.4))
    drawing = coverage_against_risk([many], accent="ours", limit=0.25)
    assert drawing is not None
    assert drawing.text == "ours: 20 % at 50 %; limit of the gate: 25 %"
    points = drawing.spec["data"]["values"]
    assert [round(point["risk"], 3) for point in points] == [0.0, 0.05, 0.1, 0.15, 0.2]
    assert points[-1]["coverage"] == 0.5
    assert coverage_against_risk([one], accent="ours") is None
