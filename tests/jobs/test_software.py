from importlib import metadata

import pytest

from roundtable.jobs import software
from roundtable.jobs.software import distributions


def test_roundtable_comes_first_with_all_it_needs_at_run_time_and_nothing_else() -> None:
    found = [one.name for one in distributions("roundtable-llm")]
    assert found[0] == "roundtable-llm"
    assert {"click", "msgspec", "pydantic-core", "numpy"} <= set(found)
    assert not {"pytest", "ruff", "xllamacpp", "hypothesis"} & set(found)
    assert found[1:] == sorted(found[1:])


def test_an_extra_that_is_used_brings_what_it_needs() -> None:
    found = {one.name: one for one in distributions("roundtable-llm", {"embedded"})}
    assert found["xllamacpp"].version == metadata.version("xllamacpp")


def test_licenses_are_what_packages_state_as_expressions_where_they_can() -> None:
    found = {one.name: one.license for one in distributions("roundtable-llm")}
    assert found["roundtable-llm"] == "Apache-2.0"
    assert found["click"] == "BSD-3-Clause"
    assert all("\n" not in text for text in found.values())


@pytest.mark.parametrize(
    ("fields", "license"),
    [
        ("License-Expression: MIT OR Zlib\nLicense: old", "MIT OR Zlib"),
        ("Classifier: License :: OSI Approved :: MIT License\nLicense: see file", "MIT"),
        ("License: Acme EULA", "Acme EULA"),
        ("Classifier: License :: OSI Approved :: BSD License", "BSD License"),
        (
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: Apache Software License",
            "",
        ),
        ("License: UNKNOWN", ""),
        ("License: " + "a whole text " * 20, ""),
        ("Summary: nothing", ""),
    ],
)
def test_the_exact_field_goes_first_and_a_whole_text_is_no_name(
    fields: str, license: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("x") / "x-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: x\nVersion: 1\n{fields}\n", encoding="utf-8"
    )
    one = metadata.Distribution.at(folder)
    assert software._license(one) == license
