"""What the files say reaches the requests that are made of them."""

from pathlib import Path

import pytest

from roundtable.generation.types import Request
from roundtable.jobs.build import chosen
from roundtable.jobs.keys import keys
from roundtable.jobs.parts import pipeline_of, source_of
from roundtable.workspace import load
from workspace.shop import edit, shop

MODEL, USECASE = "models/smollm2.toml", "usecases/triage.toml"
HELD = 'constrain = "choice"'


def hosted(tmp_path: Path) -> Path:
    root = shop(tmp_path / "shop")
    edit(root, MODEL, 'provider = "embedded"', 'provider = "openai"\nbase_url = "http://127.0.0.1"')
    return root


def request(root: Path) -> Request:
    workspace = load(root)
    usecase = workspace.usecase("triage")
    candidate = usecase.candidates[1]
    source = source_of(workspace, workspace.models[candidate.model])
    pipeline = pipeline_of(workspace, usecase, candidate, source)
    return pipeline.request({"text": "hi", "options": list(usecase.task.options)})


def candidate_key(root: Path) -> str:
    workspace = load(root)
    usecase = workspace.usecase("triage")
    (one,) = chosen(usecase, ("few-shot-similar",))
    return keys(workspace, usecase, [one], limit=None).candidates["few-shot-similar"]


def test_a_candidates_own_schema_is_what_the_model_is_held_to(tmp_path: Path) -> None:
    root = hosted(tmp_path)
    (root / "usecases/s.json").write_text('{"type": "object", "title": "mine"}', encoding="utf-8")
    own = '{ kind = "json-schema", schema = "s.json" }'
    edit(root, USECASE, HELD, f"constrain = {own}")
    grammar = request(root).grammar
    assert grammar is not None
    assert "mine" in str(grammar)


def test_a_schemas_file_takes_part_in_the_key(tmp_path: Path) -> None:
    root = hosted(tmp_path)
    schema = root / "usecases/s.json"
    schema.write_text('{"type": "object"}', encoding="utf-8")
    edit(root, USECASE, "options = [", 'schema = "s.json"\noptions = [')
    before = candidate_key(root)
    schema.write_text('{ "type":  "object" }\n', encoding="utf-8")
    assert candidate_key(root) == before
    schema.write_text('{"type": "object", "maxProperties": 1}', encoding="utf-8")
    assert candidate_key(root) != before


@pytest.mark.parametrize(
    ("prompt", "candidate", "seed"), [("", "", 1), ("seed: 2", "", 2), ("seed: 2", "seed = 3", 3)]
)
def test_a_candidates_parameters_go_before_the_prompts_and_those_before_the_models(
    tmp_path: Path, prompt: str, candidate: str, seed: int
) -> None:
    root = hosted(tmp_path)
    edit(root, MODEL, "max_in_flight = 4", "parameters = { seed = 1 }")
    if prompt:
        edit(root, "prompts/triage.prompt.md", "temperature: 0.0", f"temperature: 0.0, {prompt}")
    if candidate:
        edit(root, USECASE, HELD, f"{HELD}\nparameters = {{ {candidate} }}")
    assert request(root).seed == seed


def test_a_models_parameters_take_part_in_the_key(tmp_path: Path) -> None:
    root = hosted(tmp_path)
    before = candidate_key(root)
    edit(root, MODEL, "max_in_flight = 4", "max_in_flight = 4\nparameters = { seed = 1 }")
    assert candidate_key(root) != before


def test_a_plug_in_constraint_gets_only_what_it_has_a_field_for(tmp_path: Path) -> None:
    root = hosted(tmp_path)
    (root / "space.py").write_text(
        "from dataclasses import dataclass\n"
        "from roundtable import Grammar\n"
        "@dataclass(frozen=True)\n"
        "class Upper:\n"
        "    options: tuple[str, ...] = ()\n"
        "    @property\n"
        "    def grammar(self):\n"
        "        return Grammar(kind='choice', options=tuple(o.upper() for o in self.options))\n"
        "    def parse(self, text):\n"
        "        return text\n"
        "@dataclass(frozen=True)\n"
        "class Fixed:\n"
        "    @property\n"
        "    def grammar(self):\n"
        "        return Grammar(kind='choice', options=('x',))\n"
        "    def parse(self, text):\n"
        "        return text\n"
    )
    settings = root / "roundtable.toml"
    settings.write_text(
        settings.read_text()
        + '\n[plugins.constraints]\nupper = "space.py:Upper"\nfixed = "space.py:Fixed"\n'
    )
    edit(root, USECASE, HELD, 'constrain = "upper"')
    grammar = request(root).grammar
    assert grammar is not None
    assert all(option.isupper() for option in grammar.options)
    edit(root, USECASE, 'constrain = "upper"', 'constrain = "fixed"')
    fixed = request(root).grammar
    assert fixed is not None
    assert fixed.options == ("x",)
