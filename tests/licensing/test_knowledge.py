"""Terms are read, held together, and refused where they contradict themselves."""

from pathlib import Path
from typing import Any

import pytest

from licensing.drawn import RAW_TERMS
from licensing.graphs import GIVEN, clause, terms
from roundtable.errors import InputError, NotFoundError
from roundtable.licensing.knowledge import (
    INTERNAL,
    UNKNOWN,
    KnowledgeBase,
    merged,
    packaged,
    read_terms,
)

GOOD = """\
mine:
  name: Mine
  verified: text
  family: [mine]
  clauses:
    - {id: "1", gist: name us, in: [work], when: {distribution: [weights]}, duties: [credit]}
"""


def read(tmp_path: Path, text: str, name: str = "t.yaml") -> KnowledgeBase:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_terms(tmp_path / name)


def test_all_given_terms_are_read_whole() -> None:
    assert {*RAW_TERMS, "unknown"} == set(GIVEN.licenses)
    for name, raw in RAW_TERMS.items():
        found = GIVEN.get(name)
        assert (found.name, found.verified) == (raw["name"], raw["verified"])
        assert list(found.family) == raw.get("family", [])
        for one, clause_ in zip(found.clauses, raw["clauses"], strict=True):
            assert (one.id, list(one.reach)) == (clause_["id"], clause_["in"])
            assert list(one.duties) == clause_.get("duties", [])
            assert (one.verdict, one.tag) == (clause_.get("verdict"), clause_.get("tag"))
            when = {key: getattr(one.when, key) for key in one.when.__struct_fields__}
            assert {
                key: list(value) if isinstance(value, tuple) else value
                for key, value in when.items()
                if value is not None
            } == clause_.get("when", {})


def test_a_gist_that_yaml_takes_apart_at_a_comma_is_put_together_again() -> None:
    (one,) = GIVEN.get("CDLA-Permissive-2.0").clauses
    assert one.gist == "the agreement travels with shared data, results are free"


@pytest.mark.parametrize(
    ("old", "new", "what", "field"),
    [
        ("name: Mine", "title: Mine", "there is no key 'title' here", "mine.title"),
        ("  name: Mine\n", "", "the key 'name' is missing", "mine"),
        ("verified: text", "verified: yes", "'verified' must be a text", "mine.verified"),
        ("verified: text", "verified: seen", "no way to verify is called", "mine.verified"),
        ("family: [mine]", "family: [other]", "no license is called 'other'", "mine.family[0]"),
        ("family: [mine]", "family: [mine, Mine]", "'Mine' stands twice", "mine.family[1]"),
        ("family: [mine]", "family: mine", "'family' must be a list", "mine.family"),
        ('id: "1", ', "", "the key 'id' is missing", "mine.clauses[0]"),
        ("in: [work]", "in: []", "'in' is empty", "mine.clauses[0].in"),
        ("in: [work]", "in: [works]", "no state is called 'works'", "mine.clauses[0].in[0]"),
        ("in: [work]", "in: [work, work]", "'work' stands twice", "mine.clauses[0].in"),
        ("duties: [credit]", "duties: [credits]", "no duty is called", "mine.clauses[0].duties[0]"),
        ("duties: [credit]", "duties: []", "the clause has no duties", "mine.clauses[0]"),
        (", duties: [credit]", "", "the clause has no duties", "mine.clauses[0]"),
        ("duties: [credit]", "verdict: allowed", "no verdict is called", "mine.clauses[0].verdict"),
        ("duties: [credit]", "tag: open", "no tag is called", "mine.clauses[0].tag"),
        ("duties: [credit]", "dutys: [credit]", "there is no key 'dutys'", "mine.clauses[0].dutys"),
        (
            "distribution: [weights]",
            "distribution: [all]",
            "no distribution is called",
            "mine.clauses[0].when.distribution[0]",
        ),
        (
            "distribution: [weights]",
            "distribution: weights",
            "'distribution' must be a list",
            "mine.clauses[0].when.distribution",
        ),
        (
            "distribution: [weights]",
            "users_over: many",
            "'users_over' must be a whole",
            "mine.clauses[0].when.users_over",
        ),
        (
            "distribution: [weights]",
            "commercial: maybe",
            "'commercial' must be true",
            "mine.clauses[0].when.commercial",
        ),
        (
            "distribution: [weights]",
            "country: [EU]",
            "there is no key 'country'",
            "mine.clauses[0].when.country",
        ),
        ("mine:", "unknown:", "'unknown' is built in", "unknown"),
        ("mine:", "Lineage:", "'lineage' is built in", "Lineage"),
        ("family: [mine]", "aliases: [unknown]", "'unknown' is built in", "mine"),
        (
            "gist: name us",
            f"gist: x, quote: {'a ' * 16}",
            "the quote has 16",
            "mine.clauses[0].quote",
        ),
    ],
    ids=range(26),
)
def test_terms_that_cannot_be_are_refused_with_their_place(
    tmp_path: Path, old: str, new: str, what: str, field: str
) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as error:
        read(tmp_path, GOOD.replace(old, new))
    assert what in error.value.what
    assert error.value.where is not None
    assert error.value.where.field == field
    assert error.value.where.line
    assert error.value.fix


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (GOOD + GOOD.replace("mine", "MINE"), "'mine' names two licenses"),
        (GOOD + GOOD.replace("mine:", "yours:\n  aliases: [Mine]"), "'mine' names two licenses"),
        (GOOD + "    - {id: '1', gist: again, in: [work], duties: [credit]}\n", "stands twice"),
        (GOOD + "other: text\n", "must be a mapping"),
        ("[]", "a file of terms maps licenses"),
        ("{}", "the file holds no terms"),
        ("a: {}", "the key 'name' is missing"),
        (
            "a: {name: A, verified: unverified, clauses:"
            " [{id: unverified, gist: x, in: [work], verdict: review}]}",
            "is built in",
        ),
    ],
)
def test_terms_that_contradict_themselves_are_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    assert what in error.value.what


def test_a_file_of_one_license_is_called_after_its_license(tmp_path: Path) -> None:
    text = 'name = "Mine"\n[[clauses]]\nid = "1"\ngist = "x"\nin = ["work"]\nverdict = "review"\n'
    assert read(tmp_path, text, "my-1.0.toml").get("MY-1.0").name == "Mine"
    assert read(tmp_path, 'id = "other"\n' + text, "x.toml").get("other").name == "Mine"


def test_a_folder_of_terms_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("one: {name: One, clauses: [], family: [two]}", "utf-8")
    (tmp_path / "two.json").write_text('{"name": "Two", "clauses": []}', "utf-8")
    (tmp_path / "notes.txt").write_text("not terms", "utf-8")
    assert {"one", "two"} <= set(read_terms(tmp_path).licenses)
    (tmp_path / "b.yaml").write_text("ONE: {name: One, clauses: []}", "utf-8")
    with pytest.raises(InputError, match="names two licenses"):
        read_terms(tmp_path)


def test_an_empty_folder_holds_no_terms(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the folder holds no terms"):
        read_terms(tmp_path)


def test_a_family_may_name_licenses_of_other_terms_that_are_named(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(GOOD.replace("family: [mine]", "family: [llama-2]"), "utf-8")
    assert read_terms(tmp_path / "t.yaml", known=GIVEN.licenses).get("mine").family == ("llama-2",)


def test_terms_are_found_by_id_and_alias_in_any_case() -> None:
    base = KnowledgeBase([terms("Some-1.0", aliases=("some", "Other Name"))])
    assert base.get("SOME-1.0") is base.get("other name") is base.get("some")
    with pytest.raises(NotFoundError, match="no license is called 'sone'") as error:
        base.get("sone")
    assert "'some'" in error.value.fix


def test_ours_and_unknown_are_there_without_being_said() -> None:
    base = KnowledgeBase([])
    assert base.get("Internal") is INTERNAL
    assert base.get("UNKNOWN") is UNKNOWN
    assert set(base.licenses) == {"internal", "unknown"}


@pytest.mark.parametrize("more", [{"id": "A"}, {"id": "b", "aliases": ("A",)}, {"id": "lineage"}])
def test_a_name_for_two_licenses_is_refused_in_memory_too(more: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="names two licenses"):
        KnowledgeBase([terms("a"), terms(**more)])


def test_merged_terms_take_what_comes_later() -> None:
    ours = KnowledgeBase([terms("MIT", clause("own", "work", verdict="review")), terms("deal")])
    both = merged(GIVEN, ours)
    assert [one.id for one in both.get("mit").clauses] == ["own"]
    assert set(both.licenses) == {*GIVEN.licenses, "deal"}
    # What says `internal` for itself is kept; the one that is only added is not.
    assert both.get("internal") is GIVEN.get("internal")


def test_clauses_that_are_built_in_are_found_too() -> None:
    base = KnowledgeBase([terms("a", verified="unverified")])
    assert base.clause("Lineage", "undisclosed").id == "undisclosed"
    assert base.clause("unknown", "unknown").id == "unknown"
    assert base.clause("A", "unverified").id == "unverified"
    with pytest.raises(NotFoundError, match="no clause of internal is called 'unverified'"):
        base.clause("internal", "unverified")


def test_the_packaged_terms_are_read_once() -> None:
    assert packaged() is packaged()
    assert {name.casefold() for name in RAW_TERMS} <= {n.casefold() for n in packaged().licenses}
