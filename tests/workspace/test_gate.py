"""A policy makes a gate stricter, never laxer."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from roundtable.workspace import load
from roundtable.workspace.gate import Gate, PolicyGate, merged
from workspace.shop import edit, shop

POLICY = """applies_to = {{ audience = ["{audience}"], stage = ["poc"] }}
[gate]
accuracy = {{ at_least = 0.6, confidence = 0.9 }}
unsupported = {{ at_most = 0.05 }}
signoffs = ["science"]
"""


def with_policy(root: Path, audience: str) -> Path:
    shop(root)
    edit(root, "usecases/triage.toml", "[gate]", '[gate]\nsignoffs = ["engineering"]')
    (root / "policies").mkdir()
    (root / "policies/all.toml").write_text(POLICY.format(audience=audience), encoding="utf-8")
    return root


def test_a_matching_policy_is_merged_and_the_stricter_wins(tmp_path: Path) -> None:
    gate = load(with_policy(tmp_path / "shop", "internal")).usecase("triage").gate
    assert gate is not None
    assert (gate.limits["accuracy"].at_least, gate.limits["accuracy"].confidence) == (0.6, 0.95)
    assert gate.limits["unsupported"].at_most == 0.05
    assert gate.signoffs == ("engineering", "science")
    assert gate.candidate == "few-shot-similar"


def test_a_policy_for_others_changes_nothing(tmp_path: Path) -> None:
    gate = load(with_policy(tmp_path / "shop", "product")).usecase("triage").gate
    assert gate is not None
    assert (set(gate.limits), gate.signoffs) == ({"accuracy"}, ("engineering",))


def test_a_policy_gates_a_use_case_that_has_no_gate() -> None:
    policy = PolicyGate.model_validate({"accuracy": {"at_least": 0.5}})
    gate = merged(None, [policy])
    assert gate is not None
    assert gate.limits == policy.limits
    assert merged(None, [PolicyGate()]) is None


limits = st.fixed_dictionaries(
    {}, optional={"at_least": st.floats(0, 0.4), "at_most": st.floats(0.5, 1)}
)
gates = st.dictionaries(st.sampled_from(["accuracy", "cost"]), limits.filter(bool))


@given(own=gates, others=st.lists(gates, max_size=3))
def test_no_policy_ever_loosens_a_limit(
    own: dict[str, object], others: list[dict[str, object]]
) -> None:
    policies = [PolicyGate.model_validate(other) for other in others]
    gate = merged(Gate.model_validate(own), policies)
    assert gate is not None
    for one in (Gate.model_validate(own), *policies):
        for metric, limit in one.limits.items():
            now = gate.limits[metric]
            assert limit.at_least is None or (now.at_least or 0) >= limit.at_least
            assert limit.at_most is None or (now.at_most or 0) <= limit.at_most
            assert now.confidence >= limit.confidence


@given(own=gates, others=st.lists(gates, max_size=3))
def test_neither_order_nor_repetition_of_policies_matters(
    own: dict[str, object], others: list[dict[str, object]]
) -> None:
    gate = Gate.model_validate(own)
    policies = [PolicyGate.model_validate(other | {"signoffs": ["a", "b"]}) for other in others]
    once = merged(gate, policies)
    assert once is not None
    turned = merged(gate, policies[::-1])
    assert turned is not None
    assert (turned.limits, set(turned.signoffs)) == (once.limits, set(once.signoffs))
    assert merged(once, [*policies, once]) == once
