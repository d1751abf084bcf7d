"""How a prompt's file becomes sections."""

from pathlib import Path

from roundtable.generation.prompt import PromptTemplate
from roundtable.workspace import load
from roundtable.workspace.prompt import split_sections
from workspace.shop import problems, shop

CHAT = """---
title: T
inputs: [text]
parameters: {stop: ["\\n"], seed: 3}
---
# system
Be brief.

```
# user
```
# user
{{ text }}
"""
PROMPTY = """---
name: Greeter
authors: [a@example.com]
model:
  api: chat
  parameters: {temperature: 0.5, tools: []}
inputs:
  text: {type: string}
---
system:
Be kind.

user:
{{ text }}
"""


def test_headings_open_roles_but_not_inside_a_code_fence(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/chat.prompt.md").write_text(CHAT, encoding="utf-8")
    prompt = load(root).prompts["chat"]
    said = [(one.role, one.source, one.line) for one in prompt.sections]
    assert said == [
        ("system", "Be brief.\n\n```\n# user\n```", 7),
        ("user", "{{ text }}", 13),
    ]
    assert (prompt.parameters.stop, prompt.parameters.seed) == (("\n",), 3)
    assert (prompt.parameters.temperature, prompt.format) == (None, "chat")


def test_a_prompty_file_loads_as_a_prompt(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/greet.prompty").write_text(PROMPTY, encoding="utf-8")
    prompt = load(root).prompts["greet"]
    assert (prompt.title, prompt.owner, prompt.inputs) == ("Greeter", "a@example.com", ("text",))
    assert [(one.role, one.line) for one in prompt.sections] == [("system", 11), ("user", 14)]
    assert prompt.parameters.temperature == 0.5


def test_a_text_without_headings_is_the_users() -> None:
    sections, stray = split_sections("\nHello\n", 5)
    assert [(one.role, one.source, one.line) for one in sections] == [("user", "Hello", 6)]
    assert stray is None


def test_a_partial_may_use_what_the_text_that_includes_it_has_set(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/_passage.md").write_text("{{ p }}{{ mark }}\n")
    (root / "prompts/many.prompt.md").write_text(
        "---\ntitle: many\ninputs: [passages]\n---\n# user\n{% set mark = '.' %}\n"
        "{% for p in passages %}\n{% include '_passage.md' %}\n{% endfor %}\n"
    )
    prompt = load(root).prompts["many"]
    template = PromptTemplate(
        [(one.role, one.source, one.line) for one in prompt.sections],
        partials=prompt.partials,
        file=prompt.file,
    )
    (message,) = template.render({"passages": ["a", "b"]})
    assert message.content.split() == ["a.", "b."]


def test_a_partial_may_not_use_what_only_another_prompt_sets(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/_passage.md").write_text("{{ p }}\n")
    (root / "prompts/one.prompt.md").write_text(
        "---\ntitle: one\n---\n# user\n{% include '_passage.md' %}\n"
    )
    (told,) = problems(root)
    assert told.place.file == "prompts/_passage.md"
    assert "'p'" in told.message
