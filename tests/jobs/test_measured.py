"""A remedy says how good the model it names was found to be."""

from pathlib import Path

from journeys.command import roundtable
from journeys.shop import write_shop
from servers.provider import Behavior, Provider


def test_a_remedy_names_what_was_measured_with_the_other_model(tmp_path: Path) -> None:
    with Provider(Behavior()) as provider:
        root = write_shop(tmp_path, provider.openai_url, n=12)
        assert roundtable("license", "check", "triage", "--json", cwd=root).code in (0, 1)
        assert roundtable("run", "triage", cwd=root).code == 0
    mock = (root / "models/mock.toml").read_text()
    (root / "models/mock.toml").write_text(mock + 'lineage = "declared"\n')
    (root / "models/llama.toml").write_text(mock.replace("Apache-2.0", "llama-1"))
    usecase = (root / "usecases/triage.toml").read_text()
    (root / "usecases/triage.toml").write_text(
        usecase + '[[candidates]]\nid = "other"\nmodel = "llama"\nprompt = "triage"\n'
    )
    done = roundtable("license", "check", "usecases/triage#other", "--json", cwd=root)
    assert done.code == 1, done.err
    texts = [one["text"] for one in done.document[0]["remedies"]]
    assert any("models/mock (measured " in text for text in texts), texts
