from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from reports.run_views import HOSTILE, hostile_view, run_view
from roundtable.errors import StoreError
from roundtable.evaluation.types import Estimate
from roundtable.generation.types import Message
from roundtable.reports import RunReport, run_report
from roundtable.reports.run_view import GateView, SampleView


class _Page(HTMLParser):
    """Collects what a page would load or run, and the ids it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def _written(view: RunReport, folder: Path) -> str:
    return run_report(view, folder / "reports" / "triage" / "r.html").read_text(encoding="utf-8")


def _data(html: str) -> dict[str, list[object]]:
    found = re.search(r'id="sample-data">(.*?)</script>', html, re.S)
    assert found is not None
    decoded: dict[str, list[object]] = json.loads(found[1])
    return decoded


def test_every_section_of_a_run_is_in_the_page(tmp_path: Path) -> None:
    html = _written(run_view(), tmp_path)
    for words in (
        "Yes: <bdi>ours</bdi> passes the gate",
        "its lower bound 0.77 is at least 0.6",
        "billing is most often taken for account.",
        "told apart",
        "Most frequent confusions",
        "large-hosted, latency",
        "p50 120 ms",
        "p95 228 ms",
        "the provider took longer than 30 s",
        "ab12" * 16,
        "accuracy = 0.6 by 2027-01",
    ):
        assert words in html, words
    targets = {v for tag, name, v in _Page(html).attributes if tag == "a" and name == "href"}
    ids = {f"#{v}" for _, name, v in _Page(html).attributes if name == "id"}
    assert targets <= ids


@pytest.mark.parametrize("view", [run_view(), hostile_view()], ids=["plain", "hostile"])
def test_the_page_loads_nothing_and_runs_only_its_own_script(
    view: RunReport, tmp_path: Path
) -> None:
    page = _Page(_written(view, tmp_path))
    assert page.tags.count("script") == 3  # before all, after all, and data
    assert not {"img", "link", "iframe", "object", "embed", "base"} & set(page.tags)
    names = {name for _, name, _ in page.attributes}
    assert not {"src", "srcset", "style"} & names
    assert not any(name.startswith("on") for name in names)
    links = [v for _, name, v in page.attributes if name in ("href", "xlink:href", "action")]
    assert all(link.startswith("#") for link in links)
    policy = next(v for tag, name, v in page.attributes if tag == "meta" and "default-src" in v)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_hostile_text_arrives_as_the_same_text(tmp_path: Path) -> None:
    html = _written(hostile_view(), tmp_path)
    assert "<script>window.harmed" not in html
    assert "<img" not in html
    data = _data(html)
    assert data["texts"] == [HOSTILE]
    first = data["samples"][0]
    assert isinstance(first, list)
    assert first[1] == HOSTILE


def test_ids_of_drawings_do_not_clash(tmp_path: Path) -> None:
    ids = [v for _, name, v in _Page(_written(run_view(), tmp_path)).attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_confident_mistakes_come_first(tmp_path: Path) -> None:
    html = _written(run_view(200), tmp_path)
    section = html[html.index('<section id="errors">') : html.index('<section id="samples">')]
    sure = [int(n) for n in re.findall(r"(\d+) % sure", section)]
    assert len(sure) == 20
    assert sure == sorted(sure, reverse=True)


def test_a_use_case_without_gate_says_that_nothing_was_checked(tmp_path: Path) -> None:
    view = msgspec.structs.replace(
        run_view(), gate=GateView(verdict="pass", candidate="", why="", checks=())
    )
    html = _written(view, tmp_path)
    assert "passes the gate" not in html
    assert "Nothing was checked" in html


def test_a_check_whose_interval_has_no_width_shows_its_value_alone(tmp_path: Path) -> None:
    view = run_view()
    check = msgspec.structs.replace(view.gate.checks[0], observed=0.0, interval=(0.0, 0.0))
    gate = msgspec.structs.replace(view.gate, checks=(check,))
    html = _written(msgspec.structs.replace(view, gate=gate), tmp_path)
    assert "0.0 %" in html
    assert "()" not in html[html.index('id="gate"') : html.index('id="candidates"')]


def test_one_candidate_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    view = run_view()
    view = msgspec.structs.replace(view, candidates=view.candidates[:1], comparisons=())
    assert "There is one candidate" in _written(view, tmp_path)


def test_a_run_of_no_samples_and_no_candidates_has_a_report(tmp_path: Path) -> None:
    view = msgspec.structs.replace(
        run_view(0), candidates=(), comparisons=(), findings=(), inputs=(), settings={}
    )
    html = _written(view, tmp_path)
    assert "There are no samples." in html
    assert "No candidate was evaluated." in html
    assert "No answer was timed." in html


def test_a_run_in_which_all_failed_tells_the_reasons_with_their_counts(tmp_path: Path) -> None:
    view = run_view(20)
    failed = tuple(
        SampleView(
            id=s.id,
            inputs=s.inputs,
            target=s.target,
            attempts=tuple(
                msgspec.structs.replace(
                    a, error="the key is wrong", text="", value="", right=False, probability=None
                )
                for a in s.attempts
            ),
        )
        for s in view.samples
    )
    candidates = tuple(
        msgspec.structs.replace(
            c,
            metrics={"accuracy": Estimate(value=None)},
            usd_per_1k=None,
            latency_p50_ms=None,
            latency_p95_ms=None,
            latencies_ms=(),
            report=None,
            n_errors=20,
        )
        for c in view.candidates
    )
    html = _written(msgspec.structs.replace(view, samples=failed, candidates=candidates), tmp_path)
    assert html.count("the key is wrong</td>") == 3
    assert "20 without an answer" in html
    assert "gave no wrong answer" in html


def test_a_text_that_utf8_cannot_hold_is_shown_with_a_mark(tmp_path: Path) -> None:
    view = run_view(1)
    sample = msgspec.structs.replace(view.samples[0], inputs="broken \ud800 text")
    html = _written(msgspec.structs.replace(view, samples=(sample,)), tmp_path)
    assert "broken ⟨U+D800⟩ text" in html
    assert _data(html)["samples"] != []


def test_a_score_that_is_no_number_is_null_in_the_data(tmp_path: Path) -> None:
    view = run_view(1)
    attempt = msgspec.structs.replace(
        view.samples[0].attempts[0], scores={"accuracy": float("nan")}
    )
    sample = msgspec.structs.replace(view.samples[0], attempts=(attempt,))
    html = _written(msgspec.structs.replace(view, samples=(sample,)), tmp_path)
    assert '"scores":{"accuracy":null}' in html


def test_a_folder_that_cannot_be_made_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(StoreError, match=r"cannot be written.*") as caught:
        run_report(run_view(1), tmp_path / "reports" / "r.html")
    assert caught.value.fix


def test_nothing_is_left_behind_beside_the_report(tmp_path: Path) -> None:
    run_report(run_view(1), tmp_path / "r.html")
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_a_thousand_samples_of_many_classes_take_seconds(tmp_path: Path) -> None:
    view = run_view(1000, labels=tuple(f"class-{i}" for i in range(77)))
    start = time.process_time()
    html = _written(view, tmp_path)
    # About 2.5 s of one processor; the rest is room for a busy machine.
    assert time.process_time() - start < 12
    assert len(_data(html)["samples"]) == 1000


def test_an_extraction_shows_each_field_by_candidate(tmp_path: Path) -> None:
    view = run_view(4)
    parts = {"city": 0.75, "date": 0.25}
    estimate = Estimate(value=0.5, interval=(0.3, 0.7), n=4, parts=parts)
    candidates = tuple(
        msgspec.structs.replace(c, report=None, metrics={"field_accuracy": estimate})
        for c in view.candidates
    )
    changed = msgspec.structs.replace(view, candidates=candidates, primary="field_accuracy")
    text = run_report(changed, tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<section id="fields">' in text
    assert '<th scope="row"><bdi>city</bdi></th>' in text
    assert "75.0 %" in text


def test_a_finding_that_a_comparison_says_too_is_said_once(tmp_path: Path) -> None:
    view = run_view()
    words = view.comparisons[0].words
    view = msgspec.structs.replace(view, findings=(words, *view.findings))
    assert _written(view, tmp_path).count(words.replace("<", "&lt;")) == 1


def test_a_column_for_no_answer_is_there_only_if_some_gave_none(tmp_path: Path) -> None:
    view = run_view()
    assert not view.samples[0].attempts[0].error
    assert _written(view, tmp_path).count("<bdi>(no answer)</bdi></th>") == 1  # large-hosted's


def test_a_prompt_without_end_is_cut_and_says_so(tmp_path: Path) -> None:
    view = run_view(2)
    long = Message(role="user", content="begin " + "x" * 300_000 + " end?")
    samples = tuple(
        msgspec.structs.replace(
            s,
            attempts=tuple(msgspec.structs.replace(a, messages=(long,)) for a in s.attempts),
        )
        for s in view.samples
    )
    html = _written(msgspec.structs.replace(view, samples=samples), tmp_path)
    (shown,) = _data(html)["texts"]
    assert isinstance(shown, str)
    assert shown.startswith("begin xxx")
    assert shown.endswith("xxx end?")
    assert "[… 290,011 characters are left out here …]" in shown
    assert len(html) < 1_000_000


def test_what_a_model_hides_is_shown_as_a_mark(tmp_path: Path) -> None:
    view = run_view(1)
    trick = "safe\u202egnp.exe\x1b[31m"
    attempt = msgspec.structs.replace(view.samples[0].attempts[0], value=trick, right=False)
    sample = msgspec.structs.replace(view.samples[0], attempts=(attempt,))
    html = _written(msgspec.structs.replace(view, samples=(sample,)), tmp_path)
    assert "safe⟨U+202E⟩gnp.exe⟨U+001B⟩[31m" in html
    assert "\u202e" not in html
    assert "\x1b" not in html
