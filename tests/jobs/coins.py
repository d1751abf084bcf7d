"""A workspace whose model is a function: right with a known chance, by a hash of the request.

The connector is a plug-in of the workspace's own: a run goes the whole way without a server.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from roundtable.workspace import Workspace, load

OPTIONS = ("no", "yes", "maybe")
_CONNECTOR = '''
import hashlib
from dataclasses import dataclass
from roundtable import Request, Response

@dataclass(frozen=True)
class Coin:
    """Right, as the row's text says, where a hash of seed and row lies below the text's chance."""
    model: str
    endpoint = "here"

    @property
    def enforces(self):
        return frozenset({"choice"})

    async def complete(self, request: Request) -> Response:
        text = request.messages[-1].content
        chance, label, wrong = text.split("|")[1:4]
        hashed = hashlib.blake2b(f"{request.seed}:{text}".encode(), digest_size=8).digest()
        right = int.from_bytes(hashed) / 2**64 < float(chance)
        return Response(text=label if right else wrong, model="coin", latency_ms=float(hashed[0]))
'''


def coin_shop(
    root: Path,
    chances: Sequence[float],
    *,
    gate: str,
    seeds: Sequence[int] = (0,),
    stop: bool = True,
    metrics: Sequence[str] = ("accuracy",),
    clusters: Sequence[str] | None = None,
    dataset_seed: int = 0,
) -> Workspace:
    """Writes and loads a workspace with one choice use case, `coins`.

    Args:
        root: Where it is written.
        chances: Of a right answer, row by row.
        gate: The gate's lines.
        seeds: One candidate each, `c0`, `c1`, and so on.
        stop: Whether a run ends once decided.
        metrics: What is measured.
        clusters: Of each row; None without.
        dataset_seed: Of the order in which rows are asked.
    """
    for kind in ("models", "datasets", "prompts", "usecases"):
        (root / kind).mkdir(parents=True, exist_ok=True)
    (root / "coin.py").write_text(_CONNECTOR)
    (root / "roundtable.toml").write_text(
        '[workspace]\nname = "coins"\n[plugins.connectors]\ncoin = "coin.py:Coin"\n'
    )
    (root / "models/coin.toml").write_text(
        'title = "coin"\nprovider = "coin"\nmodel = "coin"\nlicense = "MIT"\nmax_in_flight = 8\n'
    )
    (root / "datasets/rows.toml").write_text(
        'title = "rows"\npath = "rows.jsonl"\nlicense = "internal"\ninput = ["text"]\n'
        f'target = "label"\nseed = {dataset_seed}\n' + ('cluster = "group"\n' if clusters else "")
    )
    with (root / "datasets/rows.jsonl").open("w") as out:
        for i, chance in enumerate(chances):
            label, wrong = OPTIONS[i % 3], OPTIONS[(i + 1) % 3]
            row = {"id": f"r{i}", "text": f"{i}|{chance}|{label}|{wrong}", "label": label}
            out.write(json.dumps(row | ({"group": clusters[i]} if clusters else {})) + "\n")
    (root / "prompts/ask.prompt.md").write_text(
        "---\ntitle: ask\nowner: a@example.com\ninputs: [text]\n---\n# user\n{{ text }}\n"
    )
    candidates = "".join(
        f'[[candidates]]\nid = "c{i}"\nmodel = "coin"\nprompt = "ask"\nconstrain = "choice"\n'
        f"parameters = {{ seed = {seed} }}\n"
        for i, seed in enumerate(seeds)
    )
    (root / "usecases/coins.toml").write_text(
        'title = "coins"\nowner = "a@example.com"\ndataset = "rows"\n'
        f"metrics = {json.dumps(list(metrics))}\n"
        + ('stop = "when-decided"\n' if stop else "")
        + f'[task]\nkind = "choice"\noptions = {json.dumps(OPTIONS)}\n{candidates}[gate]\n{gate}\n'
    )
    return load(root)
