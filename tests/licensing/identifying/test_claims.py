"""What files claim: front matter, manifests, weights, SPDX tags; malformed ones give a reason."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roundtable.licensing.identifying.claims import claims_of
from roundtable.licensing.identifying.documents import decoded
from roundtable.licensing.identifying.gguf import read_gguf
from roundtable.licensing.identifying.notices import notices_in
from roundtable.licensing.identifying.tags import agrees, license_of, meaning_of
from roundtable.licensing.identifying.words import words_of


def gguf(pairs: list[tuple[str, int, object]], *, version: int = 3, order: str = "<") -> bytes:
    """A header with these entries: kind 8 is a text, 4 a number, 9 a list of texts."""

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack(f"{order}Q", len(data)) + data

    parts = [b"GGUF", struct.pack(f"{order}IQQ", version, 0, len(pairs))]
    for key, kind, value in pairs:
        parts += [text(key), struct.pack(f"{order}I", kind)]
        if kind == 8:
            parts.append(text(str(value)))
        elif kind == 9:
            assert isinstance(value, list)
            parts.append(struct.pack(f"{order}IQ", 8, len(value)))
            parts += [text(one) for one in value]
        else:
            parts.append(struct.pack(f"{order}I", value))
    return b"".join(parts)


PAIRS: list[tuple[str, int, object]] = [
    ("general.architecture", 8, "llama"),
    ("llama.context_length", 4, 8192),
    ("tokenizer.ggml.tokens", 9, ["a", "b", "c"]),
    ("general.license", 8, "llama3.1"),
    ("general.license.name", 8, "Llama 3.1 Community License"),
]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_gguf_header_tells_its_license_wherever_it_stands(tmp_path: Path, order: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(PAIRS, order=order) + b"\0" * 64)
    claims = claims_of(path, "")
    assert [(one.value, one.license) for one in claims.declared] == [
        ("llama3.1", "llama-3.1"),
        ("Llama 3.1 Community License", None),
    ]
    assert claims.problem == ""


def test_a_gguf_header_that_lies_about_a_length_gives_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    data = bytearray(gguf(PAIRS))
    data[24:32] = struct.pack("<Q", 2**60)  # the first key's length
    path.write_bytes(bytes(data))
    assert "too long" in read_gguf(path).problem


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_gguf_header_breaks_the_reader(
    data: st.DataObject, tmp_path_factory
) -> None:  # type: ignore[no-untyped-def]
    whole = bytearray(gguf(PAIRS))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    path.write_bytes(bytes(whole[:cut]))
    header = read_gguf(path)
    assert isinstance(header.texts, dict)


def test_front_matter_names_the_license_its_name_and_its_link() -> None:
    text = "---\nlicense: other\nlicense_name: llama3\nlicense_link: LICENSE\n---\n# Card\n"
    claims = claims_of(Path("README.md"), text)
    assert [(one.value, one.license, one.by) for one in claims.declared] == [
        ("llama3", "llama-3", "tag")
    ]
    assert claims.links == ("LICENSE",)


def test_broken_front_matter_is_told_with_its_line() -> None:
    claims = claims_of(Path("README.md"), "---\nlicense: [mit\nx: }\n---\n")
    assert "no YAML, line" in claims.problem
    assert claims.declared == ()


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("pyproject.toml", '[project]\nlicense = "Apache-2.0"\n', ["Apache-2.0"]),
        ("pyproject.toml", '[project]\nlicense = {text = "MIT"}\n', ["MIT"]),
        ("pyproject.toml", '[tool.poetry]\nlicense = "BSD-3-Clause"\n', ["BSD-3-Clause"]),
        (
            "pyproject.toml",
            '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n',
            ["MIT"],
        ),
        ("Cargo.toml", '[package]\nlicense = "MIT OR Apache-2.0"\n', ["MIT OR Apache-2.0"]),
        ("package.json", json.dumps({"license": "ISC"}), ["ISC"]),
        ("package.json", json.dumps({"licenses": [{"type": "MIT"}, {"type": "X"}]}), ["MIT", None]),
        ("config.json", json.dumps({"license": "gemma"}), ["gemma"]),
        ("setup.cfg", "[metadata]\nlicense = MIT\n", ["MIT"]),
        ("CITATION.cff", "cff-version: 1.2.0\nlicense: CC-BY-4.0\n", ["CC-BY-4.0"]),
        ("model.py", "# SPDX-License-Identifier: Apache-2.0\n", ["Apache-2.0"]),
        ("model.c", "/* SPDX-License-Identifier: GPL-2.0+ OR MIT */\n", ["GPL-2.0+ OR MIT"]),
    ],
)
def test_manifests_and_tags_are_read(name: str, text: str, wanted: list[str | None]) -> None:
    assert [one.license for one in claims_of(Path(name), text).declared] == wanted


@pytest.mark.parametrize(
    ("name", "text"),
    [("package.json", "{"), ("pyproject.toml", "["), ("setup.cfg", "x"), ("config.json", "[" * 9)],
)  # fmt: skip
def test_a_broken_manifest_is_a_problem_and_no_claim(name: str, text: str) -> None:
    claims = claims_of(Path(name), text)
    assert claims.declared == ()
    assert name in claims.problem


@pytest.mark.parametrize(
    ("tag", "id"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("mit", "MIT"),
        ("llama3", "llama-3"),
        ("llama3.2", "llama-3.2"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ("gpl-3.0", "GPL-3.0-only"),
        ("GPL-3.0-or-later", "GPL-3.0-or-later"),
        ("openrail", None),
        ("cc", None),
        ("gpl", None),
        ("other", None),
        ("unknown", None),
    ],
)
def test_a_tag_means_one_license_or_none(tag: str, id: str | None) -> None:
    assert license_of(tag) == id


def test_an_expression_agrees_with_each_of_its_licenses() -> None:
    assert meaning_of("MIT or nobody-knows") is None
    assert agrees("MIT OR Apache-2.0", ["Apache-2.0"])
    assert agrees("GPL-3.0-or-later", ["GPL-3.0-only"])
    assert not agrees("llama-3.1", ["llama-3"])


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("Licensed under the Apache License, Version 2.0 (the License)", ["Apache-2.0"]),
        ("This project is licensed under the MIT License.", ["MIT"]),
        (
            "under the terms of the GNU General Public License as published by the Free Software"
            " Foundation, either version 2 of the License, or (at your option) any later version.",
            ["GPL-2.0-or-later"],
        ),
        ("under the GNU Lesser General Public License version 3", ["LGPL-3.0-only"]),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0", ["CC-BY-NC-SA-4.0"]),
        ("Llama 3.1 is licensed under the Llama 3.1 Community License", ["llama-3.1"]),
        ("We like licenses.", []),
    ],
)
def test_a_sentence_that_applies_a_license_is_a_claim(said: str, ids: list[str]) -> None:
    assert [one.license for one in notices_in(words_of(said).words, "x")] == ids


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_any_encoding_is_read(encoding: str) -> None:
    text = "Permission is hereby granted, free of charge, to any person — naïve"
    assert decoded(text.encode(encoding)).text == text


def test_windows_text_is_read_and_binary_files_are_none() -> None:
    assert decoded("“naïve”".encode("cp1252")).text == "“naïve”"
    assert "binary" in decoded(bytes(range(256)) * 4).why_not
    assert decoded(b"").text == ""
