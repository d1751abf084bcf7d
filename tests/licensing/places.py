"""A small workspace with models, rows, a corpus and a recipe, to ask about licenses."""

from __future__ import annotations

from pathlib import Path

from roundtable.workspace import Workspace, load

PRODUCT = """\
title = "Answer"
owner = "a@example.com"
audience = "product"
dataset = "rows"
[task]
kind = "choice"
options = ["a", "b"]
[[candidates]]
id = "only"
model = "base"
prompt = "ask"
"""
USE = """\
[use]
distribution = "hosted-service"
monthly_active_users = 1000
company_region = "US"
"""


def write(root: Path, files: dict[str, str]) -> Path:
    """Writes files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def model(license: str = "Apache-2.0", *, more: str = "", lineage: str = "declared") -> str:
    """Returns a model's file."""
    return (
        'provider = "openai"\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n'
        f'license = "{license}"\nlineage = "{lineage}"\n{more}'
    )


def rows(license: str = "internal") -> str:
    """Returns a dataset's file."""
    return (
        f'path = "rows.jsonl"\nlicense = "{license}"\nlineage = "declared"\ninput = ["text"]\n'
        'target = "label"\n'
    )


def house(root: Path, files: dict[str, str] | None = None) -> Path:
    """Writes a sound workspace: a model, rows, a prompt and a use case `ask`; more on top."""
    base = {
        "roundtable.toml": '[workspace]\nname = "house"\n[people]\nlegal = ["ada@example.com"]\n',
        "models/base.toml": model(),
        "datasets/rows.toml": rows(),
        "datasets/rows.jsonl": '{"text": "x", "label": "a"}\n{"text": "y", "label": "b"}\n',
        "prompts/ask.prompt.md": "---\ntitle: Ask\ninputs: [text]\n---\n# user\n{{ text }}\n",
        "usecases/ask.toml": PRODUCT + USE,
    }
    return write(root, base | (files or {}))


def loaded(root: Path, files: dict[str, str] | None = None) -> Workspace:
    """Returns the same, loaded."""
    return load(house(root, files))
