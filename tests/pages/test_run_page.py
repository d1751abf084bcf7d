from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from reports.run_views import hostile_view, run_view
from roundtable.reports import RunReport, run_report
from roundtable.reports.texts import visible

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


def test_without_script_the_first_samples_can_be_read_with_their_prompts(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(run_report(run_view(60), tmp_path / "r.html").as_uri())
    cards = page.locator("#samples .sample")
    expect(cards).to_have_count(50)
    expect(page.locator("#find")).to_be_hidden()
    cards.nth(3).get_by_text("Prompt and answer").first.click()
    prompt = "Message 3: I was charged twice for order 3."
    expect(cards.nth(3).get_by_text(prompt, exact=True).first).to_be_visible()
    context.close()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_without_script_or_choice_the_page_follows_the_system(
    browser: Browser, tmp_path: Path, system: Literal["light", "dark"]
) -> None:
    path = run_report(run_view(2), tmp_path / "r.html")
    for script in (True, False):
        context = browser.new_context(java_script_enabled=script, color_scheme=system)
        page = context.new_page()
        page.goto(path.as_uri())
        assert _theme(page) == system
        expect(page.locator("#theme")).to_be_visible(visible=script)
        context.close()


def test_a_chosen_theme_is_there_before_the_first_picture_and_stays(
    browser: Browser, tmp_path: Path
) -> None:
    uri = run_report(run_view(2), tmp_path / "r.html").as_uri()
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(uri)
    page.get_by_role("button", name="Use the dark theme").click()
    assert _theme(page) == "dark"
    # The theme as it is when the body begins to be there, before anything of it is drawn.
    page.add_init_script(
        "new MutationObserver((_, me) => { if (!document.body) return;"
        " window.atFirst = document.documentElement.dataset.theme; me.disconnect(); })"
        ".observe(document, { childList: true, subtree: true })"
    )
    page.goto(uri)
    assert page.evaluate("window.atFirst") == "dark"
    assert _theme(page) == "dark"
    page.get_by_role("button", name="Use the light theme").click()
    assert _theme(page) == "light"
    # Back at what the system says, the page follows it again.
    page.emulate_media(color_scheme="dark")
    assert _theme(page) == "dark"
    context.close()


def test_a_browser_that_keeps_nothing_still_changes_its_theme(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    page.goto(run_report(run_view(2), tmp_path / "r.html").as_uri())
    page.get_by_role("button", name="Use the dark theme").click()
    assert _theme(page) == "dark"
    assert said == []
    context.close()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    browser: Browser, tmp_path: Path, system: Literal["light", "dark"]
) -> None:
    context = browser.new_context(color_scheme=system)
    page = context.new_page()
    for verdict in ("pass", "fail", "blocked"):
        view = run_view(40)
        view = msgspec.structs.replace(
            view, gate=msgspec.structs.replace(view.gate, verdict=verdict)
        )
        page.goto(run_report(view, tmp_path / "r.html").as_uri())
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        # WCAG 2.2, 1.4.3: 4.5 to 1, for large text 3 to 1.
        assert page.evaluate(CONTRAST) == []
    context.close()


def test_what_a_model_hides_is_marked_alike_with_and_without_script(
    browser: Browser, tmp_path: Path
) -> None:
    unseen = [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, 0x180E, *range(0x2000, 0x2070)]
    unseen += [0x115F, 0x3164, 0xFEFF, 0xFFF9, 0xE0001, 0xE0041, 0x1F680, 0x6CC, 0xD800]
    text = "a" + "b".join(chr(code) for code in unseen) + "c"
    view = run_view(1)
    sample = msgspec.structs.replace(view.samples[0], inputs=text)
    page, said = _opened(browser, msgspec.structs.replace(view, samples=(sample,)), tmp_path)
    shown = page.locator("#sample-list .sample > .text").text_content()
    assert shown is not None
    # What stands in the file without script went through an HTML parser: line ends are one there.
    assert shown.replace("\r\n", "\n") == visible(text).replace("\r\n", "\n")
    assert said == []


def test_text_that_runs_from_right_to_left_turns_nothing_beside_it(
    browser: Browser, tmp_path: Path
) -> None:
    view = run_view(1)
    sample = msgspec.structs.replace(view.samples[0], id="\u05d0\u05d1 1", target="\u05d2 2")
    page, _ = _opened(browser, msgspec.structs.replace(view, samples=(sample,)), tmp_path)
    header = page.locator("#sample-list .sample header")
    left = header.locator("bdi").first.bounding_box()
    right = header.locator("bdi").last.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] < right["x"]


def test_the_keyboard_reaches_the_theme_and_the_prompts(browser: Browser, tmp_path: Path) -> None:
    page, _ = _opened(browser, run_view(2), tmp_path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the verdict")).to_be_focused()
    page.locator("#theme").focus()
    page.keyboard.press("Enter")
    assert _theme(page) == "dark"
    summary = page.locator("#sample-list summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sample-list .turn").first).to_be_visible()


def test_on_paper_it_is_light_unfolded_and_without_what_only_a_screen_needs(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(run_report(run_view(3), tmp_path / "r.html").as_uri())
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert _theme(page) == "light"
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#find")).to_be_hidden()
    expect(page.get_by_role("table").filter(has_text="Model reported")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#candidates details")).not_to_have_attribute("open", "")
    context.close()


def _theme(page: Page) -> str:
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(color.removeprefix("rgb(").split(",")[0])
    return "light" if red > 128 else "dark"


CONTRAST = """() => {
  const parse = (color) => {
    const [r, g, b, a] = color.match(/[\\d.]+/g).map(Number);
    return color.startsWith("color(") ? [r * 255, g * 255, b * 255, a ?? 1] : [r, g, b, a ?? 1];
  };
  const over = (top, under) => under.map((c, i) => i < 3 ? top[i] * top[3] + c * (1 - top[3]) : 1);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      layers.push(parse(getComputedStyle(e).backgroundColor));
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest("script, style, noscript, svg, .alt, .skip")) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const [a, b] = [light(over(parse(style.color), back)), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push([walker.currentNode.data.trim().slice(0, 30), ratio]);
  }
  return poor;
}"""
