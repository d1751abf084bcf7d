"""`import roundtable` and `roundtable --help` stay light."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "pydantic", "numpy", "scipy", "jinja2", "rich", "httpx", "aiohttp", "sqlalchemy", "asyncio",
    "pyarrow", "tantivy", "onnxruntime", "xllamacpp", "jsonschema", "yaml", "fsspec", "vl_convert",
}  # fmt: skip

# Runs `target` under a watch: prints which modules were loaded, and whether entry points were read.
WATCH = """
import importlib.metadata, json, runpy, sys
scans = []
real = importlib.metadata.entry_points
importlib.metadata.entry_points = lambda **kw: (scans.append(kw), real(**kw))[1]
target = sys.argv.pop(1)
try:
    if target == "import":
        import roundtable
    else:
        from roundtable.cli.main import main
        main()
except SystemExit as stop:
    assert not stop.code, stop.code
loaded = sorted({name.split(".")[0] for name in sys.modules})
json.dump({"modules": loaded, "scans": len(scans)}, sys.stderr)
"""


def watched(*arguments: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *arguments], capture_output=True, text=True, timeout=25
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, object] = json.loads(done.stderr)
    return result


@pytest.mark.parametrize("arguments", [("import",), ("help", "--help")], ids=["import", "help"])
def test_starting_loads_nothing_heavy_and_scans_no_entry_points(arguments: tuple[str, ...]) -> None:
    seen = watched(*arguments)
    assert HEAVY & set(seen["modules"]) == set()  # type: ignore[call-overload]
    assert seen["scans"] == 0


def test_the_installed_command_answers_help() -> None:
    command = Path(sys.executable).with_name("roundtable")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, timeout=25)
    assert done.returncode == 0, done.stderr
    assert "run" in done.stdout
    assert done.stderr == ""
