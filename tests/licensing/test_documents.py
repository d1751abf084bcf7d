"""Files become values with places: YAML's traps, aliases, nesting, what is not what it says."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from licensing.drawn import DATA
from roundtable.errors import InputError
from roundtable.licensing.documents import Document, Plain, field_of, read_document
from roundtable.licensing.fields import Field


def read(tmp_path: Path, name: str, text: str | bytes) -> Document:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


def yaml_of(tmp_path: Path, text: str) -> Any:
    return read(tmp_path, "x.yaml", text).value


@pytest.mark.parametrize("name", ["scenarios_open.yaml", "terms.yaml"])
def test_the_given_files_are_read_as_pyyaml_reads_them(name: str) -> None:
    def as_text(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: as_text(one) for key, one in value.items()}
        if isinstance(value, list):
            return [as_text(one) for one in value]
        return value if value is None or isinstance(value, bool) else str(value)

    path = DATA / name
    assert as_text(read_document(path).value) == as_text(yaml.safe_load(path.read_text("utf-8")))


SCALARS = st.one_of(st.text(), st.booleans(), st.none(), st.integers(), st.dates())


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_pyyaml_writes_is_read_back(value: Any) -> None:
    def as_text(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: as_text(inner) for key, inner in one.items()}
        if isinstance(one, list):
            return [as_text(inner) for inner in one]
        is_number = isinstance(one, int | date) and not isinstance(one, bool)
        return str(one) if is_number else one

    from roundtable.licensing.documents import _VALUES

    text = yaml.safe_dump(value)
    assert _VALUES["YAML"](text, "x.yaml") == as_text(value)


def test_a_number_stays_the_text_that_it_is_written_as(tmp_path: Path) -> None:
    found = yaml_of(tmp_path, "[4.10, 010, 2026-11-24, '4', no, ~, yes, text]")
    assert found == ["4.10", "010", "2026-11-24", "4", False, None, True, "text"]
    assert [isinstance(one, Plain) for one in found[:4]] == [True, True, True, False]


def test_an_alias_is_the_very_same_value(tmp_path: Path) -> None:
    found = yaml_of(tmp_path, "- &a {x: [1]}\n- *a\n- [*a, *a]")
    assert found[0] is found[1] is found[2][0]


def test_mappings_are_merged_and_their_own_keys_come_first(tmp_path: Path) -> None:
    found = yaml_of(
        tmp_path, "- &a {x: p, y: p}\n- &b {z: p}\n- {y: own, <<: [*a, *b]}\n- {<<: *a}"
    )
    assert found[2:] == [{"y": "own", "x": "p", "z": "p"}, {"x": "p", "y": "p"}]


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("", "the file is empty", 1),
        ("# only a remark\n", "the file is empty", 1),
        ("a: 1\nb: ]", "this is not YAML", 2),
        ("a: 1\na: 2", "the key 'a' stands here a second time", 2),
        ("- a\n- *b", "what the alias `*b` stands for is not known here", 2),
        ("- &a\n  - *a", "what the alias `*a` stands for contains itself", 2),
        ("a: 1\n---\nb: 2", "a second document begins here", 2),
        ("- !!python/name:os.system x", "the tag", 1),
        ("- !!set {a, b}", "the tag", 1),
        ("? [a, b]\n: c", "a key must be a text", 1),
        ("1: a\nyes: b", "a key must be a text", 2),
        ("{<<: [1]}", "only mappings can be merged", 1),
        ("a: \x07", "this is not YAML", 1),
        ("[" * 100_000, "this is nested too deeply", 1),
        ("{a: " * 100_000, "this is nested too deeply", 1),
        ("- " * 100_000, "this is nested too deeply", 1),
    ],
    ids=range(16),
)
def test_what_is_wrong_with_yaml_is_told_with_its_line(
    tmp_path: Path, text: str, what: str, line: int
) -> None:
    with pytest.raises(InputError) as error:
        yaml_of(tmp_path, text)
    assert error.value.what.startswith(what)
    assert error.value.where is not None
    assert (error.value.where.line, error.value.where.file) == (line, str(tmp_path / "x.yaml"))
    assert error.value.fix


def test_a_few_aliases_cannot_make_any_size(tmp_path: Path) -> None:
    lines = ["a0: &a0 [" + ", ".join("x" * 10) + "]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(InputError, match="aliases make 1,234,567"):
        yaml_of(tmp_path, "\n".join(lines))


def test_hundreds_of_aliases_to_one_large_value_are_fine(tmp_path: Path) -> None:
    text = "all: &all [" + ", ".join(["x"] * 50_000) + "]\nuses:\n" + "- *all\n" * 500
    assert len(yaml_of(tmp_path, text)["uses"]) == 500


@pytest.mark.parametrize(
    ("name", "text", "what", "line"),
    [
        ("x.json", "[1,\n", "this is not JSON", 2),
        ("x.json", "[" * 100_000, "this is nested too deeply", 1),
        ("x.json", '{"a": 1, "a": 2}', "this is not JSON: the key 'a' stands twice", None),
        ("x.json", "[" + "9" * 5000 + "]", "this is not JSON", None),
        ("x.toml", "a = 1\nb = [", "this is not TOML", 2),
        ("x.toml", "a = 1\na = 2", "this is not TOML", 2),
        ("x.toml", "a = " + "[" * 100_000, "this is nested too deeply", 1),
        ("x.yaml", b"a: 1\nb: \xff", "this line is not UTF-8", 2),
        ("x.txt", "a", "the ending '.txt' says nothing", None),
    ],
    ids=range(9),
)
def test_what_is_wrong_with_other_files_is_told_too(
    tmp_path: Path, name: str, text: str | bytes, what: str, line: int | None
) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, name, text)
    assert error.value.what.startswith(what)
    assert error.value.where is not None
    assert error.value.where.line == line


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_document(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("x.yaml", "- a: 1\n- a:\n  - b: &x {c: 1}\n- *x\n", 3),
        ("x.json", '[{"a": 1},\n {"a": [\n\n {"b": {"c": 1}}]}]', 4),
        ("x.toml", "[[s]]\na = 1\n[[s]]\na = [\n {b = {c = 1}}]\n", 5),
    ],
)
def test_the_line_of_a_value_is_found_when_it_is_asked_for(
    tmp_path: Path, name: str, text: str, line: int
) -> None:
    head = ("s",) if name == "x.toml" else ()
    place = read(tmp_path, name, text).place((*head, 1, "a", 0, "b", "c"))
    assert place.line == line
    assert place.field.endswith("[1].a[0].b.c")


def test_a_place_below_an_alias_is_where_its_value_is_written(tmp_path: Path) -> None:
    document = read(tmp_path, "x.yaml", "- &a\n  b:\n    c: 1\n- *a\n")
    assert document.place((1, "b", "c")).line == 3


def test_a_path_is_written_as_people_do() -> None:
    assert field_of((3, "assets", 1, "parents", 0, "relation")) == (
        "[3].assets[1].parents[0].relation"
    )


# -- fields -------------------------------------------------------------------------------------


def field(value: object) -> Field:
    return Field(Document("x.json", "JSON", "", value), value, ("use", "x"))


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, "", " ", "\ud800"])
def test_a_text_is_a_text(value: object) -> None:
    with pytest.raises(InputError) as error:
        field(value).text()
    assert str(error.value).encode()


@pytest.mark.parametrize("value", ["1", 1.0, True, None, [1], -1, Plain("1.5"), Plain("0700")])
def test_a_whole_number_is_a_whole_number(value: object) -> None:
    with pytest.raises(InputError):
        field(value).whole()


def test_yaml_s_whole_numbers_are_read_as_they_are_written() -> None:
    assert [field(Plain(one)).whole() for one in ("0", "700000000", "4_000_000")] == [
        0, 700_000_000, 4_000_000,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value", ["2026-13-01", "20261124", "2026-W47-2", "tomorrow", "", 20261124, None, [2026]]
)
def test_a_day_is_a_day(value: object) -> None:
    with pytest.raises(InputError, match="must be a day"):
        field(value).day()


@pytest.mark.parametrize("value", ["2026-11-24", Plain("2026-11-24"), date(2026, 11, 24)])
def test_a_day_may_be_a_date_or_its_text(value: object) -> None:
    assert field(value).day() == date(2026, 11, 24)


@pytest.mark.parametrize("value", ["true", 1, 0, None])
def test_a_flag_is_true_or_false(value: object) -> None:
    with pytest.raises(InputError, match="must be true or false"):
        field(value).flag()
