"""What changed between two versions of terms."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundtable.licensing.changes import diff
from roundtable.licensing.knowledge import read_terms
from roundtable.licensing.types import Clause, Terms, When

TERMS = read_terms(Path(__file__).parent / "data" / "terms.yaml")


def terms(*clauses: Clause) -> Terms:
    return Terms(id="x", name="X", clauses=clauses)


CLAUSE = Clause(id="1", gist="no harm", reach=("work",), verdict="review")


def test_llama_3_1_lets_outputs_train_others_and_names_what_comes_of_it() -> None:
    found = {one.clause: one for one in diff(TERMS.get("llama-3"), TERMS.get("llama-3.1")).clauses}
    assert found["1(b)(v)"].effect == "laxer"
    assert "gone" in found["1(b)(v)"].what[0]
    assert found["1(b)(i)"].effect == "stricter"
    assert "learnt-other" in found["1(b)(i)"].what[0]


@pytest.mark.parametrize("name", sorted(TERMS.licenses))
def test_no_terms_differ_from_themselves(name: str) -> None:
    assert diff(TERMS.get(name), TERMS.get(name)).clauses == ()


@pytest.mark.parametrize(
    ("change", "effect"),
    [
        ({"verdict": "prohibited"}, "stricter"),
        ({"verdict": None}, "laxer"),
        ({"reach": ("work", "trained")}, "stricter"),
        ({"duties": ("credit",)}, "stricter"),
        ({"when": When(commercial=True)}, "laxer"),
        ({"reach": ("trained",)}, "both"),
        ({"gist": "no evil"}, "other words"),
    ],
)
def test_a_change_says_whether_it_binds_more_or_less(
    change: dict[str, object], effect: str
) -> None:
    (found,) = diff(terms(CLAUSE), terms(msgspec.structs.replace(CLAUSE, **change))).clauses
    assert found.effect == effect
    (back,) = diff(terms(msgspec.structs.replace(CLAUSE, **change)), terms(CLAUSE)).clauses
    opposite = {"stricter": "laxer", "laxer": "stricter"}
    assert back.effect == opposite.get(effect, effect)


def test_a_threshold_that_falls_binds_more() -> None:
    old = msgspec.structs.replace(CLAUSE, when=When(users_over=700))
    new = msgspec.structs.replace(CLAUSE, when=When(users_over=100))
    (found,) = diff(terms(old), terms(new)).clauses
    assert (found.effect, found.what) == (
        "stricter",
        ("more users than 700 becomes more than 100",),
    )


def test_a_clause_that_only_moved_is_no_change() -> None:
    assert diff(terms(CLAUSE), terms(msgspec.structs.replace(CLAUSE, id="7"))).clauses == ()


@given(st.sampled_from(sorted(TERMS.licenses)), st.sampled_from(sorted(TERMS.licenses)))
def test_what_is_new_one_way_is_gone_the_other(a: str, b: str) -> None:
    there = {(c.clause, c.new is None) for c in diff(TERMS.get(a), TERMS.get(b)).clauses}
    back = {(c.clause, c.old is None) for c in diff(TERMS.get(b), TERMS.get(a)).clauses}
    assert there == back
