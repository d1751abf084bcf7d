"""Words of a use that are likely to be misspelled are told, and change no answer."""

import pytest

from licensing.graphs import ask, asset


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ({"domains": ("medical-advise",)}, "is it 'medical-advice'?"),
        ({"domains": ("medical-advice", "Malware", "gardening")}, ""),
        ({"company_region": "DE"}, "lies in the EU"),
        ({"company_region": "EU"}, ""),
        ({"company_region": "US"}, ""),
    ],
)
def test_a_word_that_looks_like_one_that_terms_ask_about_is_told(
    use: dict[str, object], told: str
) -> None:
    found = ask(asset("m", "MIT"), **use)
    assert found.verdict == "allowed"
    assert [told in one for one in found.assumed] == ([True] if told else [])
