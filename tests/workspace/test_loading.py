"""Sound workspaces load; each broken one is told with file, line and remedy."""

from pathlib import Path

import pytest

from roundtable.errors import NotFoundError, UsageError
from roundtable.workspace import find_root, load
from workspace.shop import edit, problems, shop

USECASE = "usecases/triage.toml"
MODEL = "models/smollm2.toml"
DATASET = "datasets/tickets.toml"
PROMPT = "prompts/triage.prompt.md"
EXAMPLE = Path(__file__).parents[2] / "examples/marketplace"

# file, old text, new text, lines below the old text's, what is said, the fix
SPOILED = [
    ("roundtable.toml", "[workspace]", "[workspace", 0, "not TOML", "mend this line"),
    ("roundtable.toml", 'name = "support-desk"', "", -1, "'name' is missing", "add name"),
    ("roundtable.toml", "usd_per_run = 5.0", 'usd_per_run = "5"', 0, "a number", "without quotes"),
    ("roundtable.toml", "usd_per_run", "usd_per_rum", 0, "no key 'usd_per_rum'", "'usd_per_run'"),
    ("roundtable.toml", "usd_per_run = 5.0", "usd_per_run = -1", 0, "greater than", "USD"),
    ("roundtable.toml", "usd_per_run = 5.0", "usd_per_run = true", 0, "a number", "without quotes"),
    (
        "roundtable.toml",
        'name = "support-desk"',
        'name = "x"\nstore = "postgresql://me:pw@db/x"',
        1,
        "holds a password",
        "environment",
    ),
    (
        "roundtable.toml",
        "[budget]",
        '[plugins.metric]\na = "a.py:A"\n[budget]',
        0,
        "kind of plug-in",
        "metrics",
    ),
    (
        "roundtable.toml",
        "[budget]",
        '[plugins.metrics]\na = "a.py:A"\n[budget]',
        1,
        "is not there",
        "put it there",
    ),
    (MODEL, "provider", "providr", 0, "no key 'providr'", "'provider'"),
    (MODEL, 'model = "smollm2"', "model = 3", 0, "must be a text", "in quotes"),
    (MODEL, "max_in_flight = 4", "max_in_flight = 0", 0, "greater than", "calls under way"),
    (MODEL, 'lineage = "declared"', 'lineage = "known"', 0, "lineage", "'declared'"),
    (MODEL, "max_in_flight = 4", 'api_key_env = "sk-abc123"', 0, "not the name", "OPENAI_API_KEY"),
    (MODEL, "max_in_flight = 4", 'base_url = "localhost"', 0, "HTTP address", "https://host/v1"),
    (MODEL, "max_in_flight = 4", 'path = "none.gguf"', 0, "is not there", "put it there"),
    (
        MODEL,
        "max_in_flight = 4",
        'parents = [{ id = "models/neighbour" }]',
        0,
        "no asset is called",
        "'models/neighbours'",
    ),
    (
        MODEL,
        "max_in_flight = 4",
        'parents = [{ id = "models/smollm2" }]',
        0,
        "its own ancestor",
        "circle",
    ),
    (MODEL, "max_in_flight = 4", 'id = "other"', 0, "no key 'id'", "remove the key"),
    (
        MODEL,
        "max_in_flight = 4",
        "max_in_flight = 4\n[price]\ninput_usd_per_mtok = 1.0",
        1,
        "'output_usd_per_mtok' is missing",
        "add output_usd_per_mtok",
    ),
    (DATASET, 'path = "tickets.jsonl"', 'path = "ticket.jsonl"', 0, "is not there", "put it there"),
    (DATASET, 'path = "tickets.jsonl"', 'path = "tickets.xml"', 0, "cannot be read", ".parquet"),
    (DATASET, 'path = "tickets.jsonl"', "", -2, "either `path` or `files`", "write path"),
    (DATASET, "train = 0.5", "train = 0.6", 0, "sum to 1.1", "train = 0.8"),
    (DATASET, 'input = ["text"]', "input = []", 0, "'input' is empty", "at least one"),
    (DATASET, 'input = ["text"]', 'input = "text"', 0, "must be a list", "write input = ["),
    (DATASET, 'input = ["text"]', 'input = ["text", "team"]', 0, "also an input", "take it out"),
    (DATASET, "splits = {", 'split = "part"\nsplits = {', 0, "exclude each other", "keep one"),
    (PROMPT, "title: Route", "titel: Route", 0, "no key 'titel'", "'title'"),
    (PROMPT, "inputs: [text, options,", "inputs: [text, options", 0, "cannot be a name", "letters"),
    (PROMPT, "format: completion", "format: chatty", 0, "format", "'chat' or 'completion'"),
    (PROMPT, "temperature: 0.0", "temperature: 3.0", 0, "less than", "In [0, 2]"),
    (PROMPT, "owner: you@example.com", "owner: [a: b: c", 0, "not YAML", "quote"),
    (PROMPT, "---\ntitle", "title", 0, "front matter is missing", "`---`"),
    (PROMPT, "{{ text }}", "{{ text", 1, "malformed", "mend the Jinja2 tag"),
    (PROMPT, "{{ text }}", "{{ txt }}", 0, "uses 'txt'", "add txt to `inputs`"),
    (PROMPT, "{{ text }}", "{{ text | shout }}", 0, "malformed", "mend the Jinja2 tag"),
    (PROMPT, "{{ text }}", '{% include "_x.md" %}', 0, "no partial is called", "add one"),
    (PROMPT, "{{ text }}", "{% include text %}", 0, "not a plain text", "_name.md"),
    (PROMPT, "# user\n", "Hello\n# user\n", 0, "before the first role", "above it"),
    (PROMPT, "Team:\n", "Team:\n# assistant\nx\n", -12, "one section", "format: chat"),
    (USECASE, 'kind = "choice"', 'kind = "choose"', 0, "kind", "'choice'"),
    (USECASE, "options = [", 'options = ["a"] # [', 0, "two options", "options ="),
    (USECASE, '"shipping"', '"billing"', 0, "stands twice", "once"),
    (USECASE, 'dataset = "tickets"', 'dataset = "ticket"', 0, "no dataset is called", "'tickets'"),
    (USECASE, 'model = "smollm2"', 'model = "smolm2"', 0, "no model is called", "'smollm2'"),
    (USECASE, 'prompt = "triage"', 'prompt = "triages"', 0, "no prompt is called", "'triage'"),
    (USECASE, 'prompt = "triage"\n', "", -3, "has no prompt", "add prompt"),
    (USECASE, 'id = "few-shot-similar"', 'id = "no-model"', 0, "a second candidate", "of its own"),
    (USECASE, 'id = "no-model"', 'id = "No Model"', 0, "cannot be an id", "small letters"),
    (USECASE, 'constrain = "choice"', 'constrain = "chioce"', 0, "no constraint", "'choice'"),
    (USECASE, 'constrain = "choice"', 'constrain = "regex"', 0, "no pattern", "add pattern"),
    (USECASE, 'constrain = "choice"', 'grounding = "help"', 0, "no corpus is called", "add one"),
    (USECASE, 'split = "train"', 'split = "trian"', 0, "no split of", "'train'"),
    (USECASE, "k = 5", "k = 0", 0, "greater than", "How many"),
    (USECASE, 'stage = "poc"', 'stage = "poc"\nsplit = "tset"', 1, "no split of", "'test'"),
    (USECASE, 'candidate = "few', 'candidate = "fwe', 0, "no candidate is called", "few-shot"),
    (USECASE, "accuracy = { at_least = 0.4,", "accuracy = {", 0, "limits nothing", "at_least"),
    (USECASE, "at_least = 0.4", 'at_least = "high"', 0, "a number", "without quotes"),
    (USECASE, "at_least = 0.4", "atleast = 0.4", 0, "no key 'atleast'", "'at_least'"),
    (USECASE, "accuracy = {", "f1 = 0.6\naccuracy = {", 0, "must be a table", "f1 = {"),
    (USECASE, "[gate]", '[gate]\nsignoffs = ["sciense"]', 1, "no role is called", "'science'"),
    (USECASE, "[task]", '[use]\ndistribution = "x"\n[task]', 1, "distribution", "'internal-only'"),
    (USECASE, "[task]", "[promise]\naccuracy = true\n[task]", 1, "a number", "without quotes"),
    (USECASE, "[task]", '[task]\nschema = "s.json"', 1, "is not there", "put it there"),
    (USECASE, "[task]", '[task]\npattern = "("', 1, "no regular expression", "mend the pattern"),
    (USECASE, "metrics =", 'primary = "f1"\nmetrics =', 0, "no metric is called", "macro_f1"),
]


@pytest.mark.parametrize(("file", "old", "new", "below", "said", "fix"), SPOILED)
def test_a_problem_is_told_with_its_place_and_remedy(
    tmp_path: Path, file: str, old: str, new: str, below: int, said: str, fix: str
) -> None:
    root = shop(tmp_path / "shop")
    line = edit(root, file, old, new) + below
    found = problems(root)
    places = [(p.place.file, p.place.line) for p in found]
    assert (file, line) in places, found
    (told,) = [p for p in found if (p.place.file, p.place.line) == (file, line)][:1]
    assert said in told.message
    assert fix in told.fix


def test_the_example_workspace_loads() -> None:
    example = load(EXAMPLE)
    assert set(example.usecases) == {"triage", "extract"}
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
