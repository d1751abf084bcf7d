"""Exact, modified, unknown: what a text is called, and on what ground."""

import re
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensing.license_texts import reference_of, text_of
from roundtable.licensing.identifying import Identification, identify_text
from roundtable.licensing.identifying.catalog import Catalog, Entry, Text, indexed, packaged
from roundtable.licensing.identifying.comparison import Comparison, find_words
from roundtable.licensing.identifying.decisive import clauses_of, packaged_probes
from roundtable.licensing.identifying.imprint import packed_imprint
from roundtable.licensing.identifying.runs import runs_of
from roundtable.licensing.identifying.words import digest_of, words_of

STATES = {"kept", "changed", "missing"}


def state_of(found: Identification, clause: str) -> str:
    return next(one.state for one in found.clauses if one.clause == clause)


@pytest.mark.parametrize(
    "id",
    ["MIT", "Apache-2.0", "GPL-3.0-only", "CC-BY-4.0", "llama-2", "llama-3", "llama-3.1", "gemma",
     "qwen", "deepseek-model", "creativeml-openrail-m", "openrail-pp-m"],
)  # fmt: skip
def test_a_published_text_is_exact_and_only_its_own_license(id: str) -> None:
    found = identify_text(text_of(id))
    assert (found.answer, found.license, found.score) == ("exact", id, 1.0)


def test_llama_3_without_the_ban_on_improving_models_is_neither_3_nor_3_1() -> None:
    text = text_of("llama-3")
    ban = re.search(r"\n[^\n]*You will not use the Llama Materials or any output[^\n]*\n", text)
    assert ban
    found = identify_text(text.replace(ban.group(), "\n"))
    assert (found.answer, found.license) == ("modified", "llama-3")
    assert found.score < 1
    assert state_of(found, "1(b)(v)") == "missing"
    assert state_of(found, "2") == "kept"
    assert any("1(b)(v)" in warning for warning in found.warnings)
    assert any("to improve any other large language model" in d.expected for d in found.differences)


def test_a_single_not_taken_away_is_told_as_decisive() -> None:
    found = identify_text(text_of("llama-3").replace("You will not use", "You will use", 1))
    assert (found.answer, found.license) == ("modified", "llama-3")
    assert [(d.kind, d.expected, d.decisive) for d in found.differences] == [
        ("missing", "not", True)
    ]
    assert state_of(found, "1(b)(v)") == "changed"


@pytest.mark.parametrize(
    ("id", "old", "new"),
    [
        ("llama-3.1", "700 million", "70 million"),
        ("llama-3.1", "July 23, 2024", "July 23, 2025"),
        ("llama-3.1", "LLAMA 3.1 COMMUNITY", "LLAMA 3.2 COMMUNITY"),
        ("Apache-2.0", "Version 2.0, January 2004", "Version 2.1, January 2014"),
        ("Apache-2.0", "royalty-free, irrevocable", "royalty-free, revocable"),
        ("MIT", "without restriction", "with restriction"),
        ("MIT", "free of charge", "for a fee"),
        ("BSD-3-Clause", "with or without", "without"),
        ("GPL-3.0-only", "You may not impose any further", "You may impose any further"),
        ("CC-BY-4.0", "sell", "sell"),
        ("gemma", "You must not use", "You must use"),
    ],
)
def test_one_changed_passage_makes_it_modified(id: str, old: str, new: str) -> None:
    text = text_of(id)
    if old == new:
        found = identify_text(text + "\nYou may not sell it.\n")
    else:
        assert old in text
        found = identify_text(text.replace(old, new))
    assert (found.answer, found.license) == ("modified", id)
    assert found.differences
    assert any(one.decisive for one in found.differences)


@pytest.mark.parametrize(
    ("change", "id"),
    [
        (lambda t: t.replace("<year> <copyright holders>", "2024 Ada Lovelace & Will May"), "MIT"),
        (lambda t: t.replace("\n", "\r\n"), "MIT"),
        (lambda t: "# License\n\n" + t, "MIT"),
        (lambda t: t.replace("MIT License\n", "The MIT License (MIT)\n"), "MIT"),
        (lambda t: "\n".join("// " + line for line in t.splitlines()), "Apache-2.0"),
        (lambda t: "\n".join(" * " + line for line in t.splitlines()), "BSD-3-Clause"),
        (lambda t: t.replace('"', "\u201c").replace("'", "\u2019"), "Apache-2.0"),
        (lambda t: t.partition("APPENDIX")[0], "Apache-2.0"),
        (lambda t: "Copyright 2020-2024 The Example Authors\n\n" + t, "Apache-2.0"),
        (lambda t: t.replace("[yyyy] [name of copyright owner]", "2021 Foo Inc."), "Apache-2.0"),
        (lambda t: t.replace("1.", "*").replace("2.", "*").replace("3.", "*"), "BSD-3-Clause"),
        (lambda t: t.replace("the copyright holder nor", "Example GmbH nor"), "BSD-3-Clause"),
        (lambda t: "<p>" + t.replace("\n\n", "</p>\n<p>") + "</p>", "CC-BY-4.0"),
        (lambda t: t.replace("licence", "license").replace("License", "Licence"), "MPL-2.0"),
        (lambda t: t.partition("Meta Llama 3 Acceptable Use Policy")[0], "llama-3"),
        (lambda t: "Example Project\n===============\n\n" + t, "ISC"),
    ],
)  # fmt: skip
def test_what_changes_nothing_stays_exact(change, id: str) -> None:  # type: ignore[no-untyped-def]
    text = text_of(id)
    changed = change(text)
    assert changed != text
    found = identify_text(changed)
    assert (found.answer, found.license) == ("exact", id), found.differences


@pytest.mark.parametrize(
    "added",
    [
        "The Software shall be used for Good, not Evil.",
        "You may not use the Software for commercial purposes.",
        "Additional terms apply to companies with more than 100 employees.",
        "This license is void for members of the European Union.",
        "Nur für nichtkommerzielle Zwecke.",
        "Gilt ausschließlich in der Schweiz und in Liechtenstein.",
        "仅供研究使用",
        "Copyright 2024 Foo Inc. For academic research use.",
        "Copyright 2024 Foo Inc. Usage commercial interdit.",
    ],
)
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_sentence_added_at_either_end_is_never_harmless(added: str, where: str) -> None:
    text = text_of("MIT")
    found = identify_text(f"{added}\n\n{text}" if where == "before" else f"{text}\n{added}\n")
    assert found.answer == "modified"
    assert any(added[:20] in one.found for one in found.differences)


def test_the_words_of_one_license_under_the_title_of_another_are_neither() -> None:
    found = identify_text("The MIT License\n\n" + text_of("ISC"))
    assert found.answer == "modified"
    assert any("mit license" in warning for warning in found.warnings)


def test_mit_without_its_condition_is_not_mit_even_though_mit_0_has_those_words() -> None:
    text = text_of("MIT")
    condition = re.search(r"The above copyright notice.*?Software\s*\.", text, re.S)
    assert condition
    without = text.replace(condition.group(), "").replace(
        ", subject to the following conditions:", "."
    )
    found = identify_text(without)
    assert found.answer == "modified"


def test_halves_of_two_licenses_are_modified_and_both_are_named() -> None:
    first, second = text_of("llama-3.1"), text_of("gemma")
    found = identify_text(first[: len(first) // 2] + "\n" + second[len(second) // 2 :])
    assert found.answer == "modified"
    assert {"llama-3.1", "gemma"} <= {one.license for one in found.resembles}
    assert any("two licenses" in warning for warning in found.warnings)


def test_two_whole_licenses_in_one_file_are_found_with_their_lines() -> None:
    found = identify_text(text_of("MIT") + "\n\n" + text_of("Apache-2.0"))
    assert (found.answer, found.license) == ("modified", None)
    assert [one.license for one in found.contains] == ["MIT", "Apache-2.0"]
    assert found.contains[0].last_line < found.contains[1].first_line


def test_a_license_with_its_own_use_policy_behind_it_is_exact() -> None:
    found = identify_text(text_of("llama-4") + "\n\n" + text_of("llama-4.use-policy"))
    assert (found.answer, found.license) == ("exact", "llama-4")
    assert "its use policy" in found.how
    mixed = identify_text(text_of("llama-3.1") + "\n\n" + text_of("llama-3.use-policy"))
    assert mixed.answer == "modified"


def test_the_notice_above_a_license_says_which_of_its_ids_it_is() -> None:
    notice = (
        "Foo sorts requests.\nCopyright (C) 2024 Ada Lovelace\n\n"
        "This program is free software: you can redistribute it and/or modify it under the terms"
        " of the GNU General Public License as published by the Free Software Foundation, either"
        " version 3 of the License, or (at your option) any later version.\n\n"
        "This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY;"
        " without even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE."
        " See the GNU General Public License for more details.\n\n"
        "You should have received a copy of the GNU General Public License along with this program."
        " If not, see <https://www.gnu.org/licenses/>.\n\n"
    )
    found = identify_text(notice + text_of("GPL-3.0-only"))
    assert (found.answer, found.license, found.also) == ("exact", "GPL-3.0-or-later", ())
    assert found.known_terms


def test_an_exception_behind_a_license_is_named_with_it() -> None:
    found = identify_text(text_of("Apache-2.0") + "\n\n" + text_of("LLVM-exception"))
    assert (found.answer, found.license) == ("exact", "Apache-2.0 WITH LLVM-exception")
    assert not found.known_terms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "MIT",
        "MIT License",
        "Apache License 2.0",
        "This project is licensed under the MIT License - see the LICENSE file.",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 40,
        "We collect your name and e-mail address. You may withdraw your consent at any time. We"
        " will not sell your data, and disclose it only where the law requires it. " * 6,
        "THE GOODS ARE PROVIDED AS IS, WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING"
        " BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR"
        " PURPOSE. The seller delivers within ten days, and the buyer pays within thirty. Either"
        " party may end this contract with notice of three months. The courts of Basel decide. ",
        "def f(x):\n    return x + 1\n" * 50,
        "Die Software wird ohne jede Gewährleistung bereitgestellt. Jedermann darf sie kostenlos"
        " nutzen, kopieren, verändern und weitergeben, sofern dieser Hinweis erhalten bleibt. " * 5,
    ],
)  # fmt: skip
def test_what_is_no_license_is_never_called_one(text: str) -> None:
    found = identify_text(text)
    assert (found.answer, found.license, found.score) == ("unknown", None, 0.0)


def test_an_unknown_text_says_what_it_is_like_and_does_not_decide_by_it() -> None:
    text = text_of("llama-3.1")
    found = identify_text("Our own terms. " * 300 + text[: len(text) // 5])
    assert (found.answer, found.license) == ("unknown", None)
    assert [one.license for one in found.resembles][:1] == ["llama-3.1"]


def test_texts_that_several_ids_share_say_so() -> None:
    found = identify_text(text_of("GPL-3.0-only"))
    assert found.also == ("GPL-3.0-or-later",)
    assert any("GPL-3.0-or-later" in warning for warning in found.warnings)


def test_every_decisive_clause_is_found_in_the_text_it_decides() -> None:
    catalog = packaged()
    for id, probes in packaged_probes().items():
        reference = reference_of(id)
        template = catalog.template(reference)
        itself = Comparison(
            reference, template, template.words, catalog.foreign_titles(reference.entry)
        )
        states = {one.clause: one.state for one in clauses_of(itself)}
        assert {clause: states.get(clause) for clause in probes} == dict.fromkeys(probes, "kept")


def test_a_text_of_which_only_the_imprint_is_kept_is_told_from_a_changed_one() -> None:
    words = [f"word{i % 211}x{i}" for i in range(400)]
    imprint = Text(digest=digest_of(words), source="a test", file="own.runs", n_words=400)
    entry = Entry(id="own-terms", name="Own terms", texts=(imprint,))
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("own.runs", packed_imprint(words_of(" ".join(words))))
    catalog = Catalog([entry], *indexed([runs_of(words)]), archive.getvalue())

    def answer(words: list[str]) -> Identification:
        return identify_text(" ".join(words), catalog=catalog)

    assert answer(words).answer == "exact"
    assert answer(["Copyright", "2024", "Foo", "Inc", *words]).answer == "exact"
    changed = answer([*words[:200], "may", "not", *words[203:]])
    assert (changed.answer, changed.license) == ("modified", "own-terms")
    assert [(d.kind, d.found, d.decisive) for d in changed.differences] == [
        ("changed", "may not", True)
    ]
    assert changed.differences[0].expected.startswith("[3 words")
    assert answer(words[:390]).differences[0].expected.startswith("[10 words")
    assert answer([*words, "You", "may", "not", "sell", "it"]).answer == "modified"
    assert answer(["nothing", "of", "it"] * 100).answer == "unknown"


WRAPPED = ("MIT", "BSD-3-Clause", "llama-3", "llama-3.1", "qwen", "CC0-1.0")


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_case_and_line_breaks_never_change_an_exact_answer(data: st.DataObject) -> None:
    id = data.draw(st.sampled_from(WRAPPED))
    seed = data.draw(st.randoms(use_true_random=False))
    case = data.draw(st.sampled_from([str.upper, str.lower, str.title, str]))
    gaps = [" ", "\n", "\t", "  ", "\r\n", "\n\n   ", "\u00a0", "\u2028"]
    words = case(text_of(id)).split()
    text = "".join(word + seed.choice(gaps) for word in words)
    found = identify_text(text)
    assert (found.answer, found.license) == ("exact", id)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_text_without_one_decisive_clause_is_never_exact(data: st.DataObject) -> None:
    id = data.draw(st.sampled_from(sorted(packaged_probes())))
    clause = data.draw(st.sampled_from(sorted(packaged_probes()[id])))
    words = words_of(text_of(id))
    wanted = words_of(packaged_probes()[id][clause].words).words
    at = find_words(words.words, wanted)
    assert at >= 0
    text = words.text[: words.starts[at]] + words.text[words.ends[at + len(wanted) - 1] :]
    found = identify_text(text)
    assert found.answer == "modified"
    assert {one.state for one in found.clauses} <= STATES
    if found.license == id:
        assert state_of(found, clause) != "kept"


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_deleting_any_three_words_that_must_stand_is_never_exact(data: st.DataObject) -> None:
    id = data.draw(st.sampled_from(["llama-3", "llama-3.1", "qwen", "gemma", "llama-2"]))
    words = text_of(id).split()
    at = data.draw(st.integers(0, len(words) - 3))
    gone = words[at : at + 3]
    if not any(re.search(r"\w{4}", word) for word in gone):
        return
    text = text_of(id)
    if id == "llama-3" and at > len(text.partition("Meta Llama 3 Acceptable Use")[0].split()) - 6:
        return
    assert identify_text(" ".join(words[:at] + words[at + 3 :])).answer == "modified"


def test_a_changed_notice_is_no_license_made_from_another_that_quotes_it() -> None:
    notice = (
        'Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file'
        " except in compliance with the License. You may obtain a copy of the License at"
        " http://www.apache.org/licenses/LICENSE-2.0 Unless required by applicable law or agreed to"
        ' in writing, software distributed under the License is distributed on an "AS IS" BASIS,'
        " WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License"
        " for the specific language governing permissions and limitations under the License."
    )
    extra = (
        "Fine-tuning the library models for sequence to sequence. You can also adapt this script."
    )
    found = identify_text(f"coding=utf-8 Copyright 2020 The Team. {notice} {extra}")
    assert (found.answer, found.license) == ("unknown", None)
    assert [one.license for one in found.declared] == ["Apache-2.0"]
