"""A key changes with whatever can change an answer or a score, and with nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.coins import coin_shop
from roundtable.errors import InputError
from roundtable.jobs.build import chosen
from roundtable.jobs.keys import keys
from roundtable.workspace import load
from workspace.shop import edit, shop

JUDGED = """metrics = ["accuracy", { name = "judge", model = "smollm2", rubric = "grade" }]"""


def key(root: Path, usecase: str = "triage") -> str:
    workspace = load(root)
    case = workspace.usecase(usecase)
    return keys(workspace, case, chosen(case, ()), limit=None).run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return shop(tmp_path / "shop")


def test_a_title_changes_no_key(root: Path) -> None:
    before = key(root)
    edit(root, "models/smollm2.toml", 'title = "', 'title = "Another: ')
    edit(root, "usecases/triage.toml", 'owner = "', 'owner = "other-')
    assert key(root) == before


def test_the_content_of_a_models_file_takes_part_in_the_key(root: Path) -> None:
    weights = root / "models/own.gguf"
    weights.write_bytes(b"GGUF" + b"a" * 100)
    edit(root, "models/smollm2.toml", 'model = "smollm2"', 'model = "own"\npath = "own.gguf"')
    before = key(root)
    assert key(root) == before
    status = weights.stat()
    weights.write_bytes(b"GGUF" + b"b" * 100)
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert key(root) != before


def test_a_models_file_that_is_not_there_is_told_with_its_place(root: Path) -> None:
    weights = root / "models/own.gguf"
    weights.write_bytes(b"GGUF")
    edit(root, "models/smollm2.toml", 'model = "smollm2"', 'model = "own"\npath = "own.gguf"')
    workspace = load(root)
    weights.unlink()
    case = workspace.usecase("triage")
    with pytest.raises(InputError) as caught:
        keys(workspace, case, chosen(case, ()), limit=None)
    assert caught.value.where is not None
    assert caught.value.where.file == "models/smollm2.toml"


def _rubric(root: Path) -> None:
    edit(root, "prompts/grade.prompt.md", "Is it right?", "Is it polite?")


def _judge(root: Path) -> None:
    edit(root, "models/judge.toml", 'model = "gpt"', 'model = "gpt-2"')


@pytest.mark.parametrize("change", [_rubric, _judge])
def test_a_judge_is_its_model_and_its_rubric(root: Path, change: Callable[[Path], None]) -> None:
    (root / "prompts/grade.prompt.md").write_text(
        "---\ntitle: grade\nowner: a@example.com\ninputs: []\n---\n# user\nIs it right?\n"
    )
    (root / "models/judge.toml").write_text(
        'title = "judge"\nprovider = "openai"\nmodel = "gpt"\nlicense = "unknown"\n'
        'base_url = "http://127.0.0.1:9/v1"\n'
    )
    edit(
        root,
        "usecases/triage.toml",
        'metrics = ["accuracy", "macro_f1"]',
        JUDGED.replace("smollm2", "judge"),
    )
    before = key(root)
    change(root)
    assert key(root) != before


def test_a_plug_ins_version_takes_part_in_the_key(root: Path) -> None:
    plugin = "class Polite:\n    version = '{}'\n    def score(self, case):\n        return True\n"
    settings = root / "roundtable.toml"
    settings.write_text(settings.read_text() + '\n[plugins.metrics]\npolite = "polite.py:Polite"\n')
    edit(root, "usecases/triage.toml", '"macro_f1"]', '"polite"]')
    found = []
    for version in "12":
        # Another file each time: a module is imported once in a process.
        name = f"polite{version}.py"
        (root / name).write_text(plugin.format(version))
        settings.write_text(
            "\n".join(
                f'polite = "{name}:Polite"' if line.startswith("polite = ") else line
                for line in settings.read_text().splitlines()
            )
        )
        found.append(key(root))
    assert found[0] != found[1]


def test_limits_take_part_in_the_key_only_where_they_may_stop_the_run(tmp_path: Path) -> None:
    found = {}
    for stop in (False, True):
        for least in (0.5, 0.6):
            root = tmp_path / f"{stop}-{least}"
            coin_shop(root, [0.9] * 3, gate=f"accuracy = {{ at_least = {least} }}", stop=stop)
            found[stop, least] = key(root, "coins")
    assert found[False, 0.5] == found[False, 0.6]
    assert len(set(found.values())) == 3
