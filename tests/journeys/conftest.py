import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples/marketplace"


@pytest.fixture
def marketplace(tmp_path: Path) -> Path:
    """A fresh copy of the example workspace."""
    copy = tmp_path / "marketplace"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns(".roundtable", "reports"))
    return copy
