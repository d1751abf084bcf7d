"""The gate's check of licenses: prohibited fails, review waits for legal, duties are named."""

import pytest

from roundtable.governance import Evidence, decide
from roundtable.governance.license import LicenseCheck
from roundtable.licensing.types import Because, Finding


def evidence(verdict: str, *, n: int = 1, duties: tuple[str, ...] = ()) -> Evidence:
    because = tuple(
        Because(license="L", clause=str(i), asset="models/m", why=f"clause {i} says so.")
        for i in range(n)
    )
    finding = Finding(
        id="usecases/u#c",
        verdict=verdict,  # type: ignore[arg-type]
        obligations=duties,
        because=because,
    )
    return Evidence(usecase="u", candidate="c", metrics={}, n_samples=1, license=finding)


@pytest.mark.parametrize(
    ("verdict", "gate"),
    [("allowed", "pass"), ("conditions", "pass"), ("review", "blocked"), ("prohibited", "fail")],
)
def test_each_verdict_has_its_weight_at_the_gate(verdict: str, gate: str) -> None:
    result = decide((), evidence(verdict, duties=("credit",)), checks=(LicenseCheck(),))
    assert result.verdict == gate
    assert [one.name for one in result.checks] == ["license"]


def test_nobody_having_asked_never_passes() -> None:
    nothing = Evidence(usecase="u", candidate="c", metrics={}, n_samples=1)
    assert LicenseCheck().check(nothing).verdict == "blocked"


def test_who_has_to_look_is_named() -> None:
    result = LicenseCheck(reviewers=("ada@example.com",)).check(evidence("review"))
    assert "legal (ada@example.com) must look first" in result.why
    assert "clause 0 says so" in result.why


def test_many_reasons_are_counted() -> None:
    why = LicenseCheck().check(evidence("prohibited", n=5)).why
    assert "clause 2 says so; and 2 more" in why
    assert "clause 3" not in why
