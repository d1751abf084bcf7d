"""A use case's bill of materials goes out, a supplier's comes in."""

import json
from pathlib import Path

import pytest

from journeys.command import files_in, roundtable

EPOCH = {"SOURCE_DATE_EPOCH": "1750000000"}
READER = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [
        {
            "type": "machine-learning-model",
            "bom-ref": "reader",
            "name": "Reader",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        }
    ],
}


def test_stdout_is_the_document_and_the_file_is_the_same_bytes(marketplace: Path) -> None:
    shown = roundtable("license", "bom", "triage", cwd=marketplace, env=EPOCH)
    assert shown.code == 0, shown.err
    assert shown.document["bomFormat"] == "CycloneDX"
    assert shown.document["metadata"]["component"]["name"] == "triage"
    arguments = ("license", "bom", "usecases/triage", "--json", "--output", "bill.json")
    written = roundtable(*arguments, cwd=marketplace, env=EPOCH)
    assert (written.code, written.out) == (0, "")
    assert (marketplace / "bill.json").read_text(encoding="utf-8") == shown.out


def test_spdx_of_one_candidate(marketplace: Path) -> None:
    done = roundtable(
        "license", "bom", "triage", "--format", "spdx", "--candidate", "no-model", cwd=marketplace
    )
    assert done.code == 0, done.err
    packages = {one.get("name") for one in done.document["@graph"]}
    assert "usecases/triage#no-model" in packages
    assert "models/smollm2" not in packages


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (("triage", "--candidate", "no-modle"), "no-model"),
        (("triage", "--output", "gone/bill.json"), "folder"),
    ],
)
def test_what_cannot_be_written_exits_2_with_a_remedy(
    marketplace: Path, arguments: tuple[str, ...], fix: str
) -> None:
    before = files_in(marketplace)
    done = roundtable("license", "bom", *arguments, cwd=marketplace)
    assert (done.code, done.out) == (2, "")
    assert fix in done.err
    assert files_in(marketplace) == before


def test_a_suppliers_document_comes_in_once_and_feeds_the_answer(marketplace: Path) -> None:
    (marketplace / "reader.json").write_text(json.dumps(READER), encoding="utf-8")
    done = roundtable("license", "import", "reader.json", "--json", cwd=marketplace)
    assert done.code == 0, done.err
    assert done.document["files"] == ["ancestors/reader/models/reader.toml"]
    before = files_in(marketplace)
    again = roundtable("license", "import", "reader.json", cwd=marketplace)
    assert again.code == 2
    assert "--id" in again.err
    assert files_in(marketplace) == before
    asked = roundtable(
        "license", "check", "ancestors/reader/models/reader", "--json", cwd=marketplace
    )
    assert asked.document[0]["obligations"] == ["record-lineage-gap"]


def test_a_malformed_document_exits_2_with_its_place_and_writes_nothing(marketplace: Path) -> None:
    bad = {**READER, "dependencies": [{"ref": "reader", "dependsOn": ["gone"]}]}
    (marketplace / "reader.json").write_text(json.dumps(bad), encoding="utf-8")
    before = files_in(marketplace)
    done = roundtable("license", "import", "reader.json", cwd=marketplace)
    assert (done.code, done.out) == (2, "")
    assert "reader.json: dependencies.0.dependsOn" in done.err
    assert "fix:" in done.err
    assert files_in(marketplace) == before
