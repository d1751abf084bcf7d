"""Rules about files: their size, their names, and what may not be written into them."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
FORBIDDEN_MODULES = {"util", "utils", "helper", "helpers", "core", "common", "base", "misc"}
FORBIDDEN_CLASSES = re.compile(r"(Manager|Handler|Factory|Service)$")


def tracked_texts() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    return [
        ROOT / name
        for name in listed
        if name
        and (ROOT / name).is_file()
        and b"\0" not in (ROOT / name).read_bytes()[:4096]
        and Path(name).suffix not in {".jsonl", ".csv", ".html"}
    ]


def test_no_source_file_passes_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in SOURCES
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long, "find the second idea in each and give it a file"


def test_no_module_is_called_after_nothing() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if {path.stem, path.parent.name} & FORBIDDEN_MODULES
    ]
    assert not named, "say what the module is about"


def test_no_class_is_a_manager_handler_factory_or_service() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and FORBIDDEN_CLASSES.search(node.name)
    ]
    assert not named, "say what the class is"


def test_every_package_tells_a_newcomer_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name == "__init__.py"
        and "To be written" in (ast.get_docstring(ast.parse(path.read_text())) or "To be written")
    ]
    assert not silent


def test_a_package_door_imports_nothing_when_it_is_opened() -> None:
    """Only imports under `if TYPE_CHECKING` may name our own modules in an `__init__.py`."""
    eager = []
    for path in SOURCES:
        if path.name != "__init__.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            eager += [f"{path.relative_to(ROOT)}: {n}" for n in names if n.startswith("roundtable")]
    assert not eager


def test_no_file_names_a_machine_path_or_a_package_registry() -> None:
    # Put together here, so that this file does not hold what it looks for.
    hosts = [name + ".org" for name in ("pypi", "pythonhosted", "registry.npmjs", "deb.debian")]
    paths = [r"(?<![\w.-])/" + folder for folder in ("root/", "work/", "opt/pypi", "opt/wheels")]
    pattern = re.compile("|".join([*(re.escape(h) for h in hosts), *paths]))
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked_texts()
        if (match := pattern.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found


def test_shared_data_carries_its_license_wherever_it_is_shipped() -> None:
    datasets = ROOT / "examples/marketplace/datasets"
    readme = (datasets / "README.md").read_text(encoding="utf-8")
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    shipped = sorted(datasets.glob("*.jsonl"))
    assert shipped
    for rows in shipped:
        declared = rows.with_suffix(".toml").read_text(encoding="utf-8")
        own = rows.name == "help.jsonl"
        assert f'license = "{"CC-BY-4.0" if own else "CC-BY-SA-4.0"}"' in declared
        assert f"`{rows.name}`" in readme
        assert rows.name in notice
    assert "CC-BY-SA-4.0" in readme
    assert "Schema-Guided Dialogue" in readme


@pytest.mark.parametrize("rows", sorted((ROOT / "examples").rglob("*.jsonl")), ids=lambda p: p.name)
def test_no_other_data_is_shipped_with_the_examples(rows: Path) -> None:
    known = {"triage.jsonl", "extract.jsonl", "help.jsonl", "help-guard.jsonl"}
    assert rows.name in known, "add its license to the data's README"
    assert rows.name in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_the_license_is_the_apache_license_to_the_letter() -> None:
    import hashlib

    text = (ROOT / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == (
        "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4"
    )
