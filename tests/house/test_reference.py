"""The reference pages are what the code is, and name everything there is."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    # As `python docs/generate.py` does, which finds its neighbor in its own folder.
    sys.path.insert(0, str(ROOT / "docs"))
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def headings(page: str) -> set[str]:
    lines = (REFERENCE / page).read_text(encoding="utf-8").splitlines()
    return {line.lstrip("#").strip().strip("`") for line in lines if line.startswith("## ")}


def test_the_generated_pages_are_up_to_date(generate: ModuleType) -> None:
    stale = [
        name
        for name, text in generate.pages().items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, "make docs"


def test_every_command_is_described() -> None:
    command = Path(sys.executable).with_name("roundtable")
    shown = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    listed = shown.split("Commands:")[1].splitlines()
    names = {line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "}
    assert len(names) > 5
    assert {f"roundtable {name}" for name in names} <= headings("commands.md")


def test_every_metric_connector_output_space_and_checker_is_described() -> None:
    from roundtable.evaluation.metrics.table import METRICS
    from roundtable.generation.connectors.table import CONNECTORS
    from roundtable.generation.constraints.table import CONSTRAINTS
    from roundtable.generation.guard.table import CHECKERS

    assert set(METRICS) <= headings("metrics.md")
    assert set(CONNECTORS) <= headings("connectors.md")
    assert set(CONSTRAINTS) <= headings("constraints.md")
    assert set(CHECKERS) <= headings("checkers.md")


def test_every_kind_of_plugin_is_described() -> None:
    from roundtable.plugins import KINDS

    assert set(KINDS) <= headings("plugins.md")


def test_every_key_of_every_file_is_described_in_words() -> None:
    from roundtable.workspace.schemas import KINDS

    page = (REFERENCE / "workspace.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"## `{kind}`" in page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 60
    silent = [row for row in rows if not row.rstrip(" |").count("|") >= 4]
    assert silent == []


def test_every_exit_code_and_error_is_described() -> None:
    import roundtable.errors as errors

    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    classes = {
        name
        for name, found in vars(errors).items()
        if isinstance(found, type) and issubclass(found, errors.RoundtableError)
    }
    assert {name for name in classes if f"`{name}`" not in page} == set()
    assert all(f"| {code} |" in page for code in (0, 1, 2, 3, 70, 130))
