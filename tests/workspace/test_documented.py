"""The files that the contract shows load as they are written there, all kinds together."""

from datetime import date
from pathlib import Path

import pytest

from roundtable.workspace import Workspace, load

FILES = {
    "roundtable.toml": """[workspace]
name = "marketplace"
store = "sqlite:///.roundtable/store.db"   # or postgresql://user@host/db
blobs = ".roundtable/blobs"                # any fsspec URL
[budget]
usd_per_run = 5.0                          # hard stop: reserved before each call
[people]                                   # who may sign for which role
science = ["mei@example.com"]
engineering = ["jonas@example.com"]
legal = ["ada@example.com"]
security = ["sol@example.com"]
leadership = ["ines@example.com"]
[capacity]
quarter = "2026Q4"
person_weeks = 60.0
experiment_share = 0.2
imperatives = ["faster-matching", "support-cost"]
""",
    "models/mock.toml": """title = "Any OpenAI-compatible server"
provider = "openai"
model = "mock"
base_url = "http://127.0.0.1:8911/v1"
api_key_env = "MOCK_KEY"
license = "Apache-2.0"
lineage = "declared"
parents = [{ id = "models/smollm2", relation = "fine-tuned-from" }]
max_in_flight = 64
[price]
input_usd_per_mtok = 0.25
output_usd_per_mtok = 2.0
""",
    "models/smollm2.toml": 'provider = "embedded"\nmodel = "smollm2"\n',
    "datasets/triage.toml": """path = "triage.jsonl"
license = "CC-BY-4.0"
lineage = "declared"
input = ["text"]
target = "label"
cluster = "customer"
""",
    "datasets/triage.jsonl": '{"text": "a tap drips", "label": "plumbing", "customer": "c1"}\n',
    "prompts/triage.prompt.md": """---
title: Route a request
owner: search@example.com
inputs: [text, options]
works_around: "small models answer in sentences"
---
# system
You route requests to a service category.
# user
{{ text }}
""",
    "prompts/help-answer.prompt.md": """---
title: Answer from the help center
owner: support@example.com
inputs: [question, passages]
works_around: "small models forget to cite"
parameters: {temperature: 0.0, max_tokens: 200}
---
# system
Answer only from the numbered passages and cite them like [1].
# user
{% for p in passages %}[{{ loop.index }}] {{ p.text }}
{% endfor %}Question: {{ question }}
""",
    "usecases/triage.toml": """title = "Route a customer's request to a service category"
owner = "search@example.com"
imperative = "faster-matching"
stage = "poc"
audience = "product"
tolerance = "strict"
dataset = "triage"
monthly_requests = 300000
metrics = ["accuracy", "macro_f1"]
[task]
kind = "choice"
options = ["plumbing", "electrical", "cleaning"]
[[candidates]]
id = "base"
model = "smollm2"
prompt = "triage"
constrain = "choice"
grounding = "help-center"
reasoning = "chain-of-thought"
guard = "help-guard"
examples = { dataset = "triage", split = "train", k = 8, select = "similar" }
[use]
distribution = "hosted-service"
commercial = true
monthly_active_users = 4000000
regions = ["US"]
company_region = "US"
domains = []
[gate]
accuracy = { at_least = 0.6, confidence = 0.95 }
unsupported = { at_most = 0.05, confidence = 0.9 }
latency_p95_ms = { at_most = 2000 }
usd_per_1k = { at_most = 1.0 }
signoffs = ["science", "engineering", "legal", "security", "leadership"]
[effort]
timebox_ends = 2026-12-15
planned = { science = 3.0, engineering = 4.0 }
[promise]
accuracy = 0.8
by = 2026-12-31
""",
    "corpora/help-center.toml": """path = "help-center/"
license = "CC-BY-4.0"
lineage = "declared"
passages = { max_tokens = 200, overlap_tokens = 40 }
retriever = { name = "lexical", k = 4 }
""",
    "corpora/help-center/a.md": "How to reset a password.\n",
    "guards/help-guard.toml": """fitted = "help-guard.json"
alpha = 0.1
confidence = 0.95
on_abstain = "I don't know. A person will answer you."
""",
    "guards/help-guard.json": '{"threshold": 0.5}\n',
    "recipes/triage-lora.toml": """method = "lora"
base = "smollm2"
dataset = "triage"
prompt = "triage"
usecase = "triage"
seed = 7
split = { train = 0.8, validation = 0.1, test = 0.1 }
training = { rank = 16, alpha = 32, learning_rate = 2e-4, epochs = 3, batch_size = 8 }
""",
    "policies/product.toml": """applies_to = { audience = ["product"], stage = ["poc", "product"] }
licenses = { deny = ["CC-BY-NC-4.0"], unknown = "blocked", undisclosed_lineage = "needs-signoff" }
gate = { unsupported = { at_most = 0.1, confidence = 0.95 }, signoffs = ["legal", "security"] }
""",
}


@pytest.fixture
def documented(tmp_path: Path) -> Workspace:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load(tmp_path)


def test_every_kind_loads(documented: Workspace) -> None:
    assert documented.models["mock"].parents[0].id == "models/smollm2"
    assert documented.corpora["help-center"].retriever == {"name": "lexical", "k": 4}
    assert documented.guards["help-guard"].alpha == 0.1
    assert documented.recipes["triage-lora"].training["rank"] == 16
    assert set(documented.prompts) == {"triage", "help-answer"}
    assert documented.settings.capacity.imperatives == ("faster-matching", "support-cost")


def test_the_use_case_holds_what_its_file_says(documented: Workspace) -> None:
    usecase = documented.usecase("triage")
    assert (usecase.id, usecase.file) == ("triage", "usecases/triage.toml")
    assert usecase.effort is not None
    assert usecase.effort.timebox_ends == date(2026, 12, 15)
    assert usecase.promise is not None
    assert (usecase.promise.limits, usecase.promise.by) == ({"accuracy": 0.8}, date(2026, 12, 31))
    assert usecase.candidates[0].reasoning == "chain-of-thought"


def test_its_policy_makes_it_stricter(documented: Workspace) -> None:
    usecase = documented.usecase("triage")
    assert usecase.gate is not None
    unsupported = usecase.gate.limits["unsupported"]
    assert (unsupported.at_most, unsupported.confidence) == (0.05, 0.95)
    assert usecase.licenses.deny == ("CC-BY-NC-4.0",)
    assert usecase.licenses.undisclosed_lineage == "needs-signoff"
