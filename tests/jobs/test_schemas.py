"""Every kind of file that people write has a schema, and an editor finds it."""

import json
from pathlib import Path

import pytest

from roundtable.errors import NotFoundError
from roundtable.jobs.schemas import schema, write_schemas
from roundtable.workspace.schemas import KINDS


def test_terms_have_a_schema_beside_the_workspace_s_own_kinds(tmp_path: Path) -> None:
    names = {path.name for path in write_schemas(tmp_path)}
    assert names == {f"{kind}.json" for kind in (*KINDS, "terms")}
    written = (tmp_path / ".roundtable/schema/terms.json").read_text(encoding="utf-8")
    assert written == schema("terms")
    assert json.loads(written)["required"] == ["name", "clauses"]


def test_a_schema_that_is_current_is_not_written_again(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    path = tmp_path / ".roundtable/schema/terms.json"
    before = path.stat().st_mtime_ns
    write_schemas(tmp_path)
    assert path.stat().st_mtime_ns == before


def test_an_unknown_kind_is_told_the_nearest_one() -> None:
    with pytest.raises(NotFoundError) as caught:
        schema("term")
    assert "terms" in str(caught.value)
