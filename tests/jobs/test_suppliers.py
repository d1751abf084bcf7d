import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from licensing.bom.bills import bills, reply_bill
from roundtable.errors import InputError, UsageError
from roundtable.jobs.license import check_license, licenses_of
from roundtable.jobs.suppliers import import_bill
from roundtable.licensing.bom import Bill, assets_of, write_bill
from roundtable.workspace import load

EMPTY = '[workspace]\nname = "empty"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty workspace."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/roundtable.toml").write_text(EMPTY, encoding="utf-8")
    return tmp_path / "shop"


def _tree(root: Path) -> dict[str, bytes]:
    return {
        one.relative_to(root).as_posix(): one.read_bytes()
        for one in root.rglob("*")
        if one.is_file()
    }


def _document(folder: Path, document: Any) -> Path:
    file = folder / "acme.cdx.json"
    text = document if isinstance(document, str) else json.dumps(document)
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_imported_loads_and_says_what_the_document_says(root: Path, tmp_path: Path) -> None:
    file = _document(tmp_path, write_bill(reply_bill(), "cyclonedx"))
    done = import_bill(load(root), file)
    assert "ancestors/acme/models/reply.toml" in done.files
    workspace = load(root)
    reply = workspace.ancestors["acme/models/reply"]
    assert reply.kind == "adapter"
    assert reply.source == "acme.cdx.json"
    assert {(one.id, one.relation) for one in reply.parents} == {
        ("ancestors/acme/models/base", "adapter-of"),
        ("ancestors/acme/datasets/drafts", "trained-on"),
        ("ancestors/acme/datasets/rows", "evaluated-on"),
    }
    graph = licenses_of(workspace).graph
    assert set(done.assets) <= set(graph)


def test_a_suppliers_past_reaches_what_we_make_of_it(root: Path, tmp_path: Path) -> None:
    import_bill(load(root), _document(tmp_path, write_bill(reply_bill(), "spdx")), prefix="acme")
    (root / "models").mkdir()
    (root / "models/ours.toml").write_text(
        'provider = "openai"\nmodel = "m"\nlicense = "internal"\nlineage = "declared"\n'
        'parents = [{ id = "ancestors/acme/models/reply", relation = "includes" }]\n',
        encoding="utf-8",
    )
    (finding,) = check_license(load(root), "models/ours")
    assert finding.verdict == "prohibited"
    assert ("llama-2", "1(b)(v)") in {(one.license, one.clause) for one in finding.because}


@settings(max_examples=15, deadline=None)
@given(bill=bills())
def test_every_document_is_taken_in_with_all_its_edges(
    bill: Bill, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("supplier")
    (folder / "roundtable.toml").write_text(EMPTY, encoding="utf-8")
    file = _document(folder, write_bill(bill, "cyclonedx"))
    try:
        import_bill(load(folder), file, prefix="x")
        found = load(folder).ancestors
        assert {
            (f"ancestors/x/{one.id}", one.kind, one.lineage): {
                (f"ancestors/x/{parent.id}", parent.relation) for parent in one.parents
            }
            for one in assets_of(bill)
        } == {
            (f"ancestors/{id}", one.kind, one.lineage): {
                (parent.id, parent.relation) for parent in one.parents
            }
            for id, one in found.items()
        }
    finally:
        shutil.rmtree(folder)


def test_nothing_is_overwritten(root: Path, tmp_path: Path) -> None:
    file = _document(tmp_path, write_bill(reply_bill(), "cyclonedx"))
    import_bill(load(root), file)
    before = _tree(root)
    with pytest.raises(UsageError, match="is there already"):
        import_bill(load(root), file)
    assert _tree(root) == before


@pytest.mark.parametrize(
    "document",
    [
        "{",
        {"bomFormat": "CycloneDX", "specVersion": "1.6"},
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "components": [{"type": "data", "bom-ref": "a", "name": "a"}],
            "dependencies": [{"ref": "a", "dependsOn": ["b"]}],
        },
    ],
)
def test_a_bad_document_changes_nothing(root: Path, tmp_path: Path, document: Any) -> None:
    before = _tree(root)
    with pytest.raises(InputError):
        import_bill(load(root), _document(tmp_path, document))
    assert _tree(root) == before


@pytest.mark.parametrize("prefix", ["../x", "X", "a b", "/etc", ".hidden"])
def test_a_folder_that_could_lead_elsewhere_is_refused(
    root: Path, tmp_path: Path, prefix: str
) -> None:
    file = _document(tmp_path, write_bill(reply_bill(), "cyclonedx"))
    with pytest.raises(UsageError, match="cannot be an id"):
        import_bill(load(root), file, prefix=prefix)
    assert list(_tree(root)) == ["roundtable.toml"]


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    file = _document(tmp_path, write_bill(reply_bill(), "cyclonedx"))
    workspace = load(root)
    (root / "ancestors").write_text("a file, not a folder", encoding="utf-8")
    before = _tree(root)
    with pytest.raises(UsageError, match="cannot be written"):
        import_bill(workspace, file)
    assert _tree(root) == before


def test_ids_that_files_cannot_have_are_made_plain_and_stay_apart(
    root: Path, tmp_path: Path
) -> None:
    one = {"type": "library", "properties": [{"name": "roundtable:id", "value": "software/Py_Y"}]}
    two = {"type": "library", "properties": [{"name": "roundtable:id", "value": "software/py.y"}]}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{**one, "name": "a"}, {**two, "name": "b"}],
    }
    done = import_bill(load(root), _document(tmp_path, document))
    assert done.files == (
        "ancestors/acme/software/py-y.toml",
        "ancestors/acme/software/py-y-2.toml",
    )
    assert set(load(root).ancestors) == {"acme/software/py-y", "acme/software/py-y-2"}
