from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from reports.run_views import hostile_view, run_view
from roundtable.reports import RunReport, run_report

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        flags += ["--disable-background-networking", "--disable-component-update"]
        flags += ["--disable-sync"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def _opened(
    browser: Browser, view: RunReport, folder: Path, *, width: int = 1200
) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: said.append(request.url) if "r.html" not in request.url else None
    )
    page.goto(run_report(view, folder / "r.html").as_uri())
    return page, said


def test_the_search_finds_what_is_past_the_first_fifty(browser: Browser, tmp_path: Path) -> None:
    page, said = _opened(browser, run_view(300), tmp_path)
    cards = page.locator("#sample-list .sample")
    expect(cards).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(cards).to_have_count(100)
    page.get_by_label("Search samples").fill("order 277")
    expect(cards).to_have_count(1)
    expect(cards.first).to_contain_text("t-0277")
    page.get_by_label("Search samples").fill("nowhere to be found")
    expect(page.locator("#count")).to_have_text("No sample matches.")
    assert said == []


def test_the_filters_keep_what_they_name(browser: Browser, tmp_path: Path) -> None:
    view = run_view(40)
    page, said = _opened(browser, view, tmp_path)
    page.get_by_label("Which samples").select_option("failed")
    page.get_by_label("Of which candidate").select_option("large-hosted")
    failed = [s for s in view.samples if s.attempts[1].error]
    cards = page.locator("#sample-list .sample")
    expect(cards).to_have_count(len(failed))
    expect(cards.first).to_contain_text("the provider took longer than 30 s")
    page.get_by_label("Of which candidate").select_option("ours")
    expect(cards).to_have_count(0)
    page.get_by_label("Which samples").select_option("wrong")
    wrong = [s for s in view.samples if s.attempts[0].right is False]
    expect(cards).to_have_count(len(wrong))
    assert said == []


def test_hostile_text_is_shown_and_not_run(browser: Browser, tmp_path: Path) -> None:
    page, said = _opened(browser, hostile_view(), tmp_path)
    for summary in page.locator("#sample-list summary").all():
        summary.click()
    expect(page.locator("#sample-list .turn").first).to_contain_text("<img src=x onerror")
    assert page.evaluate("window.harmed") is None
    assert said == []


def test_a_phone_needs_no_sideways_scrolling(browser: Browser, tmp_path: Path) -> None:
    page, _ = _opened(browser, hostile_view(), tmp_path, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_script_the_first_samples_can_be_read(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(run_report(run_view(60), tmp_path / "r.html").as_uri())
    expect(page.locator("#sample-list .sample")).to_have_count(50)
    expect(page.locator("#find")).to_be_hidden()
    context.close()
