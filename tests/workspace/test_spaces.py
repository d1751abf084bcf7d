"""Output spaces: files are read on load, and a candidate may bring its own."""

from pathlib import Path

import pytest

from roundtable.errors import Place
from roundtable.workspace import load
from workspace.shop import edit, problems, shop

USECASE = "usecases/triage.toml"
HELD = 'constrain = "choice"'


def test_a_candidate_may_bring_its_own_space(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, USECASE, HELD, 'constrain = { kind = "regex", pattern = "b.*|s.*" }')
    usecase = load(root).usecase("triage")
    held = usecase.candidates[1].constrain
    assert (held.kind, held.on(usecase.task).pattern) == ("regex", "b.*|s.*")
    assert held.on(usecase.task).options == usecase.task.options
    assert usecase.candidates[0].constrain.on(usecase.task) == usecase.task


def test_schemas_and_grammars_are_there_in_place_of_their_files(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "usecases/answer.json").write_text('{"type": "object"}', encoding="utf-8")
    (root / "usecases/answer.gbnf").write_text('root ::= "a" | "b"\n', encoding="utf-8")
    edit(root, USECASE, HELD, 'constrain = { kind = "json-schema", schema = "answer.json" }')
    edit(root, USECASE, "[task]", '[task]\ngrammar = "answer.gbnf"')
    usecase = load(root).usecase("triage")
    assert usecase.candidates[1].constrain.json_schema == {"type": "object"}
    assert usecase.task.grammar == 'root ::= "a" | "b"\n'


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        ('{\n "a": \n}', Place("usecases/s.json", 3), "not JSON"),
        ("[]", Place("usecases/s.json", 1), "must be an object"),
        ('{"type": "objekt"}', Place("usecases/s.json", 1, "type"), "not JSON Schema"),
        ("[" * 100_000, Place("usecases/s.json", 1), "cannot be read"),
        (None, Place(USECASE, 12, "task.schema"), "is not there"),
    ],
)
def test_a_schema_that_is_none_is_told(
    tmp_path: Path, content: str | None, place: Place, said: str
) -> None:
    root = shop(tmp_path / "shop")
    if content is not None:
        (root / "usecases/s.json").write_text(content, encoding="utf-8")
    edit(root, USECASE, "options = [", 'schema = "s.json"\noptions = [')
    (told,) = problems(root)
    assert told.place == place
    assert said in told.message
    assert told.fix


@pytest.mark.parametrize(
    ("written", "field", "said", "fix"),
    [
        ('{ kind = "regex", pattern = "(" }', "pattern", "no regular expression", "mend"),
        ('{ kind = "regex" }', "", "gives no pattern", "add pattern"),
        ('{ kind = "grammar", grammar = "x.gbnf" }', "grammar", "is not there", "put it there"),
        ('{ kind = "json-schema", schema = { type = 3 } }', "schema.type", "JSON Schema", "write"),
        ('{ knd = "regex" }', "kind", "'kind' is missing", "add kind"),
        ('{ kind = "regex", patern = "a" }', "patern", "no key 'patern'", "'pattern'"),
        ('{ kind = "chioce" }', "", "no constraint is called", "'choice'"),
        ("3", "", "must be a table", "write constrain"),
    ],
)
def test_a_space_of_ones_own_is_checked_as_well(
    tmp_path: Path, written: str, field: str, said: str, fix: str
) -> None:
    root = shop(tmp_path / "shop")
    line = edit(root, USECASE, HELD, f"constrain = {written}")
    told = problems(root)
    path = "candidates.1.constrain" + (f".{field}" if field else "")
    (one,) = [problem for problem in told if problem.place == Place(USECASE, line, path)]
    assert said in one.message
    assert fix in one.fix


@pytest.mark.parametrize(
    ("line", "name", "content"),
    [
        ('schema = "empty.json"', "empty.json", "{}"),
        ('grammar = "empty.gbnf"', "empty.gbnf", ""),
    ],
)
def test_a_space_that_says_nothing_is_never_read_as_its_files_name(
    tmp_path: Path, line: str, name: str, content: str
) -> None:
    root = shop(tmp_path / "shop")
    (root / "usecases" / name).write_text(content)
    edit(root, USECASE, "[task]", f"[task]\n{line}")
    kind = "json-schema" if name.endswith("json") else "grammar"
    edit(root, USECASE, HELD, f'constrain = "{kind}"')
    (told,) = problems(root)
    assert "to hold the answer to" in told.message
