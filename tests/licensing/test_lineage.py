"""A workspace's files as a graph: what a candidate is made of, and what is asked of it."""

from pathlib import Path

import pytest

from licensing.places import PRODUCT, USE, house, loaded, model, rows, write
from roundtable.errors import InputError
from roundtable.licensing.lineage import asked_of, graph_of
from roundtable.licensing.types import Parent
from roundtable.workspace import load

CANDIDATE = """\
[[candidates]]
id = "rich"
model = "base"
prompt = "ask"
adapter = "tuned"
grounding = "help"
examples = { dataset = "shots", k = 1 }
"""
RICH = {
    "datasets/shots.toml": rows("CC-BY-4.0"),
    "corpora/help.toml": 'path = "help/"\nlicense = "CC-BY-4.0"\nlineage = "declared"\n',
    "corpora/help/a.md": "text",
    "models/judge.toml": model("openai-api"),
    "recipes/tuned.toml": 'method = "lora"\nbase = "base"\ndataset = "shots"\nprompt = "ask"\n',
    "usecases/ask.toml": PRODUCT.replace(
        'dataset = "rows"',
        'dataset = "rows"\nmetrics = ["accuracy", { name = "judge", model = "judge" }]',
    )
    + CANDIDATE
    + USE,
}


def test_a_candidate_is_made_of_what_its_use_case_names(tmp_path: Path) -> None:
    graph = graph_of(loaded(tmp_path, RICH))
    system = graph["usecases/ask#rich"]
    assert (system.kind, system.license, system.lineage) == ("system", "internal", "declared")
    assert {(one.relation, one.id) for one in system.parents} == {
        ("includes", "models/base"),
        ("includes", "prompts/ask"),
        ("includes", "recipes/tuned"),
        ("retrieves-from", "corpora/help"),
        ("retrieves-from", "datasets/shots"),
        ("evaluated-on", "datasets/rows"),
        ("evaluated-on", "models/judge"),
    }


def test_a_recipe_stands_for_what_it_makes(tmp_path: Path) -> None:
    made = graph_of(loaded(tmp_path, RICH))["recipes/tuned"]
    assert made.kind == "adapter"
    assert {(one.relation, one.id) for one in made.parents} == {
        ("adapter-of", "models/base"),
        ("trained-on", "datasets/shots"),
        ("trained-on", "prompts/ask"),
    }


@pytest.mark.parametrize(
    ("method", "kind", "relation"),
    [
        ("full", "model", "fine-tuned-from"),
        ("hosted", "model", "fine-tuned-from"),
        ("from-scratch", "model", "includes"),
    ],
)
def test_a_method_decides_how_the_base_goes_in(
    tmp_path: Path, method: str, kind: str, relation: str
) -> None:
    recipe = f'method = "{method}"\nbase = "base"\ndataset = "rows"\n'
    made = graph_of(loaded(tmp_path, {"recipes/tuned.toml": recipe}))["recipes/tuned"]
    assert made.kind == kind
    assert Parent(id="models/base", relation=relation) in made.parents  # type: ignore[arg-type]


def test_how_often_answers_occur_shows_no_rows(tmp_path: Path) -> None:
    usecase = PRODUCT + CANDIDATE.replace("k = 1", 'select = "counts"') + USE
    graph = graph_of(loaded(tmp_path, RICH | {"usecases/ask.toml": usecase}))
    found = {one.relation for one in graph["usecases/ask#rich"].parents if "shots" in one.id}
    assert found == {"trained-on"}


def test_an_adapter_that_no_recipe_makes_is_unknown(tmp_path: Path) -> None:
    usecase = PRODUCT + CANDIDATE.replace('"tuned"', '"bought"') + USE
    graph = graph_of(loaded(tmp_path, RICH | {"usecases/ask.toml": usecase}))
    adapter = graph["adapters/bought"]
    assert (adapter.license, adapter.lineage) == ("unknown", "undisclosed")
    assert "adapters/bought" in {one.id for one in graph["usecases/ask#rich"].parents}


def test_a_fork_counts_as_derived(tmp_path: Path) -> None:
    forked = model(more='parents = [{ id = "models/base", relation = "fork-of" }]\n')
    graph = graph_of(loaded(tmp_path, {"models/fork.toml": forked}))
    assert graph["models/fork"].parents == (Parent(id="models/base", relation="derived-from"),)


def test_a_prompt_says_whose_words_it_is(tmp_path: Path) -> None:
    prompt = (
        "---\ntitle: Ask\ninputs: [text]\nlicense: CC-BY-4.0\n"
        "parents: [{id: models/base, relation: generated-by}]\n---\n# user\n{{ text }}\n"
    )
    asset = graph_of(loaded(tmp_path, {"prompts/ask.prompt.md": prompt}))["prompts/ask"]
    assert asset.license == "CC-BY-4.0"
    assert asset.parents == (Parent(id="models/base", relation="generated-by"),)


def test_a_circle_through_a_recipe_is_told_with_its_place(tmp_path: Path) -> None:
    root = house(tmp_path, RICH)
    own = model(more='parents = [{ id = "recipes/tuned", relation = "includes" }]\n')
    write(root, {"models/base.toml": own})
    with pytest.raises(InputError, match="cycle") as caught:
        graph_of(load(root))
    assert caught.value.where is not None
    assert caught.value.where.file in {"models/base.toml", "recipes/tuned.toml"}


def test_a_use_case_is_asked_as_it_says(tmp_path: Path) -> None:
    usecase = loaded(tmp_path).usecase("ask")
    asked = asked_of(usecase, "models/base")
    use = asked.use
    assert (use.distribution, use.audience, use.commercial) == ("hosted-service", "product", True)
    assert (use.monthly_active_users, use.company_region) == (1000, "US")
    assert asked.assumed == ()


def test_a_product_without_use_is_taken_to_reach_people(tmp_path: Path) -> None:
    usecase = loaded(tmp_path, {"usecases/ask.toml": PRODUCT}).usecase("ask")
    asked = asked_of(usecase, "models/base")
    assert asked.use.distribution == "hosted-service"
    assert asked.use.audience == "product"
    assert "usecases/ask.toml has no [use]" in asked.assumed[0]
    assert "how many people" in asked.assumed[1]


def test_an_experiment_without_use_stays_inside(tmp_path: Path) -> None:
    text = PRODUCT.replace('"product"', '"internal"')
    asked = asked_of(loaded(tmp_path, {"usecases/ask.toml": text}).usecase("ask"), "models/base")
    assert asked.use.distribution == "internal-only"
    assert len(asked.assumed) == 1


def test_a_company_in_a_member_of_the_eu_is_asked_about_as_one_in_the_eu(tmp_path: Path) -> None:
    use = USE.replace('company_region = "US"', 'company_region = "DE"')
    usecase = loaded(tmp_path, {"usecases/ask.toml": PRODUCT + use}).usecase("ask")
    assert asked_of(usecase, "models/base").use.company_region == "EU"
