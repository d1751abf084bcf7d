"""Whose answer changes with the terms, or with the circumstances."""

from pathlib import Path

import pytest

from journeys.command import roundtable

USECASE = """
title = "Answer"
owner = "a@example.com"
audience = "product"
dataset = "rows"
[task]
kind = "generate"
[[candidates]]
id = "llama"
model = "llama"
prompt = "p"
[use]
distribution = "hosted-service"
monthly_active_users = 100000000
company_region = "US"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "roundtable.toml": '[workspace]\nname = "w"\n',
        "models/llama.toml": 'provider = "openai"\nmodel = "llama"\nlicense = "llama-3"\n'
        'lineage = "declared"\nbase_url = "http://127.0.0.1:9/v1"\n',
        "models/free.toml": 'provider = "openai"\nmodel = "free"\nlicense = "Apache-2.0"\n'
        'lineage = "declared"\nbase_url = "http://127.0.0.1:9/v1"\n',
        "models/vision.toml": 'provider = "openai"\nmodel = "v"\nlicense = "llama-3.2-vision"\n'
        'lineage = "declared"\nbase_url = "http://127.0.0.1:9/v1"\n',
        "datasets/rows.toml": 'path = "rows.jsonl"\nlicense = "internal"\nlineage = "declared"\n'
        'input = ["text"]\ntarget = "label"\n',
        "datasets/rows.jsonl": '{"id": "1", "text": "a", "label": "b"}\n',
        "prompts/p.prompt.md": "---\ntitle: p\nowner: a@example.com\ninputs: [text]\n---\n"
        "# user\n{{ text }}\n",
        "usecases/answer.toml": USECASE,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_ten_times_the_users_pass_a_threshold(root: Path) -> None:
    now = roundtable("license", "what-if", "answer", "--json", cwd=root)
    assert now.code == 0, now.err
    assert now.document[0]["after"] == "conditions"
    then = roundtable("license", "what-if", "answer", "--users-times", "10", "--json", cwd=root)
    assert then.code == 1, then.err
    (moved,) = then.document
    assert (moved["before"], moved["after"]) == ("conditions", "prohibited")
    assert moved["finding"]["because"][0]["clause"] == "2"


def test_another_base_drops_its_duties(root: Path) -> None:
    done = roundtable("license", "what-if", "answer", "--model", "free", "--json", cwd=root)
    (moved,) = done.document
    assert moved["after"] == "allowed"
    assert "display-built-with" in moved["obligations_dropped"]


def test_another_seat_of_the_company_may_end_it(root: Path) -> None:
    args = ("license", "what-if", "answer", "--model", "vision", "--region")
    assert roundtable(*args, "US", cwd=root).code == 0
    eu = roundtable(*args, "EU", cwd=root)
    assert eu.code == 1
    assert "prohibited" in eu.out


def test_a_diff_names_whose_answer_changes(root: Path) -> None:
    done = roundtable("license", "diff", "llama-3", "llama-3.1", "--json", cwd=root)
    assert done.code == 0, done.err
    assert {one["clause"] for one in done.document["clauses"]} >= {"1(b)(v)", "1(b)(i)"}
    stricter = root / "llama-new.toml"
    stricter.write_text(
        'name = "Llama, research only"\nverified = "text"\nverified_on = 2026-11-24\n'
        'source = "made up"\n[[clauses]]\nid = "1"\ngist = "research only"\n'
        'in = ["work", "modified", "mixed"]\nwhen = { commercial = true }\nverdict = "prohibited"\n'
    )
    worse = roundtable("license", "diff", "llama-3", str(stricter), "--json", cwd=root)
    assert worse.code == 1, worse.err
    (moved,) = worse.document["usecases"]
    assert (moved["before"], moved["after"]) == ("conditions", "prohibited")


def test_outside_a_workspace_only_the_clauses_are_held_together(tmp_path: Path) -> None:
    done = roundtable("license", "diff", "llama-2", "llama-3.1", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "1(b)(v)" in done.out


def test_unknown_terms_models_and_use_cases_are_told(root: Path) -> None:
    for args in (
        ("diff", "llama-3", "llama-33"),
        ("what-if", "answr"),
        ("what-if", "answer", "--model", "fre"),
    ):
        done = roundtable("license", *args, cwd=root)
        assert done.code == 2, done.out
        assert "did you mean" in done.err
