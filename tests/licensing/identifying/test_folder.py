"""A model's repository: texts and claims, and where they do not agree."""

import json
from pathlib import Path

import pytest

from licensing.license_texts import text_of
from roundtable.errors import InputError
from roundtable.licensing import identify


def repository(folder: Path, *, license: str, tag: str) -> Path:
    (folder / "LICENSE").write_text(text_of(license))
    (folder / "README.md").write_text(f"---\nlicense: {tag}\n---\n# A model\n\nIt writes.\n")
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    return folder


def test_a_tag_that_agrees_with_the_text_is_no_contradiction(tmp_path: Path) -> None:
    first, *rest = identify(repository(tmp_path, license="llama-3.1", tag="llama3.1"))
    assert (first.path, first.license, first.answer) == (str(tmp_path), "llama-3.1", "exact")
    assert first.contradictions == ()
    assert {Path(one.path).name for one in rest} >= {"LICENSE", "README.md"}


def test_a_tag_of_another_version_than_the_text_is_a_contradiction(tmp_path: Path) -> None:
    first, *_ = identify(repository(tmp_path, license="llama-3", tag="llama3.1"))
    assert first.license == "llama-3"
    assert len(first.contradictions) == 1
    assert "llama-3.1" in first.contradictions[0]
    assert "LICENSE is llama-3" in first.contradictions[0]


def test_a_changed_text_contradicts_the_tag_of_its_original(tmp_path: Path) -> None:
    repository(tmp_path, license="llama-3", tag="llama3")
    changed = text_of("llama-3").replace("You will not use", "You will use", 1)
    (tmp_path / "LICENSE").write_text(changed)
    first, *_ = identify(tmp_path)
    assert (first.answer, first.license) == ("modified", "llama-3")
    assert "no longer llama-3" in first.contradictions[0]


def test_a_use_policy_of_another_version_is_a_contradiction(tmp_path: Path) -> None:
    repository(tmp_path, license="llama-3.1", tag="llama3.1")
    (tmp_path / "USE_POLICY.md").write_text(text_of("llama-3.use-policy"))
    first, *_ = identify(tmp_path)
    assert any("use policy of llama-3" in one for one in first.contradictions)


def test_a_claim_without_a_text_is_declared_and_never_the_answer(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    first, *_ = identify(tmp_path)
    assert (first.answer, first.license, first.score) == ("unknown", None, 0.0)
    assert [one.license for one in first.declared] == ["Apache-2.0"]
    assert any("nothing was verified" in one for one in first.warnings)


def test_two_license_texts_leave_the_folder_open_and_both_are_named(tmp_path: Path) -> None:
    (tmp_path / "LICENSE-CODE").write_text(text_of("MIT"))
    (tmp_path / "LICENSE-MODEL").write_text(text_of("deepseek-model"))
    first, *rest = identify(tmp_path)
    assert first.license is None
    assert {one.license for one in first.resembles} == {"MIT", "deepseek-model"}
    assert {one.license for one in rest} == {"MIT", "deepseek-model"}


def test_a_multimodal_llama_3_2_is_under_the_terms_of_the_multimodal_models(tmp_path: Path) -> None:
    repository(tmp_path, license="llama-3.2", tag="llama3.2")
    assert identify(tmp_path)[0].license == "llama-3.2"
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mllama"}))
    first, *_ = identify(tmp_path)
    assert first.license == "llama-3.2-vision"
    assert first.contradictions == ()


def test_the_head_of_a_source_file_is_read_and_not_its_code(tmp_path: Path) -> None:
    head = "\n".join(f"# {line}" for line in text_of("BSD-3-Clause").splitlines())
    (tmp_path / "model.py").write_text(f"#!/usr/bin/env python3\n{head}\n\nimport os\n")
    (found,) = identify(tmp_path / "model.py")
    assert (found.answer, found.license) == ("exact", "BSD-3-Clause")
    assert "first comment" in found.how


def test_a_readme_that_only_names_a_license_is_none(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Tools\n\nLicensed under the MIT License.\n")
    (found,) = identify(tmp_path / "README.md")
    assert (found.answer, found.license) == ("unknown", None)
    assert [(one.license, one.by) for one in found.declared] == [("MIT", "notice")]


def test_a_readme_that_ends_with_a_license_holds_it_and_is_none(tmp_path: Path) -> None:
    prose = "This tool sorts requests by what they ask for, and tells how sure it is. " * 60
    (tmp_path / "README.md").write_text(f"# Tools\n\n{prose}\n\n{text_of('MIT')}")
    (found,) = identify(tmp_path / "README.md")
    assert found.license is None
    assert [one.license for one in found.contains] == ["MIT"]


def test_the_license_that_a_gated_model_shows_its_visitors_is_read(tmp_path: Path) -> None:
    gate = "\n".join(f"  {line}" for line in text_of("llama-3.3").splitlines())
    card = f"---\nlicense: llama3.3\nextra_gated_prompt: |-\n{gate}\n---\n# A model\n"
    (tmp_path / "README.md").write_text(card)
    (found,) = identify(tmp_path / "README.md")
    assert (found.answer, found.license) == ("exact", "llama-3.3")
    assert "front matter" in found.how
    assert found.contradictions == ()


def test_an_empty_folder_a_binary_file_and_nothing_at_all(tmp_path: Path) -> None:
    (empty,) = identify(tmp_path)
    assert (empty.answer, empty.license) == ("unknown", None)
    (tmp_path / "x.bin").write_bytes(bytes(range(256)) * 20)
    (binary,) = identify(tmp_path / "x.bin")
    assert "binary" in binary.how
    with pytest.raises(InputError, match="no such file"):
        identify(tmp_path / "missing")
