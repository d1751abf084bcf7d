"""Files that cannot be read are told, whatever they are; none takes the process down."""

from pathlib import Path

import pytest

from roundtable.workspace import load
from workspace.shop import edit, problems, shop

PROMPT = "prompts/triage.prompt.md"
BOMB = "x0: &a0 {k: 1}\n" + "".join(
    f"x{i}: &a{i} {{p: *a{i - 1}, q: *a{i - 1}}}\n" for i in range(1, 40)
)


@pytest.mark.parametrize(
    ("front", "below", "said"),
    [
        ("x: &a {b: *a}", 1, "alias"),
        (BOMB, 1, "alias"),
        ("format: chat", 1, "'format' stands here a second time"),
        ("x: " + "[" * 100_000, -3, "cannot be read"),
        ("x: 2026-99-99", -3, "cannot be read"),
        ("x: !!python/object:os.system {}", 1, "not YAML"),
        ("- x", 1, "not YAML"),
    ],
)
def test_front_matter_that_would_grow_or_hide_something_is_refused(
    tmp_path: Path, front: str, below: int, said: str
) -> None:
    root = shop(tmp_path / "shop")
    line = edit(root, PROMPT, "format: completion", f"format: completion\n{front}")
    told = problems(root)[0]
    assert (told.place.file, told.place.line) == (PROMPT, line + below)
    assert said in told.message


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "models").rename(tmp_path / "shared")
    (root / "models").symlink_to(tmp_path / "shared")
    assert set(load(root).models) == {"neighbours", "smollm2"}


@pytest.mark.parametrize(
    ("link", "to", "said"),
    [
        ("models/round", "../models", "leads back"),
        ("models/round", "..", "leads back"),
        ("models/self.toml", "self.toml", "leads nowhere"),
        ("models/gone.toml", "nobody.toml", "leads nowhere"),
    ],
)
def test_a_link_in_a_circle_or_to_nowhere_is_told(
    tmp_path: Path, link: str, to: str, said: str
) -> None:
    root = shop(tmp_path / "shop")
    (root / link).symlink_to(to)
    told = next(one for one in problems(root) if said in one.message)
    assert told.place.line == 1
    assert told.fix


def test_a_file_where_a_folder_belongs_is_told(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "policies").write_text("")
    (told,) = problems(root)
    assert told.place.file == "policies"


@pytest.mark.parametrize("file", ["models/x.TOML", "prompts/x.Prompt.md", "prompts/a.b.prompt.md"])
def test_no_declaration_is_left_out_in_silence(tmp_path: Path, file: str) -> None:
    root = shop(tmp_path / "shop")
    (root / file).write_text("---\ntitle: x\n---\nhi\n")
    assert [one.place.file for one in problems(root)] == [file]


def test_a_broken_partial_is_told_once_whoever_includes_it(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop")
    (root / "prompts/_x.md").write_text("a\n{% if %}", encoding="utf-8")
    assert [(one.place.file, one.place.line) for one in problems(root)] == [("prompts/_x.md", 2)]
    for name in ("a", "b"):
        text = '---\ntitle: x\n---\n{% include "_x.md" %}\n'
        (root / f"prompts/{name}.prompt.md").write_text(text, encoding="utf-8")
    assert len(problems(root)) == 1
