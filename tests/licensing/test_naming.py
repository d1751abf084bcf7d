"""What a workspace names must be in the terms; its own terms count."""

from pathlib import Path

import pytest

from licensing.places import loaded, model, rows
from roundtable.errors import InputError, WorkspaceError
from roundtable.licensing.naming import check_names, knowledge_of

CONTRACT = """\
name = "Contract with Acme"
verified = "text"
source = "signed 2026-05-02"
[[clauses]]
id = "7.2"
gist = "no use for credit decisions"
in = ["work", "modified"]
when = { domains = ["credit"] }
verdict = "prohibited"
"""
OVERRIDE = """\
license = "{license}"
clause = "{clause}"
effect = "waived"
by = "ada@example.com"
why = "asked"
expires = 2099-01-01
"""


def test_the_workspaces_own_terms_count(tmp_path: Path) -> None:
    workspace = loaded(tmp_path, {"terms/acme.toml": CONTRACT, "models/base.toml": model("ACME")})
    knowledge = knowledge_of(workspace)
    check_names(workspace, knowledge)
    assert knowledge.get("acme").name == "Contract with Acme"
    assert knowledge.get("apache-2.0").id == "Apache-2.0"


def test_every_unknown_license_is_told_with_its_line_and_those_like_it(tmp_path: Path) -> None:
    prompt = "---\ntitle: Ask\ninputs: [text]\nlicense: MITT\n---\n# user\n{{ text }}\n"
    policy = 'applies_to = { audience = ["product"] }\n[licenses]\ndeny = ["MIT", "CC-BY-NC-4"]\n'
    workspace = loaded(
        tmp_path,
        {
            "models/base.toml": model("Apache-2"),
            "datasets/rows.toml": rows("CC-BY-4"),
            "prompts/ask.prompt.md": prompt,
            "policies/product.toml": policy,
        },
    )
    with pytest.raises(WorkspaceError) as caught:
        check_names(workspace, knowledge_of(workspace))
    told = {
        (one.place.file, one.place.line, one.place.field): one.fix for one in caught.value.problems
    }
    assert set(told) == {
        ("models/base.toml", 4, "license"),
        ("datasets/rows.toml", 2, "license"),
        ("prompts/ask.prompt.md", 4, "license"),
        ("policies/product.toml", 3, "licenses.deny.1"),
    }
    assert "'Apache-2.0'" in told["models/base.toml", 4, "license"]
    assert "terms/" in told["models/base.toml", 4, "license"]
    assert "'CC-BY-NC-4.0'" in told["policies/product.toml", 3, "licenses.deny.1"]


@pytest.mark.parametrize(
    ("license", "clause", "field", "nearest"),
    [
        ("Apache-2.0", "4(x)", "clause", "'4(b)'"),
        ("Apache", "4(a)", "license", "'Apache-2.0'"),
        ("lineage", "undisclose", "clause", "'undisclosed'"),
    ],
)
def test_an_override_of_what_no_terms_have_is_an_input_error(
    tmp_path: Path, license: str, clause: str, field: str, nearest: str
) -> None:
    text = OVERRIDE.format(license=license, clause=clause)
    workspace = loaded(tmp_path, {"overrides/letter.toml": text})
    with pytest.raises(WorkspaceError) as caught:
        check_names(workspace, knowledge_of(workspace))
    (told,) = caught.value.problems
    line = {"license": 1, "clause": 2}[field]
    assert (told.place.file, told.place.line) == ("overrides/letter.toml", line)
    assert told.place.field == field
    assert nearest in told.fix


def test_terms_that_contradict_themselves_are_told_below_the_workspace(tmp_path: Path) -> None:
    broken = CONTRACT.replace('"work"', '"werk"')
    workspace = loaded(tmp_path, {"terms/acme.toml": broken})
    with pytest.raises(InputError) as caught:
        knowledge_of(workspace)
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("terms/acme.toml", 7)
    assert caught.value.exit_code == 2
