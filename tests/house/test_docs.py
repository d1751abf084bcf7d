"""What the pages show works: every code block runs or loads, every link leads somewhere."""

import re
import shutil
from pathlib import Path

import pytest

from house.blocks import blocks, starts_in_example, try_block

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_code_block_works(page: Path, tmp_path: Path) -> None:
    if starts_in_example(page):
        ignored = shutil.ignore_patterns(".roundtable", "reports")
        shutil.copytree(ROOT / "examples/marketplace", tmp_path, dirs_exist_ok=True, ignore=ignored)
    for block in blocks(page):
        try_block(block, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    targets = [link.split("#")[0] for link in LINK.findall(prose)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    start = ROOT / "docs/index.md"
    seen, waiting = set(), [start]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            target = (page.parent / link.split("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file():
                waiting.append(target)
    assert [name_of(page) for page in PAGES[1:] if page not in seen] == []
