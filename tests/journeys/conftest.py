import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples/marketplace"


N_ROWS = 330


@pytest.fixture
def marketplace(tmp_path: Path) -> Path:
    """A fresh copy of the example workspace with a part of its rows, for speed."""
    copy = tmp_path / "marketplace"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns(".roundtable", "reports"))
    rows = copy / "datasets/triage.jsonl"
    kept = rows.read_text(encoding="utf-8").splitlines(keepends=True)[:N_ROWS]
    rows.write_text("".join(kept), encoding="utf-8")
    return copy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives journeys, which start the command as a process of its own, more time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(180))
