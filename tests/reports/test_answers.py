from __future__ import annotations

import msgspec

from reports.run_views import run_view
from roundtable.evaluation.types import Estimate
from roundtable.reports.answers import Answer, answers
from roundtable.reports.run_view import CandidateView, CheckView, RunReport


def _said(view: RunReport, chosen: str = "ours") -> dict[str, Answer]:
    return {one.question: one for one in answers(view, chosen)}


def _with(view: RunReport, **changes: object) -> RunReport:
    def changed(one: CandidateView) -> CandidateView:
        return msgspec.structs.replace(one, **changes) if one.id == "ours" else one

    candidates = tuple(changed(one) for one in view.candidates)
    return msgspec.structs.replace(view, candidates=candidates)


def test_the_quality_stands_with_its_interval_and_what_it_is_compared_with() -> None:
    quality = _said(run_view())["How good is it?"]
    assert quality.value.endswith(" %")
    assert " to " in quality.beside
    assert any(line.startswith("baseline: ") for line in quality.lines)


def test_a_month_costs_what_its_requests_cost() -> None:
    view = msgspec.structs.replace(_with(run_view(), usd_per_1k=2.0), monthly_requests=300_000)
    cost = _said(view)["What does it cost?"]
    assert (cost.value, cost.beside) == ("$2.00", "for 1,000 samples")
    assert "$600.00 a month at 300,000 requests" in cost.lines


def test_a_model_without_a_price_is_not_told_to_be_free() -> None:
    said = _said(_with(run_view(), usd_per_1k=0.0, charged="unknown"))
    assert said["What does it cost?"].value == "Unknown"
    assert "What ours costs" in said["What is not known?"].lines


def test_an_own_machine_is_not_told_to_be_free_either() -> None:
    cost = _said(_with(run_view(), usd_per_1k=0.0, charged="machine"))["What does it cost?"]
    assert any("its machine is not priced here" in line for line in cost.lines)


def test_what_is_blocked_unsettled_or_not_told_apart_is_not_known() -> None:
    view = run_view()
    unsettled = CheckView(
        name="json_valid",
        verdict="fail",
        observed=1.0,
        interval=(0.84, 1.0),
        limit="0.9",
        n=20,
        why="more samples may settle it",
    )
    gate = msgspec.structs.replace(view.gate, checks=(*view.gate.checks, unsettled))
    pair = msgspec.structs.replace(view.comparisons[0], told_apart=False)
    view = msgspec.structs.replace(view, gate=gate, comparisons=(pair,))
    lines = _said(view)["What is not known?"].lines
    assert "License: not available yet" in lines
    assert "Valid JSON: these samples do not settle whether its limit holds" in lines
    assert "Whether it is better or worse than baseline" in lines
    assert not any(line.startswith("Accuracy") for line in lines)


def test_samples_without_an_answer_are_not_known() -> None:
    lines = _said(_with(run_view(), n_errors=3))["What is not known?"].lines
    assert any("3 of 30 samples" in line for line in lines)


def test_a_metric_that_was_not_measured_has_no_value() -> None:
    quality = _said(_with(run_view(), metrics={"accuracy": Estimate(value=None)}))
    assert quality["How good is it?"].value == "\N{EN DASH}"
    assert _said(_with(run_view(), metrics={}))["How good is it?"].value == "nothing measured"


def test_a_run_without_candidates_still_says_what_is_not_known() -> None:
    view = msgspec.structs.replace(run_view(), candidates=())
    assert list(_said(view, "")) == ["What is not known?"]
