import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.bom.bills import TERMS
from roundtable.licensing import packaged
from roundtable.licensing.bom.license_names import Names, is_expression, spdx_id
from roundtable.licensing.types import Terms

NAMES = Names(TERMS)


def test_every_packaged_license_is_found_by_its_own_id_in_any_case() -> None:
    licenses = packaged().licenses
    names = Names(licenses.values(), own=True)
    for id in licenses:
        assert names.read(id.upper()) == id


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("mit", "MIT"),
        (" Apache  license 2.0 ", "Apache-2.0"),
        ("https://www.apache.org/licenses/", "Apache-2.0"),
        ("llama2", "llama-2"),
        ("MIT OR Apache-2.0", "MIT"),
        ("Zlib OR (Apache-2.0 AND Zlib) OR MIT", "MIT"),
        ("MIT AND MIT", "MIT"),
        ("MIT AND Zlib", "unknown"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0"),
        ("Zlib WITH LLVM-exception", "unknown"),
        ("NOASSERTION", "unknown"),
        ("NONE", "unknown"),
        ("internal", "unknown"),
        ("unknown", "unknown"),
        ("", "unknown"),
        ("((", "unknown"),
        ("Copyright somebody, all rights reserved", "unknown"),
    ],
)
def test_a_statement_means_one_known_license_or_nothing(stated: str, meant: str) -> None:
    assert NAMES.read(stated) == meant


def test_later_versions_allow_the_one_that_is_named() -> None:
    names = Names([Terms(id="AGPL-3.0-only", name="GNU AGPL 3.0")])
    assert names.read("AGPL-3.0-or-later") == "AGPL-3.0-only"


def test_a_name_that_two_licenses_share_is_told_apart_only_by_an_id() -> None:
    names = Names([Terms(id="a-1", name="Acme License"), Terms(id="a-2", name="Acme License")])
    assert names.read("Acme License") == "unknown"
    assert names.agreed("a-2", ["Acme License"]) == "a-2"


def test_internal_means_us_only_in_our_own_documents() -> None:
    assert Names(TERMS, own=True).read("internal") == "internal"


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_of_licenses_fail(text: str) -> None:
    assert NAMES.read(text) in {"unknown", *(one.id for one in TERMS)}
    is_expression(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("MIT", True),
        ("MIT OR Zlib", True),
        ("LicenseRef-x", False),
        ("Nonsense-9", False),
        ("3-Clause BSD License", False),
        ("", False),
        ("NONE", False),
    ],
)
def test_only_listed_identifiers_make_an_expression(text: str, answer: bool) -> None:
    assert is_expression(text) is answer


def test_an_identifier_is_given_in_the_lists_own_case() -> None:
    assert spdx_id("apache-2.0") == "Apache-2.0"
    assert spdx_id("llama-2") == ""
    assert spdx_id("LLVM-exception") == ""
