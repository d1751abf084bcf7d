"""A small workspace that asks the loopback provider."""

from __future__ import annotations

import json
from pathlib import Path

OPTIONS = ("plumbing", "electrical", "cleaning")


def write_shop(
    root: Path,
    url: str,
    *,
    n: int,
    price: bool = False,
    usd_per_run: float = 5.0,
    in_flight: int = 16,
    key_env: str = "",
    gate: str = "",
) -> Path:
    """Writes a workspace with one choice use case, `triage`, and returns its root."""
    for kind in ("models", "datasets", "prompts", "usecases"):
        (root / kind).mkdir(parents=True, exist_ok=True)
    budget(root, usd_per_run)
    prices = "[price]\ninput_usd_per_mtok = 100.0\noutput_usd_per_mtok = 100.0\n" if price else ""
    key = f'api_key_env = "{key_env}"\n' if key_env else ""
    (root / "models/mock.toml").write_text(
        f'title = "mock"\nprovider = "openai"\nmodel = "mock"\nbase_url = "{url}"\n{key}'
        f'license = "Apache-2.0"\nmax_in_flight = {in_flight}\n{prices}'
    )
    (root / "datasets/rows.toml").write_text(
        'title = "rows"\npath = "rows.jsonl"\nlicense = "internal"\ninput = ["text"]\n'
        'target = "label"\n'
    )
    with (root / "datasets/rows.jsonl").open("w") as out:
        for i in range(n):
            row = {"id": f"r{i}", "text": f"request {i}", "label": OPTIONS[i % 3]}
            out.write(json.dumps(row) + "\n")
    (root / "prompts/triage.prompt.md").write_text(
        "---\ntitle: triage\nowner: a@example.com\ninputs: [text, options]\n"
        "parameters: {max_tokens: 20}\n---\n"
        "# system\nOne of {{ options | join(', ') }}.\n# user\n{{ text }}\n"
    )
    (root / "usecases/triage.toml").write_text(
        'title = "triage"\nowner = "a@example.com"\nstage = "poc"\naudience = "internal"\n'
        'tolerance = "strict"\ndataset = "rows"\n[task]\nkind = "choice"\n'
        f'options = {json.dumps(OPTIONS)}\n[[candidates]]\nid = "only"\nmodel = "mock"\n'
        f'prompt = "triage"\nconstrain = "choice"\n{gate}'
    )
    return root


def budget(root: Path, usd_per_run: float) -> None:
    """Writes roundtable.toml with this budget."""
    (root / "roundtable.toml").write_text(
        f'[workspace]\nname = "shop"\n[budget]\nusd_per_run = {usd_per_run}\n'
    )
