"""Every key and item of a file is found on the line that it stands on."""

import tomllib
from collections.abc import Iterator

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from roundtable.workspace.lines import Path, line_of, toml_lines, yaml_lines

TOML = """# a comment with [brackets] and "quotes
title = "one # two"
text = '''
[not.a.table]
key = 1
'''
more = \"\"\"a \\\\\"\"\" # the end
when = 2026-12-15 10:00:00
a.b = 1

[ plugins . metrics ]
"quoted key" = "x"
[plugins]
x = [
  1, # [
  { name = "deep", inner = [
    2,
    3] },
  [ 4,
    5 ],
]
[[candidates]]
id = "a"
[[candidates]]
id = "b"
[candidates.examples]
k = 3
[[candidates.tags]]
name = "t"
"""
LINES: dict[Path, int] = {
    ("title",): 2,
    ("text",): 3,
    ("more",): 7,
    ("when",): 8,
    ("a",): 9,
    ("a", "b"): 9,
    ("plugins", "metrics"): 11,
    ("plugins", "metrics", "quoted key"): 12,
    ("plugins",): 13,
    ("plugins", "x", 0): 15,
    ("plugins", "x", 1, "name"): 16,
    ("plugins", "x", 1, "inner", 1): 18,
    ("plugins", "x", 2, 1): 20,
    ("candidates",): 22,
    ("candidates", 0, "id"): 23,
    ("candidates", 1): 24,
    ("candidates", 1, "examples", "k"): 27,
    ("candidates", 1, "tags", 0, "name"): 29,
}


def test_each_key_and_item_is_found_on_its_line() -> None:
    tomllib.loads(TOML)
    found = toml_lines(TOML)
    assert {path: found.get(path) for path in LINES} == LINES
    assert not [path for path in found if path[:1] in (("not",), ("key",))]


def test_what_is_not_there_is_told_where_it_would_stand() -> None:
    found = toml_lines(TOML)
    assert line_of(("candidates", 1, "model"), found) == 24
    assert line_of(("owner",), found) == 1


def paths(data: object, above: Path = ()) -> Iterator[Path]:
    yield above
    if isinstance(data, dict):
        for key, value in data.items():
            yield from paths(value, (*above, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from paths(value, (*above, index))


keys = st.text(st.sampled_from("abcdefgh-_. #[]{}='"), min_size=1, max_size=6)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.integers(-9, 9) | st.booleans() | texts | st.datetimes() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_no_text_hides_a_key_from_the_scan(data: dict[str, object]) -> None:
    text = tomlkit.dumps(data)
    read = tomllib.loads(text)
    found = toml_lines(text)
    assert set(paths(read)) <= set(found)
    last = text.count("\n") + 1
    assert all(1 <= line <= last for line in found.values())


def test_yaml_keys_and_items_are_found_in_nested_lists_too() -> None:
    text = "title: x\ninputs:\n  - a\n  - b\nparameters:\n  stop: [c,\n    d]\nm:\n- k: 1\n"
    found = yaml_lines(text, 2)
    assert found[("inputs", 1)] == 5
    assert found[("parameters", "stop", 1)] == 8
    assert found[("m", 0, "k")] == 10
