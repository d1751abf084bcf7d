"""`roundtable license identify`, as a person and as a program use it."""

from pathlib import Path

from journeys.command import roundtable

LICENSE = Path(__file__).parents[2] / "LICENSE"


def test_json_tells_each_path_its_license_and_its_score(tmp_path: Path) -> None:
    changed = tmp_path / "CHANGED"
    changed.write_text(LICENSE.read_text().replace("royalty-free", "royalty-bearing"))
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader, the ferry leaves at six. Bring a coat.\n")
    done = roundtable("license", "identify", "--json", LICENSE, changed, letter, cwd=tmp_path)
    assert done.code == 0, done.err
    exact, modified, unknown = done.document
    assert exact["path"] == str(LICENSE)
    assert (exact["license"], exact["score"], exact["answer"]) == ("Apache-2.0", 1.0, "exact")
    assert (modified["license"], modified["answer"]) == ("Apache-2.0", "modified")
    assert modified["score"] < 1
    assert [one["found"] for one in modified["differences"]][:1] == ["bearing"]
    assert (unknown["license"], unknown["score"], unknown["answer"]) == (None, 0.0, "unknown")


def test_a_person_reads_what_changed_and_which_clauses_are_left(tmp_path: Path) -> None:
    changed = tmp_path / "LICENSE"
    changed.write_text(LICENSE.read_text().replace("royalty-free", "royalty-bearing"))
    done = roundtable("license", "identify", changed, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "modified: made from Apache-2.0" in done.out
    assert "clause 3 CHANGED" in done.out
    assert "clause 4(a) still there" in done.out
    assert "'free' became 'bearing'" in done.out
    assert "not legal advice" in done.out


def test_a_path_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    done = roundtable("license", "identify", "nowhere", cwd=tmp_path)
    assert done.code == 2
    assert "no such file or folder" in done.err
    assert "fix:" in done.err
