"""What of a declaration changes answers, and what does not."""

import json
from pathlib import Path

import pytest

from roundtable.workspace import load, schema
from roundtable.workspace.declared import semantic
from workspace.shop import edit, shop

MODEL, PROMPT, USECASE = "models/smollm2.toml", "prompts/triage.prompt.md", "usecases/triage.toml"
TITLE = 'title = "SmolLM2'
HELD = 'constrain = "choice"'


def meanings(root: Path) -> tuple[bytes, ...]:
    workspace = load(root)
    usecase = workspace.usecase("triage")
    return (
        semantic(workspace.models["smollm2"]),
        semantic(workspace.prompts["triage"]),
        semantic(usecase.candidates[1]),
        semantic(usecase.task),
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (MODEL, TITLE, 'title = "Other'),
        (MODEL, "max_in_flight = 4", 'max_in_flight = 8\napi_key_env = "KEY"'),
        (MODEL, 'license = "Apache-2.0"', 'license = "MIT"'),
        (MODEL, "max_in_flight = 4", "price = {input_usd_per_mtok = 1, output_usd_per_mtok = 2}"),
        (MODEL, "max_in_flight = 4", "options = {}"),
        (PROMPT, "title: Route", "title: Send"),
        (PROMPT, "owner: you@example.com", 'owner: me@example.com\nworks_around: "x"'),
        (PROMPT, "# user\n", "\n\n# user\n"),
        (USECASE, 'id = "few-shot-similar"', 'id = "few-shot-similar"\ntitle = "x"'),
        (USECASE, HELD, 'constrain = { kind = "choice" }'),
        (USECASE, HELD, f"{HELD}\nrepeats = 1"),
    ],
)
def test_what_is_operational_leaves_the_meaning_as_it_was(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    root = shop(tmp_path / "shop")
    before = meanings(root)
    edit(root, file, old, new)
    assert meanings(root) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "which"),
    [
        (MODEL, 'model = "smollm2"', 'model = "other"', 0),
        (MODEL, "max_in_flight = 4", 'base_url = "http://a/v1"', 0),
        (MODEL, "max_in_flight = 4", "options = { slots = 2 }", 0),
        (MODEL, "max_in_flight = 4", "parameters = { seed = 1 }", 0),
        (PROMPT, "Team:\n", "Team!\n", 1),
        (PROMPT, "temperature: 0.0", "temperature: 0.1", 1),
        (USECASE, 'constrain = "choice"', 'constrain = "choice"\nrepeats = 2', 2),
        (USECASE, 'k = 5, select = "similar" }\n\n[gate]', "k = 4 }\n\n[gate]", 2),
        (USECASE, '"returns", "account"', '"account", "returns"', 3),
    ],
)
def test_what_changes_answers_changes_the_meaning_of_that_alone(
    tmp_path: Path, file: str, old: str, new: str, which: int
) -> None:
    root = shop(tmp_path / "shop")
    before = meanings(root)
    edit(root, file, old, new)
    changed = [i for i, (a, b) in enumerate(zip(before, meanings(root), strict=True)) if a != b]
    assert changed == [which]


def test_the_schema_says_which_keys_are_operational() -> None:
    keys = json.loads(schema("model"))["properties"]
    marked = {name for name, key in keys.items() if key.get("operational")}
    assert {"title", "price", "max_in_flight", "api_key_env"} <= marked
    assert not {"provider", "model", "base_url", "options", "parameters", "path"} & marked


def test_what_only_people_read_has_no_part_in_what_an_asset_means(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    before = load(root)
    edit(root, "usecases/triage.toml", 'title = "', 'title = "Another: ')
    edit(root, "datasets/tickets.toml", "input = ", 'title = "Another"\ninput = ')
    after = load(root)
    for kind, id in (("usecases", "triage"), ("datasets", "tickets")):
        one, other = (getattr(workspace, kind)[id] for workspace in (before, after))
        assert one.title != other.title
        assert semantic(one) == semantic(other)
