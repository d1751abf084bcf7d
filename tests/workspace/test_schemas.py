"""The schemas that editors use accept what loads and refuse what does not."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from roundtable.errors import NotFoundError
from roundtable.workspace import schema
from roundtable.workspace.schemas import KINDS, write_schemas

EXAMPLE = Path(__file__).parents[2] / "examples/marketplace"
FOLDERS = {"models": "model", "datasets": "dataset", "policies": "policy", "usecases": "usecase"}


def content(file: Path) -> dict[str, object]:
    read: dict[str, object] = json.loads(json.dumps(tomllib.loads(file.read_text()), default=str))
    return read


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_example_fits_the_schema_of_its_kind(folder: str) -> None:
    files = sorted((EXAMPLE / folder).glob("*.toml"))
    assert files
    for file in files:
        jsonschema.validate(content(file), json.loads(schema(folder)))


def test_the_settings_fit_theirs() -> None:
    jsonschema.validate(content(EXAMPLE / "roundtable.toml"), json.loads(schema("workspace")))


@pytest.mark.parametrize(
    ("path", "value"),
    [(("gate", "accuracy"), 0.6), (("stage",), "ready"), (("promise", "accuracy"), "high")],
)
def test_what_would_not_load_is_refused(path: tuple[str, ...], value: object) -> None:
    data = content(EXAMPLE / "usecases/triage.toml")
    here: dict[str, object] = data
    for key in path[:-1]:
        here = here[key]  # type: ignore[assignment]
    here[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json.loads(schema("usecase")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described_in_one_line(kind: str) -> None:
    described = json.loads(schema(kind))
    jsonschema.Draft202012Validator.check_schema(described)
    assert "file" not in described["properties"]
    shared = described.get("$defs", {})
    for one in (described, *shared.values()):
        for name, field in one.get("properties", {}).items():
            # A description that a field shares with its table stands only there.
            there = shared.get(field.get("$ref", "").removeprefix("#/$defs/"), {})
            told = field.get("description") or there.get("description", "")
            assert told or one.get("title") is None, name
            assert "\n" not in told, name


def test_each_kind_gets_a_file(tmp_path: Path) -> None:
    written = write_schemas(tmp_path)
    assert {path.stem for path in written} == set(KINDS)
    assert all(path.parent == tmp_path / ".roundtable/schema" for path in written)
    assert json.loads(written[0].read_text())["$schema"]


def test_an_unknown_kind_names_those_like_it() -> None:
    with pytest.raises(NotFoundError, match="'model'"):
        schema("modle")
