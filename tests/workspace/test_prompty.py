"""Prompts of the `.prompty` format load as our own, and their problems stand where theirs do."""

from pathlib import Path

import pytest

from roundtable.workspace import Prompt, load
from workspace.shop import problems, shop

NOW = """---
name: Greeter
description: Greets.
authors: [a@example.com, b@example.com]
model:
  api: chat
  configuration: {type: openai}
  parameters:
    temperature: 0.5
    stop: END
    tools: []
inputs:
  text: {type: string}
---
system:
Be kind.
# user

# User:
{{ text }}
"""


def loaded(tmp_path: Path, text: str) -> Prompt:
    root = shop(tmp_path / "shop")
    (root / "prompts/greet.prompty").write_text(text, encoding="utf-8")
    return load(root).prompts["greet"]


def test_its_keys_become_ours(tmp_path: Path) -> None:
    prompt = loaded(tmp_path, NOW)
    assert (prompt.title, prompt.owner) == ("Greeter", "a@example.com, b@example.com")
    assert (prompt.inputs, prompt.format) == (("text",), "chat")
    assert (prompt.parameters.temperature, prompt.parameters.stop) == (0.5, ("END",))


def test_its_own_headings_open_roles_and_ours_do_not(tmp_path: Path) -> None:
    said = [(one.role, one.source, one.line) for one in loaded(tmp_path, NOW).sections]
    assert said == [("system", "Be kind.\n# user", 16), ("user", "{{ text }}", 20)]


def test_an_older_file_declares_its_inputs_by_its_sample(tmp_path: Path) -> None:
    text = "---\nname: x\nsample:\n  text: hi\n  tone: kind\n---\nuser:\n{{ tone }} {{ text }}\n"
    assert loaded(tmp_path, text).inputs == ("text", "tone")


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("temperature: 0.5", "temperature: 9", 9, "model.parameters.temperature"),
        ("name: Greeter", "name: [a]", 2, "name"),
        ("{{ text }}", "{{ txt }}", 20, "inputs"),
        ("system:\n", "Hello\nsystem:\n", 15, ""),
    ],
)
def test_a_problem_stands_where_its_own_key_does(
    tmp_path: Path, old: str, new: str, line: int, field: str
) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/greet.prompty").write_text(NOW.replace(old, new, 1), encoding="utf-8")
    (told,) = problems(root)
    assert (told.place.file, told.place.line) == ("prompts/greet.prompty", line)
    assert told.place.field == field
    assert told.fix


def test_a_sample_in_a_file_of_its_own_names_no_inputs(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    text = "---\nname: Greeter\nsample: sample.json\n---\nuser:\n{{ text }}\n"
    (root / "prompts/greet.prompty").write_text(text)
    (told,) = problems(root)
    assert "'text', which the `inputs` do not declare" in told.message
