"""Licenses of a workspace: candidates, recipes and assets, under policies and overrides."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensing.places import PRODUCT, USE, loaded, model, rows
from roundtable.errors import NotFoundError, UsageError
from roundtable.jobs.license import answers, check_license, licenses_of
from roundtable.licensing.types import Finding
from roundtable.licensing.vocabulary import VERDICTS
from roundtable.workspace import Workspace

TODAY = date(2026, 11, 24)
LLAMA = {"models/base.toml": model("llama-2"), "models/student.toml": model("internal")}
WAIVER = """\
license = "CC-BY-NC-4.0"
clause = "2(a)(1)"
effect = "waived"
by = "ada@example.com"
why = "the author's letter"
expires = {expires}
"""
NC = {"models/base.toml": model("CC-BY-NC-4.0")}


def only(workspace: Workspace, target: str = "ask") -> Finding:
    (found,) = check_license(workspace, target, as_of=TODAY)
    return found


def with_rules(rules: str) -> dict[str, str]:
    return {"policies/house.toml": f"[licenses]\n{rules}\n"}


def test_a_use_case_is_answered_for_each_candidate(tmp_path: Path) -> None:
    second = PRODUCT + '[[candidates]]\nid = "nc"\nmodel = "nc"\nprompt = "ask"\n' + USE
    files = {"models/nc.toml": model("CC-BY-NC-4.0"), "usecases/ask.toml": second}
    found = check_license(loaded(tmp_path, files), "ask", as_of=TODAY)
    assert [(one.id, one.verdict) for one in found] == [
        ("usecases/ask#only", "allowed"),
        ("usecases/ask#nc", "prohibited"),
    ]
    (why,) = found[1].because
    assert (why.license, why.clause, why.asset) == ("CC-BY-NC-4.0", "2(a)(1)", "models/nc")
    assert why.path == ("models/nc", "usecases/ask#nc")


def test_one_candidate_a_recipe_or_the_whole_workspace_can_be_asked(tmp_path: Path) -> None:
    recipe = 'method = "lora"\nbase = "base"\ndataset = "rows"\nusecase = "ask"\n'
    workspace = loaded(tmp_path, {"recipes/tuned.toml": recipe})
    assert only(workspace, "usecases/ask#only").id == "usecases/ask#only"
    made = only(workspace, "recipes/tuned")
    assert made.use is not None
    assert made.use.distribution == "hosted-service"
    every = [one.id for one in check_license(workspace, as_of=TODAY)]
    assert every == ["usecases/ask#only", "recipes/tuned"]


def test_an_asset_on_its_own_is_used_inside_unless_asked_otherwise(tmp_path: Path) -> None:
    licenses = licenses_of(loaded(tmp_path), as_of=TODAY)
    (inside,) = answers(licenses, "models/base")
    (out,) = answers(licenses, "models/base", distribution="weights", audience="product")
    assert (inside.verdict, out.verdict) == ("allowed", "conditions")
    assert "internal-only" in inside.assumed[0]
    with pytest.raises(UsageError, match="on its own"):
        list(answers(licenses, "ask", distribution="weights"))


@pytest.mark.parametrize("target", ["aks", "usecases/ask#onyl", "models/bse", "recipes/x"])
def test_what_is_not_there_is_told_with_what_is_like_it(tmp_path: Path, target: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        check_license(loaded(tmp_path), target)
    assert caught.value.exit_code == 2


def test_rows_that_are_only_measured_with_do_not_reach_the_answer(tmp_path: Path) -> None:
    assert only(loaded(tmp_path, {"datasets/rows.toml": rows("CC-BY-NC-4.0")})).verdict == "allowed"


def test_rows_that_are_shown_do(tmp_path: Path) -> None:
    shown = PRODUCT + 'examples = { dataset = "shots", k = 1 }\n' + USE
    files = {"datasets/shots.toml": rows("CC-BY-NC-4.0"), "usecases/ask.toml": shown}
    found = only(loaded(tmp_path, files))
    assert found.verdict == "prohibited"
    assert found.because[0].asset == "datasets/shots"


def test_an_override_lifts_a_clause_until_it_expires(tmp_path: Path) -> None:
    waived = WAIVER.format(expires="2026-11-24")
    workspace = loaded(tmp_path, NC | {"overrides/letter.toml": waived})
    today = only(workspace)
    assert today.verdict == "conditions"
    assert today.obligations == ("credit",)
    assert [one.why for one in today.overridden] == ["the author's letter"]
    (tomorrow,) = check_license(workspace, "ask", as_of=date(2026, 11, 25))
    assert tomorrow.verdict == "prohibited"
    assert [one.why for one in tomorrow.expired] == ["the author's letter"]
    assert tomorrow.overridden == ()


def test_an_override_holds_within_its_scope_alone(tmp_path: Path) -> None:
    waived = WAIVER.format(expires="2099-01-01") + 'scope = ["ask"]\n'
    files = NC | {"overrides/letter.toml": waived, "usecases/other.toml": PRODUCT + USE}
    workspace = loaded(tmp_path, files)
    assert only(workspace, "ask").verdict == "conditions"
    assert only(workspace, "other").verdict == "prohibited"
    assert only(workspace, "models/base").verdict == "prohibited"


def test_an_override_of_one_asset_leaves_the_others(tmp_path: Path) -> None:
    waived = WAIVER.format(expires="2099-01-01") + 'asset = "models/other"\n'
    files = NC | {"overrides/letter.toml": waived, "models/other.toml": model("CC-BY-NC-4.0")}
    assert only(loaded(tmp_path, files)).verdict == "prohibited"


def test_a_policy_denies_a_license_in_any_case_along_the_lineage(tmp_path: Path) -> None:
    files = with_rules('deny = ["APACHE-2.0"]') | {
        "models/child.toml": model(
            "internal", more='parents = [{ id = "models/base", relation = "fine-tuned-from" }]\n'
        ),
        "usecases/ask.toml": PRODUCT.replace('model = "base"', 'model = "child"') + USE,
    }
    found = only(loaded(tmp_path, files))
    assert found.verdict == "prohibited"
    (why,) = found.because
    assert (why.license, why.clause, why.asset) == ("policy", "deny", "models/base")
    assert why.path == ("models/base", "models/child", "usecases/ask#only")
    assert "was fine-tuned from models/base" in why.why
    assert "denies Apache-2.0" in why.why


def test_a_policy_that_does_not_match_denies_nothing(tmp_path: Path) -> None:
    policy = 'applies_to = { stage = ["product"] }\n[licenses]\ndeny = ["Apache-2.0"]\n'
    assert only(loaded(tmp_path, {"policies/house.toml": policy})).verdict == "allowed"


INSIDE = PRODUCT.replace('audience = "product"', 'audience = "internal"')


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ('unknown = "allowed"', "conditions"),
        ('unknown = "needs-signoff"', "review"),
        ('unknown = "blocked"', "prohibited"),
    ],
)
def test_a_policy_says_what_becomes_of_an_unknown_license(
    tmp_path: Path, rules: str, verdict: str
) -> None:
    files = {"models/base.toml": model("unknown"), "usecases/ask.toml": INSIDE}
    assert only(loaded(tmp_path, files | with_rules(rules))).verdict == verdict


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ('undisclosed_lineage = "allowed"', "conditions"),
        ('undisclosed_lineage = "needs-signoff"', "review"),
        ('undisclosed_lineage = "blocked"', "prohibited"),
    ],
)
def test_a_policy_says_what_becomes_of_undisclosed_sources(
    tmp_path: Path, rules: str, verdict: str
) -> None:
    files = {"models/base.toml": model(lineage="undisclosed"), "usecases/ask.toml": INSIDE}
    assert only(loaded(tmp_path, files | with_rules(rules))).verdict == verdict


def test_counsels_waiver_is_the_consent_that_a_policy_asks_for(tmp_path: Path) -> None:
    waived = (
        WAIVER.format(expires="2099-01-01")
        .replace("CC-BY-NC-4.0", "unknown")
        .replace("2(a)(1)", "unknown")
    )
    files = {
        "models/base.toml": model("unknown"),
        "usecases/ask.toml": INSIDE,
        "overrides/letter.toml": waived,
    }
    asks = with_rules('unknown = "needs-signoff"')
    assert only(loaded(tmp_path / "a", files | asks)).verdict == "conditions"
    blocks = with_rules('unknown = "blocked"')
    assert only(loaded(tmp_path / "b", files | blocks)).verdict == "prohibited"


treatments = st.sampled_from(["", "allowed", "needs-signoff", "blocked"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    license=st.sampled_from(["unknown", "Apache-2.0", "llama-2", "CC-BY-NC-4.0"]),
    lineage=st.sampled_from(["declared", "undisclosed"]),
    audience=st.sampled_from(["internal", "product"]),
    deny=st.lists(st.sampled_from(["Apache-2.0", "llama-2", "unknown", "MIT"]), unique=True),
    unknown=treatments,
    undisclosed=treatments,
)
def test_a_policy_never_makes_an_answer_laxer(
    tmp_path_factory: pytest.TempPathFactory,
    license: str,
    lineage: str,
    audience: str,
    deny: list[str],
    unknown: str,
    undisclosed: str,
) -> None:
    lines = [f"deny = {deny!r}"]
    lines += [f'unknown = "{unknown}"'] if unknown else []
    lines += [f'undisclosed_lineage = "{undisclosed}"'] if undisclosed else []
    files = {
        "models/base.toml": model(license, lineage=lineage),
        "usecases/ask.toml": PRODUCT.replace('"product"', f'"{audience}"'),
    }
    root = tmp_path_factory.mktemp("house")
    before = only(loaded(root / "a", files))
    after = only(loaded(root / "b", files | with_rules("\n".join(lines))))
    assert VERDICTS.index(after.verdict) >= VERDICTS.index(before.verdict)
    assert after.obligations == before.obligations
    if after.verdict == before.verdict:
        assert set(before.because) <= set(after.because)


def test_what_was_assumed_is_said(tmp_path: Path) -> None:
    found = only(loaded(tmp_path, {"usecases/ask.toml": PRODUCT}))
    assert any("no [use]" in one for one in found.assumed)
