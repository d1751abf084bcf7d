"""Sound workspaces load; each broken one is told with file, line and remedy."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from roundtable.errors import NotFoundError, Place, UsageError
from roundtable.workspace import find_root, load
from workspace.broken import DATASET, MODEL, PROMPT, SPOILED, USECASE
from workspace.shop import contents, edit, problems, shop

EXAMPLE = Path(__file__).parents[2] / "examples/marketplace"


@pytest.mark.parametrize(("file", "old", "new", "below", "said", "fix", "field"), SPOILED)
def test_a_problem_is_told_with_its_place_and_remedy(
    tmp_path: Path, file: str, old: str, new: str, below: int, said: str, fix: str, field: str
) -> None:
    root = shop(tmp_path / "shop")
    place = Place(file, edit(root, file, old, new) + below, field)
    before = contents(root)
    found = problems(root)
    assert place in [one.place for one in found], found
    told = next(one for one in found if one.place == place)
    assert said in told.message
    assert fix in told.fix
    assert contents(root) == before


def test_the_example_workspace_loads() -> None:
    example = load(EXAMPLE)
    assert set(example.usecases) == {"triage", "extract", "help"}
    triage = example.usecase("triage")
    assert len(triage.task.options) == 11
    assert [metric.name for metric in triage.metrics] == ["accuracy", "macro_f1"]
    assert triage.gate is not None
    assert triage.gate.limits["accuracy"].at_least == 0.8
    assert triage.promise is not None
    assert triage.promise.limits == {"accuracy": 0.9}
    assert example.prompts["triage"].partials.keys() == {"_categories.md"}
    assert example.models["hosted-small"].price is not None


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, MODEL, "provider", "providr")
    edit(root, DATASET, "train = 0.5", "train = 0.6")
    edit(root, USECASE, 'stage = "poc"', 'stage = "ready"')
    edit(root, "roundtable.toml", "[people]", "[people")
    assert {p.place.file for p in problems(root)} == {MODEL, DATASET, USECASE, "roundtable.toml"}


def test_a_broken_file_is_no_missing_one(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, MODEL, "provider", "= provider")
    assert [p.place.file for p in problems(root)] == [MODEL]


def test_a_field_is_named_by_its_dotted_path(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, USECASE, "at_least = 0.4", 'at_least = "high"')
    assert [p.place.field for p in problems(root)] == ["gate.accuracy.at_least"]


def test_a_key_pasted_for_its_variable_is_not_shown(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, MODEL, "max_in_flight = 4", 'api_key_env = "sk-abc123"')
    (told,) = problems(root)
    assert "abc123" not in str(told)


def test_a_huge_line_is_refused_unread(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    with (root / MODEL).open("wb") as file:
        file.truncate(100_000_000)
    (told,) = problems(root)
    assert (told.place.file, "5 MB" in told.message) == (MODEL, True)


@pytest.mark.parametrize("file", [MODEL, PROMPT])
def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path, file: str) -> None:
    root = shop(tmp_path / "shop")
    raw = (root / file).read_bytes().split(b"\n")
    raw[2] += b"\xff"
    (root / file).write_bytes(b"\n".join(raw))
    told = problems(root)[0]
    assert (told.place.file, told.place.line) == (file, 3)
    assert "UTF-8" in told.fix


def test_deep_nesting_does_not_end_in_a_crash(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / MODEL).write_text("a = " + "[" * 100_000, encoding="utf-8")
    (told,) = problems(root)
    assert told.place.file == MODEL


def test_an_empty_file_of_rows_is_told(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "datasets/tickets.jsonl").write_bytes(b"")
    (told,) = problems(root)
    assert (told.place.file, told.place.line, told.place.field) == (DATASET, 3, "path")
    assert "empty" in told.message


def test_a_use_case_without_candidates_is_told(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    text = (root / USECASE).read_text(encoding="utf-8")
    head, tail = text.split("[[candidates]]", 1)[0], text[text.index("[gate]") :]
    (root / USECASE).write_text(head + tail, encoding="utf-8")
    assert "candidates" in {p.place.field for p in problems(root)}


def test_a_circle_of_parents_is_told_of_each_in_it(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, MODEL, "max_in_flight = 4", 'parents = [{ id = "models/neighbours" }]')
    path = root / "models/neighbours.toml"
    parents = 'parents = [{ id = "models/smollm2", relation = "fork-of" }]\n'
    path.write_text(path.read_text(encoding="utf-8") + parents, encoding="utf-8")
    assert [p.place.file for p in problems(root)] == ["models/neighbours.toml", MODEL]


def test_an_input_that_the_data_lacks_is_told_at_the_candidate(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    edit(root, PROMPT, "inputs: [text, options", "inputs: [text, customer, options")
    line = edit(root, USECASE, 'prompt = "triage"', 'prompt = "triage"')
    (told,) = problems(root)
    assert (told.place.file, told.place.line) == (USECASE, line)
    assert "'customer'" in told.message
    assert DATASET in told.fix


def test_a_name_in_a_partial_must_be_declared_by_the_prompt(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/_tone.md").write_text("One.\nBe {{ tone }}.\n", encoding="utf-8")
    edit(root, PROMPT, "Team:\n", 'Team:\n{% include "_tone.md" %}\n')
    (told,) = problems(root)
    assert (told.place.file, told.place.line) == ("prompts/_tone.md", 2)
    assert PROMPT in told.message


def test_a_partial_that_includes_itself_is_told(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/_a.md").write_text('{% include "_a.md" %}', encoding="utf-8")
    edit(root, PROMPT, "Team:\n", 'Team:\n{% include "_a.md" %}\n')
    (told,) = problems(root)
    assert (told.place.file, told.place.line) == ("prompts/_a.md", 1)


def test_two_files_may_not_make_one_prompt(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/triage.prompty").write_text("---\nname: x\n---\nuser:\nhi\n")
    (told,) = problems(root)
    assert "a second prompt" in told.message


def test_an_id_comes_from_the_path_and_must_be_plain(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "models/big").mkdir()
    (root / MODEL).rename(root / "models/big/one.toml")
    edit(root, USECASE, 'model = "smollm2"', 'model = "big/one"')
    assert load(root).models["big/one"].file == "models/big/one.toml"
    (root / "models/big/one.toml").rename(root / "models/big/One!.toml")
    assert "cannot be an id" in str(problems(root)[0])


def test_a_root_is_found_from_below(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    assert find_root(root / "datasets") == root.resolve()
    with pytest.raises(UsageError, match="roundtable init"):
        find_root(tmp_path)
    with pytest.raises(UsageError):
        load(tmp_path)


def test_a_near_use_case_is_offered(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="'triage'"):
        load(shop(tmp_path / "shop")).usecase("triagee")


def test_loading_takes_no_longer_a_file_when_there_are_many(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    text = (root / USECASE).read_text(encoding="utf-8")

    def per_file_s(n: int) -> float:
        for number in range(n):
            (root / f"usecases/u{number}.toml").write_text(text, encoding="utf-8")
        times = []
        for _ in range(3):
            begun = time.process_time()
            assert len(load(root).usecases) == n + 1
            times.append(time.process_time() - begun)
        return min(times) / (n + 1)

    few = per_file_s(20)
    assert per_file_s(160) < 3 * few


def test_lines_are_looked_up_only_when_something_is_wrong(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from roundtable.workspace import findings, load\n"
        "def scan(*_): raise SystemExit('scanned')\n"
        "findings.toml_lines = findings.yaml_lines = scan\n"
        "load(Path(sys.argv[1])); print('sound')"
    )

    def run(root: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    root = shop(tmp_path / "shop")
    assert "sound" in run(root)
    edit(root, MODEL, "provider", "providr")
    assert "scanned" in run(root)
