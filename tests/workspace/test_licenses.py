"""Rules on licenses from policies and use cases: the stricter of each wins."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.workspace import load
from roundtable.workspace.licenses import LicenseRules, merged_rules
from workspace.shop import edit, shop

treatments = st.sampled_from([None, "allowed", "needs-signoff", "blocked"])
rules = st.builds(
    LicenseRules,
    deny=st.lists(st.sampled_from(["A", "B", "C"]), max_size=3).map(tuple),
    unknown=treatments,
    undisclosed_lineage=treatments,
)


@given(one=rules, other=rules, third=rules)
def test_neither_order_nor_repetition_of_policies_matters(
    one: LicenseRules, other: LicenseRules, third: LicenseRules
) -> None:
    both = merged_rules(one, [other, third])
    assert merged_rules(other, [third, one]) == both
    assert merged_rules(merged_rules(one, [other]), [third]) == both
    assert merged_rules(both, [both, one, other]) == both


@given(one=rules, other=rules)
def test_what_any_denies_stays_denied(one: LicenseRules, other: LicenseRules) -> None:
    both = merged_rules(one, [other])
    assert set(both.deny) == {*one.deny, *other.deny}
    for said in (one.unknown, other.unknown):
        if said == "blocked":
            assert both.unknown == "blocked"
    assert (both.unknown is None) == (one.unknown is None and other.unknown is None)


@pytest.mark.parametrize(("audience", "denied"), [("internal", ("A", "B")), ("product", ("A",))])
def test_a_policy_denies_for_the_use_cases_that_it_matches(
    tmp_path: Path, audience: str, denied: tuple[str, ...]
) -> None:
    root = shop(tmp_path / "shop")
    edit(root, "usecases/triage.toml", "[task]", '[licenses]\ndeny = ["A"]\n[task]')
    (root / "policies").mkdir()
    (root / "policies/p.toml").write_text(
        f'applies_to = {{ audience = ["{audience}"] }}\nlicenses = {{ deny = ["B"] }}\n'
    )
    assert load(root).usecase("triage").licenses.deny == denied
