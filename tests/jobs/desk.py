"""A help desk whose model is a table: what it says to a question stands in the workspace."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from roundtable.generation.guard.fitting import Guard
from roundtable.jobs.guard import identity
from roundtable.workspace import Workspace, load

PAGES = {
    "pool.md": "# The pool\n\nThe pool opens at 9 in the morning. A towel costs 3 dollars.\n",
    "dogs.md": "# Dogs\n\nDogs must stay outside. Guide dogs are welcome at any time.\n",
}
TRUE, FALSE = (
    "The pool opens at 9 in the morning. [1]",
    "Wizards from Finland built it in 1820. [1]",
)
SAID = {
    "When does the pool open?": TRUE,
    "What does a towel cost?": "A towel costs 3 dollars. [1]",
    "Who built the pool?": FALSE,
    "Where do dogs stay?": f"Dogs must stay outside. [1] {FALSE}",
    "Is there a sauna?": "I don't know.",
}
GUARD = Guard(
    threshold=0.5,
    alpha=0.2,
    confidence=0.9,
    coverage=0.5,
    n=60,
    method="m",
    n_answered=30,
    n_unsupported=1,
)
_CONNECTOR = '''
import json
from dataclasses import dataclass
from pathlib import Path
from roundtable import Request, Response

SAID = json.loads(Path(__file__).with_name("said.json").read_text())

@dataclass(frozen=True)
class Table:
    """Says what the table has for the question that stands last in the prompt."""
    model: str
    endpoint = "here"
    enforces = frozenset()

    async def complete(self, request: Request) -> Response:
        question = request.messages[-1].content.rsplit("Question: ", 1)[-1].strip()
        return Response(text=SAID.get(question, "no idea"), model="table", latency_ms=1.0)
'''


def desk(
    root: Path,
    *,
    candidates: str,
    metrics: str = '["coverage"]',
    gate: str = "",
    guard: Guard = GUARD,
    declared: str = "alpha = 0.2\nconfidence = 0.9\n",
    pages: dict[str, str] | None = None,
    said: dict[str, str] | None = None,
) -> Workspace:
    """Writes and loads a workspace with one use case, `help`.

    Args:
        root: Where it is written.
        candidates: Further keys of each candidate, by a line such as `g: guard = "g"`.
        metrics: As the use case names them.
        gate: The gate's lines.
        guard: The fitted guard.
        declared: What the guard's file says beside its file and its word.
        pages: The corpus, if another.
        said: The model's answers, if others.
    """
    for kind in ("models", "datasets", "prompts", "usecases", "guards", "corpora/pages"):
        (root / kind).mkdir(parents=True, exist_ok=True)
    said = said or SAID
    (root / "table.py").write_text(_CONNECTOR)
    (root / "said.json").write_text(json.dumps(said))
    (root / "roundtable.toml").write_text(
        '[workspace]\nname = "desk"\n[plugins.connectors]\ntable = "table.py:Table"\n'
    )
    (root / "models/table.toml").write_text(
        'title = "t"\nprovider = "table"\nmodel = "table"\nlicense = "MIT"\n'
    )
    (root / "datasets/rows.toml").write_text(
        'path = "rows.jsonl"\nlicense = "internal"\ninput = ["question"]\ntarget = "answers"\n'
    )
    rows = [{"id": f"r{i}", "question": q, "answers": ["x"]} for i, q in enumerate(said)]
    (root / "datasets/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, text in (PAGES if pages is None else pages).items():
        (root / "corpora/pages" / name).write_text(text)
    (root / "corpora/pages.toml").write_text(
        'path = "pages/"\nlicense = "CC-BY-4.0"\nretriever = { name = "lexical", k = 1 }\n'
    )
    if not guard.checker:
        guard = msgspec.structs.replace(guard, checker=identity(""))
    (root / "guards/g.json").write_bytes(msgspec.json.encode(guard))
    (root / "guards/g.toml").write_text(
        f'fitted = "g.json"\n{declared}on_abstain = "A person will answer you."\n'
    )
    for name, inputs in (("grounded", "[question, passages]"), ("closed", "[question]")):
        shown = "{% for p in passages %}[{{ loop.index }}] {{ p.text }}\n{% endfor %}"
        (root / f"prompts/{name}.prompt.md").write_text(
            f"---\ntitle: t\nowner: a@example.com\ninputs: {inputs}\n---\n# system\nAnswer.\n"
            f"# user\n{shown if name == 'grounded' else ''}Question: {{{{ question }}}}\n"
        )
    listed = ""
    for line in candidates.strip().splitlines():
        id, _, keys = line.partition(":")
        prompt = "grounded" if "grounding" in keys else "closed"
        listed += f'[[candidates]]\nid = "{id.strip()}"\nmodel = "table"\nprompt = "{prompt}"\n'
        listed += "".join(f"{key.strip()}\n" for key in keys.split(";") if key.strip())
    (root / "usecases/help.toml").write_text(
        'title = "help"\nowner = "a@example.com"\ndataset = "rows"\n'
        f'metrics = {metrics}\n[task]\nkind = "answer"\n{listed}'
        + (f"[gate]\n{gate}\n" if gate else "")
    )
    return load(root)
