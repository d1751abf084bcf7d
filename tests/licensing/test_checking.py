"""Which clauses bind, what they ask, which decide: the rules page, sentence by sentence."""

from datetime import date
from typing import Any

import pytest

from licensing.graphs import ask, asset, clause, ruling, terms, triples
from roundtable.errors import InputError, NotFoundError
from roundtable.licensing.knowledge import KnowledgeBase
from roundtable.licensing.types import Terms, Use

STATES = ("work", "modified", "mixed", "output", "trained", "shown", "learnt-same", "learnt-other")


def knows(*found: Terms) -> KnowledgeBase:
    return KnowledgeBase(found)


def one_clause(**more: Any) -> KnowledgeBase:
    return knows(terms("l", clause("c", *STATES, **more)))


# -- conditions of a use ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "use", "binds"),
    [
        ({}, {}, True),
        ({"distribution": ("weights", "outputs")}, {"distribution": "outputs"}, True),
        ({"distribution": ("weights",)}, {}, False),
        ({"distribution": ("internal-only",)}, {}, True),
        ({"audience": ("product",)}, {"audience": "product"}, True),
        ({"audience": ("product",)}, {}, False),
        ({"commercial": True}, {}, True),
        ({"commercial": True}, {"commercial": False}, False),
        ({"commercial": False}, {"commercial": False}, True),
        ({"commercial": False}, {}, False),
        ({"users_over": 5}, {"monthly_active_users": 5}, False),
        ({"users_over": 5}, {"monthly_active_users": 6}, True),
        ({"users_over": 0}, {}, False),
        ({"domains": ("a", "b")}, {"domains": ("b", "c")}, True),
        ({"domains": ("a", "b")}, {"domains": ("c",)}, False),
        ({"domains": ("a",)}, {}, False),
        ({"company_region": ("EU",)}, {"company_region": "EU"}, True),
        ({"company_region": ("EU",)}, {"company_region": "US"}, False),
        ({"commercial": True, "users_over": 5}, {"monthly_active_users": 6}, True),
        (
            {"commercial": True, "users_over": 5},
            {"monthly_active_users": 6, "commercial": False},
            False,
        ),
    ],
)
def test_a_clause_binds_if_all_that_it_asks_holds(
    when: dict[str, Any], use: dict[str, Any], binds: bool
) -> None:
    knowledge = one_clause(verdict="prohibited", when=when)
    found = ask(asset("m", "l"), knowledge=knowledge, **use)
    assert found.verdict == ("prohibited" if binds else "allowed")


@pytest.mark.parametrize("said", [{}, {"company_region": "unknown"}, {"company_region": ""}])
@pytest.mark.parametrize("more", [{"verdict": "prohibited"}, {"duties": ("credit",)}])
def test_an_unsaid_company_region_brings_review_in_place_of_the_verdict(
    said: dict[str, str], more: dict[str, Any]
) -> None:
    knowledge = one_clause(when={"company_region": ("EU",)}, **more)
    found = ask(asset("m", "l"), knowledge=knowledge, **said)
    assert found.verdict == "review"
    assert found.obligations == tuple(more.get("duties", ()))
    assert "does not say where the company has its seat" in found.because[0].why


def test_an_unsaid_company_region_brings_nothing_where_the_rest_does_not_hold() -> None:
    when = {"company_region": ("EU",), "distribution": ("weights",)}
    knowledge = one_clause(verdict="prohibited", when=when)
    assert ask(asset("m", "l"), knowledge=knowledge).verdict == "allowed"


def test_the_defaults_of_a_use_are_those_of_the_page() -> None:
    assert Use(asset="m") == Use(
        asset="m", distribution="internal-only", audience="internal", commercial=True,
        monthly_active_users=0, company_region=None, regions=(), domains=(),
    )  # fmt: skip


# -- verdict, obligations, because --------------------------------------------------------------


def test_the_gravest_verdict_counts_and_exactly_its_clauses_are_named() -> None:
    knowledge = knows(
        terms(
            "l",
            clause("duty", "work", duties=("credit",)),
            clause("look", "work", verdict="review"),
            clause("no", "work", verdict="prohibited", duties=("retain-notices",)),
        ),
        terms("k", clause("no", "work", verdict="prohibited")),
    )
    parts = [asset("a", "l"), asset("b", "k"), asset("b2", "k")]
    whole = asset("s", "internal", *(f"includes {one.id}" for one in parts))
    found = ask(*parts, whole, knowledge=knowledge)
    assert found.verdict == "prohibited"
    assert triples(found) == {("l", "no", "a"), ("k", "no", "b"), ("k", "no", "b2")}
    assert len(found.because) == 3


def test_obligations_are_all_duties_whatever_the_verdict_sorted_and_once() -> None:
    knowledge = knows(
        terms("l", clause("a", "work", duties=("share-alike", "credit"))),
        terms("k", clause("b", "work", duties=("credit",), verdict="prohibited")),
    )
    found = ask(asset("a", "l"), asset("b", "k", "includes a"), knowledge=knowledge)
    assert found.verdict == "prohibited"
    assert found.obligations == ("credit", "share-alike")


def test_for_conditions_every_clause_that_gives_a_duty_is_named() -> None:
    knowledge = knows(
        terms(
            "l", clause("a", "work", duties=("credit",)), clause("b", "work", duties=("credit",))
        ),
        terms("k", clause("t", "work", tag="restricts")),
    )
    found = ask(asset("a", "l"), asset("b", "k", "includes a"), knowledge=knowledge)
    assert (found.verdict, triples(found)) == ("conditions", {("l", "a", "a"), ("l", "b", "a")})


def test_allowed_has_no_because() -> None:
    found = ask(asset("m", "MIT"), distribution="hosted-service", audience="product")
    assert (found.verdict, found.because, found.obligations) == ("allowed", (), ())


def test_a_clause_is_named_once_however_many_ways_lead_to_its_asset() -> None:
    found = ask(
        asset("p", "MIT"),
        asset("a", "internal", "fine-tuned-from p"),
        asset("b", "internal", "derived-from p", "includes p"),
        asset("c", "internal", "includes a", "includes b"),
        distribution="weights",
    )
    assert [(one.clause, one.asset) for one in found.because] == [("notice", "p")]


def test_licenses_are_named_as_the_terms_write_them() -> None:
    found = ask(asset("m", "mIt"), distribution="weights")
    assert triples(found) == {("MIT", "notice", "m")}


# -- what is built in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "verdict"),
    [
        ({}, "conditions"),
        ({"audience": "product"}, "review"),
        ({"distribution": "outputs"}, "review"),
        ({"distribution": "hosted-service", "audience": "product"}, "review"),
    ],
)
@pytest.mark.parametrize("kind", ["undisclosed", "unknown", "unverified"])
def test_what_nobody_knows_is_a_duty_inside_and_a_review_outside(
    kind: str, use: dict[str, str], verdict: str
) -> None:
    knowledge = knows(terms("l", verified="unverified"), terms("k"))
    name, lineage = {"undisclosed": ("k", "undisclosed"), "unknown": ("unknown", "declared")}.get(
        kind, ("l", "declared")
    )
    found = ask(asset("m", name, lineage=lineage), knowledge=knowledge, **use)
    license = {"undisclosed": "lineage", "unknown": "unknown", "unverified": "l"}[kind]
    assert found.verdict == verdict
    assert triples(found) == {(license, kind, "m")}
    assert found.obligations == (("record-lineage-gap",) if verdict == "conditions" else ())


@pytest.mark.parametrize("license", ["internal", "MIT", "unknown"])
def test_undisclosed_and_unknown_are_two_clauses_of_one_asset(license: str) -> None:
    found = ask(asset("m", license, lineage="undisclosed"), audience="product")
    unknown = {("unknown", "unknown", "m")} if license == "unknown" else set()
    assert triples(found) == {("lineage", "undisclosed", "m")} | unknown


@pytest.mark.parametrize(
    ("relation", "reaches"),
    [
        ("includes", True),
        ("fine-tuned-from", True),
        ("trained-on", True),
        ("retrieves-from", True),
        ("generated-by", False),
        ("distilled-from", False),
        ("evaluated-on", False),
    ],
)
def test_undisclosed_lineage_does_not_reach_outputs_and_what_learns_from_them(
    relation: str, reaches: bool
) -> None:
    parent = asset("p", "internal", lineage="undisclosed")
    found = ask(parent, asset("c", "internal", f"{relation} p"), audience="product")
    assert (found.verdict == "review") == reaches


@pytest.mark.parametrize("relation", ["generated-by", "distilled-from", "includes", "trained-on"])
def test_an_unknown_license_reaches_in_every_state(relation: str) -> None:
    found = ask(asset("p", "UNKNOWN"), asset("c", "internal", f"{relation} p"), audience="product")
    assert (found.verdict, triples(found)) == ("review", {("unknown", "unknown", "p")})


def test_undisclosed_merged_weights_count_as_mixed_too() -> None:
    parts = [asset("p", "llama-2", lineage="undisclosed"), asset("q", "MIT")]
    merge = asset("m", "internal", "merged-from p", "merged-from q")
    assert ("llama-2", "1(b)(v)", "p") in triples(ask(*parts, merge))


def test_licenses_nobody_has_read_are_told_along_the_reaching_lineage_only() -> None:
    found = ask(
        asset("read", "MIT"),
        asset("memory", "Apache-2.0"),
        asset("apart", "qwen"),
        asset("m", "internal", "includes read", "fine-tuned-from memory", "evaluated-on apart"),
    )
    assert found.unverified == ("Apache-2.0",)


# -- the share-alike conflict -------------------------------------------------------------------

OWN = ("work", "modified", "mixed")
SHARED, RESTRICTED = {"duties": ("share-alike",)}, {"duties": ("credit",)}
SA = terms("sa", clause("s", *OWN, "shown", tag="share-alike", **SHARED))
RE = terms("re", clause("r", *OWN, "trained", tag="restricts", **RESTRICTED))
BOTH = terms("both", *SA.clauses, *RE.clauses)


def clash(*relations: str, knowledge: KnowledgeBase | None = None, **use: Any) -> Any:
    parts = [asset("s", "sa"), asset("r", "re")]
    whole = asset("w", "internal", *relations)
    use = {"distribution": "weights", **use}
    return ask(*parts, whole, knowledge=knowledge or knows(SA, RE), **use)


@pytest.mark.parametrize("how", ["derived-from", "fine-tuned-from"])
@pytest.mark.parametrize("other", ["derived-from", "includes", "adapter-of"])
def test_share_alike_and_restricted_parts_cannot_be_handed_out_together(
    how: str, other: str
) -> None:
    found = clash(f"{how} s", f"{other} r")
    assert found.verdict == "prohibited"
    assert triples(found) == {("sa", "s", "s"), ("re", "r", "r")}
    assert found.obligations == ("credit", "share-alike")
    assert "cannot obey this and re together" in found.because[1].why


@pytest.mark.parametrize(
    ("relations", "use"),
    [
        # Not handed out.
        (("derived-from s", "derived-from r"), {"distribution": "hosted-service"}),
        # The share-alike part is unchanged; the restricted one only trained it, or was shown.
        (("includes s", "derived-from r"), {}),
        (("derived-from s", "trained-on r"), {}),
        (("retrieves-from s", "derived-from r"), {}),
    ],
)
def test_elsewhere_share_alike_and_restricted_parts_go_together(
    relations: tuple[str, ...], use: dict[str, str]
) -> None:
    assert clash(*relations, **use).verdict == "conditions"


def test_a_license_is_in_no_conflict_with_itself() -> None:
    parts = [asset("a", "both"), asset("b", "both")]
    whole = asset("w", "internal", "derived-from a", "derived-from b")
    found = ask(*parts, whole, knowledge=knows(BOTH), distribution="weights")
    assert found.verdict == "conditions"


def test_only_clauses_of_different_licenses_are_in_conflict() -> None:
    parts = [asset("a", "both"), asset("b", "re")]
    whole = asset("w", "internal", "derived-from a", "derived-from b")
    found = ask(*parts, whole, knowledge=knows(BOTH, RE), distribution="weights")
    # `both` restricts too, but nothing else is share-alike.
    assert triples(found) == {("both", "s", "a"), ("re", "r", "b")}


def test_a_clause_in_conflict_counts_for_the_asset_in_the_state_that_it_is_about() -> None:
    parts = [asset("s1", "sa"), asset("s2", "sa"), asset("r", "re")]
    whole = asset("w", "internal", "derived-from s1", "includes s2", "derived-from r")
    found = ask(*parts, whole, knowledge=knows(SA, RE), distribution="weights")
    assert triples(found) == {("sa", "s", "s1"), ("re", "r", "r")}


def test_a_clause_whose_own_states_are_others_is_in_no_conflict() -> None:
    # It binds since the asset is in training data too; where it is changed, it does not bind.
    narrow = terms("re", clause("r", "trained", duties=("credit",), tag="restricts"))
    found = clash("derived-from s", "derived-from r", "trained-on r", knowledge=knows(SA, narrow))
    assert found.verdict == "conditions"


def test_a_clause_that_binds_only_since_the_region_is_unsaid_takes_part_in_the_conflict() -> None:
    region = {"when": {"company_region": ("EU",)}}
    re = terms("re", clause("r", "modified", duties=("credit",), tag="restricts", **region))
    assert (
        clash("derived-from s", "derived-from r", knowledge=knows(SA, re)).verdict == "prohibited"
    )


# -- overrides ----------------------------------------------------------------------------------

NC = asset("nc", "CC-BY-NC-4.0")
NC2 = asset("nc2", "CC-BY-NC-4.0")
ALL = asset("all", "internal", "includes nc", "includes nc2")


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [("waived", "allowed"), ("review", "review"), ("prohibited", "prohibited")],
)
def test_an_override_replaces_the_verdict_of_its_clause(effect: str, verdict: str) -> None:
    found = ask(NC, overrides=(ruling("cc-by-nc-4.0", "2(a)(1)", effect),))
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("day", "verdict"), [(date(2027, 1, 31), "allowed"), (date(2027, 2, 1), "prohibited")]
)
def test_an_override_holds_to_the_end_of_the_day_on_which_it_expires(
    day: date, verdict: str
) -> None:
    letter = ruling("CC-BY-NC-4.0", "2(a)(1)", "waived")
    found = ask(NC, overrides=(letter,), as_of=day)
    assert found.verdict == verdict
    assert found.expired == ((letter,) if verdict == "prohibited" else ())


def test_duties_stay_when_a_clause_is_waived() -> None:
    found = ask(
        asset("m", "MIT"), overrides=(ruling("MIT", "notice", "waived"),), distribution="weights"
    )
    assert (found.verdict, found.obligations) == ("conditions", ("retain-notices",))
    assert triples(found) == {("MIT", "notice", "m")}


def test_an_override_can_bring_a_verdict_to_a_clause_of_duties() -> None:
    found = ask(
        asset("m", "MIT"), overrides=(ruling("MIT", "notice", "review"),), distribution="weights"
    )
    assert (found.verdict, found.obligations) == ("review", ("retain-notices",))
    assert "ada@example.com decided that somebody has to look: a letter." in found.because[0].why


def test_an_override_for_one_asset_leaves_the_others() -> None:
    found = ask(NC, NC2, ALL, overrides=(ruling("CC-BY-NC-4.0", "2(a)(1)", "waived", "nc"),))
    assert (found.verdict, triples(found)) == (
        "prohibited", {("CC-BY-NC-4.0", "2(a)(1)", "nc2")},
    )  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("effects", "verdict"),
    [
        ((("waived", None), ("review", None)), "review"),
        ((("review", None), ("prohibited", "nc")), "prohibited"),
        ((("prohibited", None), ("waived", "nc")), "prohibited"),
        ((("waived", "nc"), ("waived", "nc2")), "allowed"),
        ((("waived", "nc"), ("review", "nc2")), "review"),
    ],
)
def test_of_several_overrides_in_force_the_gravest_counts(
    effects: tuple[tuple[str, str | None], ...], verdict: str, order: int
) -> None:
    rulings = [ruling("CC-BY-NC-4.0", "2(a)(1)", effect, whom) for effect, whom in effects]
    found = ask(NC, NC2, ALL, overrides=tuple(rulings[::order]))
    assert found.verdict == verdict


def test_an_expired_override_does_not_count_among_several() -> None:
    letters = (
        ruling("CC-BY-NC-4.0", "2(a)(1)", "prohibited", expires=date(2026, 1, 1)),
        ruling("CC-BY-NC-4.0", "2(a)(1)", "waived"),
    )
    found = ask(NC, overrides=letters)
    assert (found.verdict, found.expired) == ("allowed", letters[:1])


def test_only_expired_overrides_of_clauses_that_bind_are_told() -> None:
    old = date(2026, 1, 1)
    found = ask(
        NC,
        overrides=(
            ruling("MIT", "notice", "waived", expires=old),
            ruling("CC-BY-NC-4.0", "2(a)(1)", "waived", "elsewhere", expires=old),
            ruling("CC-BY-NC-4.0", "2(a)(1)-trained", "waived", expires=old),
        ),
    )
    assert found.expired == ()


def test_an_override_that_binds_nothing_here_changes_nothing() -> None:
    overrides = (
        ruling("qwen", "5(b)", "prohibited"),
        ruling("CC-BY-NC-4.0", "2(a)(1)", "review", "nowhere"),
        ruling("CC-BY-NC-4.0", "2(a)(1)-trained", "prohibited"),
    )
    assert ask(NC, overrides=overrides) == ask(NC)


@pytest.mark.parametrize(
    ("license", "clause_id"), [("lineage", "undisclosed"), ("Unknown", "unknown")]
)
def test_what_is_built_in_can_be_overridden(license: str, clause_id: str) -> None:
    m = asset("m", "unknown" if license == "Unknown" else "MIT", lineage="undisclosed")
    other = ruling("lineage", "undisclosed", "waived")
    letters = (other, ruling(license, clause_id, "waived"))
    assert ask(m, overrides=letters, audience="product").verdict == "allowed"
    # Inside, the duty stays.
    assert ask(m, overrides=letters).verdict == "conditions"
    graver = (ruling(license, clause_id, "prohibited"),)
    assert ask(m, overrides=graver).verdict == "prohibited"


def test_an_override_comes_after_the_conflict_and_the_other_clause_stays_prohibited() -> None:
    found = ask(
        asset("s", "sa"),
        asset("r", "re"),
        asset("w", "internal", "derived-from s", "derived-from r"),
        knowledge=knows(SA, RE),
        overrides=(ruling("sa", "s", "waived"),),
        distribution="weights",
    )
    assert (found.verdict, triples(found)) == ("prohibited", {("re", "r", "r")})
    assert found.obligations == ("credit", "share-alike")


def test_an_override_for_one_of_two_assets_in_conflict() -> None:
    parts = [asset("s1", "sa"), asset("s2", "sa"), asset("r", "re")]
    whole = asset("w", "internal", *(f"derived-from {one.id}" for one in parts))
    letters = (ruling("sa", "s", "waived", "s1"), ruling("re", "r", "waived"))
    found = ask(*parts, whole, knowledge=knows(SA, RE), overrides=letters, distribution="weights")
    assert (found.verdict, triples(found)) == ("prohibited", {("sa", "s", "s2")})


# -- what cannot be answered --------------------------------------------------------------------


def test_a_license_that_no_terms_know_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="no license is called 'llama2'") as error:
        ask(asset("a", "MIT"), asset("m", "llama2"))
    assert "'llama-2'" in error.value.fix
    assert str(error.value.where) == "assets[1].license"


@pytest.mark.parametrize(
    ("license", "clause_id", "fix"),
    [("llama2", "2", "llama-2"), ("llama-2", "1(b)(vi)", "1(b)(v)"), ("internal", "x", "")],
)
def test_an_override_of_a_clause_that_is_in_no_terms_is_an_error_even_expired(
    license: str, clause_id: str, fix: str
) -> None:
    old = ruling(license, clause_id, "waived", expires=date(2020, 1, 1))
    with pytest.raises(NotFoundError) as error:
        ask(asset("m", "MIT"), overrides=(old,))
    assert fix in error.value.fix


def test_a_use_of_an_asset_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="no asset is called 'models/mine'"):
        ask(asset("models/nine", "MIT"), asset="models/mine")


# -- words --------------------------------------------------------------------------------------


def test_why_tells_the_way_the_clause_and_what_follows() -> None:
    found = ask(
        asset("llama-2-13b", "llama-2"),
        asset("help-drafts", "internal", "generated-by llama-2-13b"),
        asset("triage-lora", "internal", "trained-on help-drafts"),
    )
    (one,) = found.because
    assert one.path == ("llama-2-13b", "help-drafts", "triage-lora")
    assert one.why == (
        "triage-lora was trained on help-drafts, which was generated by llama-2-13b. Llama 2"
        " Community License, section 1(b)(v): neither materials nor outputs improve another large"
        " language model. (Not yet held against the text.) That rules this use out."
    )


def test_why_says_which_facts_of_the_use_bring_the_clause_about() -> None:
    found = ask(
        asset("m", "llama-3.1"), monthly_active_users=900_000_000, domains=("gardening", "malware")
    )
    told = {one.clause: one.why for one in found.because}
    assert "(here: 900,000,000 users a month)" in told["2"]
    assert "(here: malware)" in told["AUP"]


def test_a_long_way_is_told_by_its_ends() -> None:
    chain = [asset("a0", "MIT")]
    chain += [asset(f"a{n}", "internal", f"fine-tuned-from a{n - 1}") for n in range(1, 101)]
    (one,) = ask(*chain, distribution="weights").because
    assert one.path == ("a0", "a1", "a2", "a3", "…", "a96", "a97", "a98", "a99", "a100")
    assert one.why.startswith("a100 was fine-tuned from a99, which was fine-tuned from a98")
    assert "over many more steps, to what was fine-tuned from a3, which" in one.why
    (short,) = ask(*chain[:12], distribution="weights").because
    assert short.path == tuple(f"a{n}" for n in range(12))


def test_a_chain_of_100_000_is_no_matter() -> None:
    chain = [asset("a", "llama-2")]
    chain += [asset(f"b{0:06}", "internal", "generated-by a")]
    chain += [asset(f"b{n:06}", "internal", f"derived-from b{n - 1:06}") for n in range(1, 100_000)]
    chain += [asset("c", "internal", "trained-on b099999")]
    found = ask(*chain)
    assert (found.verdict, triples(found)) == ("prohibited", {("llama-2", "1(b)(v)", "a")})
