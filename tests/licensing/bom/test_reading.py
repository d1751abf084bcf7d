import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from licensing.bom.bills import TERMS, reply_bill
from roundtable.errors import InputError
from roundtable.licensing.bom import read_bill, write_bill
from roundtable.licensing.bom.writing import FORMATS, Format
from roundtable.licensing.types import Asset, Parent

Read = Callable[[Any], dict[str, Asset]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a document, given as a value or a text, into assets by id."""

    def reader(document: Any) -> dict[str, Asset]:
        file = tmp_path / "bill.json"
        text = document if isinstance(document, str) else json.dumps(document)
        file.write_text(text, encoding="utf-8")
        return {one.id: one for one in read_bill(file, terms=TERMS)}

    return reader


def _cyclonedx(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"bomFormat": "CycloneDX", "specVersion": more.pop("version", "1.6")}
    return {**head, "components": list(components), **more}


def _model(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "machine-learning-model", "bom-ref": name, "name": name, **more}


def _data(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "data", "bom-ref": name, "name": name, **more}


def _licensed(id: str) -> dict[str, Any]:
    return {"licenses": [{"license": {"id": id}}]}


def _card(*refs: str) -> dict[str, Any]:
    return {"modelCard": {"modelParameters": {"datasets": [{"ref": ref} for ref in refs]}}}


def _spdx(*elements: dict[str, Any]) -> dict[str, Any]:
    info = {
        "type": "CreationInfo",
        "@id": "_:info",
        "created": "2026-01-01T00:00:00Z",
        "createdBy": ["urn:acme"],
        "specVersion": "3.0.1",
    }
    agent = {"type": "Organization", "spdxId": "urn:acme", "name": "Acme"}
    graph = [info] + [{"creationInfo": "_:info", **one} for one in (agent, *elements)]
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}


def _package(type: str, name: str) -> dict[str, Any]:
    kind = {"dataset_datasetType": ["text"]} if type == "dataset_DatasetPackage" else {}
    return {"type": type, "spdxId": f"urn:{name}", "name": name, **kind}


def _relation(kind: str, child: str, *to: str) -> dict[str, Any]:
    return {
        "type": "Relationship",
        "spdxId": f"urn:relation:{kind}:{child}:{':'.join(to)}",
        "from": f"urn:{child}",
        "relationshipType": kind,
        "to": [each if "://" in each else f"urn:{each}" for each in to],
    }


def _parents(one: Asset) -> set[tuple[str, str]]:
    return {(parent.id, parent.relation) for parent in one.parents}


def test_a_model_card_tells_what_a_model_was_trained_on(read: Read) -> None:
    found = read(
        _cyclonedx(
            _model("Reader", **_card("letters"), **_licensed("Apache-2.0")),
            _data("letters", **_licensed("MIT")),
        )
    )
    assert found["models/reader"] == Asset(
        id="models/reader",
        kind="model",
        license="Apache-2.0",
        lineage="declared",
        parents=(Parent(id="datasets/letters", relation="trained-on"),),
    )
    # Where the letters come from, nobody says.
    assert found["datasets/letters"].lineage == "undisclosed"


def test_a_model_card_may_tell_its_data_in_place(read: Read) -> None:
    card = {"modelParameters": {"datasets": [{"type": "dataset", "name": "Web crawl"}]}}
    found = read(_cyclonedx(_model("m", modelCard=card)))
    assert _parents(found["models/m"]) == {("datasets/web-crawl", "trained-on")}
    assert found["datasets/web-crawl"].license == "unknown"


def test_an_ancestor_in_the_pedigree_is_the_component_with_its_name_and_version(
    read: Read,
) -> None:
    base = {"type": "machine-learning-model", "name": "base", "version": "2"}
    found = read(
        _cyclonedx(
            _model("tuned", pedigree={"ancestors": [base]}),
            _model("base", version="2", **_licensed("Apache-2.0")),
            _model("base-1", version="1"),
        )
    )
    assert _parents(found["models/tuned"]) == {("models/base", "fine-tuned-from")}
    assert len(found) == 3


def test_a_pedigree_is_followed_up_to_its_oldest_ancestor(read: Read) -> None:
    line: dict[str, Any] = {}
    for name in ("first", "second", "third", "fourth"):
        one = {"type": "machine-learning-model", "name": name}
        line = {**one, "pedigree": {"ancestors": [line]}} if line else one
    found = read(_cyclonedx({**line, "bom-ref": "fourth"}))
    assert _parents(found["models/fourth"]) == {("models/third", "fine-tuned-from")}
    assert _parents(found["models/second"]) == {("models/first", "fine-tuned-from")}


@pytest.mark.parametrize(
    ("child", "parent", "relation"),
    [
        (_model("a"), _model("b"), "fine-tuned-from"),
        (_model("a"), _data("b"), "trained-on"),
        (_data("a"), _model("b"), "generated-by"),
        (_data("a"), _data("b"), "derived-from"),
        ({"type": "library", "bom-ref": "a", "name": "a"}, _model("b"), "includes"),
    ],
)
def test_a_dependency_counts_as_the_relation_that_carries_most(
    read: Read, child: dict[str, Any], parent: dict[str, Any], relation: str
) -> None:
    needs = [{"ref": "a", "dependsOn": ["b"]}]
    found = read(_cyclonedx(child, parent, dependencies=needs))
    (one,) = (each for id, each in found.items() if id.endswith("/a"))
    assert [each.relation for each in one.parents] == [relation]


def test_a_part_within_a_part_is_included_and_its_files_stand_under_its_terms(read: Read) -> None:
    inner = _model("inner", components=[{"type": "file", "name": "inner.gguf"}])
    found = read(_cyclonedx({"type": "application", "bom-ref": "a", "name": "a"}, _model("m")))
    assert found["software/a"].parents == ()
    found = read(_cyclonedx(_model("outer", components=[inner])))
    assert _parents(found["models/outer"]) == {("models/inner", "includes")}
    assert set(found) == {"models/outer", "models/inner"}


def test_the_whole_that_a_document_is_about_holds_parts_that_are_only_listed(read: Read) -> None:
    app = {"component": {"type": "application", "bom-ref": "app", "name": "App"}}
    found = read(_cyclonedx(_model("m"), _data("d"), metadata=app))
    assert _parents(found["systems/app"]) == {
        ("models/m", "includes"),
        ("datasets/d", "includes"),
    }


def test_a_service_of_a_supplier_is_something_whose_terms_count(read: Read) -> None:
    document = _cyclonedx(
        {"type": "application", "bom-ref": "a", "name": "a"},
        services=[{"bom-ref": "api", "name": "Some API"}],
        dependencies=[{"ref": "a", "dependsOn": ["api"]}],
    )
    found = read(document)
    assert _parents(found["software/a"]) == {("software/some-api", "includes")}
    assert found["software/some-api"].license == "unknown"


def test_services_within_services_are_read(read: Read) -> None:
    inner = {"bom-ref": "db", "name": "Database"}
    outer = {"bom-ref": "api", "name": "Some API", "services": [inner]}
    found = read(_cyclonedx(services=[outer], dependencies=[{"ref": "api", "dependsOn": ["db"]}]))
    assert _parents(found["software/some-api"]) == {("software/database", "includes")}


def test_what_a_document_calls_incomplete_is_undisclosed(read: Read) -> None:
    whole = _cyclonedx(_model("m", **_card("d")), _data("d"))
    assert read(whole)["models/m"].lineage == "declared"
    part = {**whole, "compositions": [{"aggregate": "incomplete", "dependencies": ["m"]}]}
    assert read(part)["models/m"].lineage == "undisclosed"


def test_complete_dependencies_do_not_disclose_what_a_model_learned_from(read: Read) -> None:
    told = [{"aggregate": "complete", "dependencies": ["m"]}]
    assert read(_cyclonedx(_model("m"), compositions=told))["models/m"].lineage == "undisclosed"


def test_data_in_another_document_is_kept_and_nothing_is_known_of_it(read: Read) -> None:
    link = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#crawl"
    found = read(_cyclonedx(_model("m", **_card(link))))
    assert found["datasets/crawl"].license == "unknown"
    assert found["datasets/crawl"].lineage == "undisclosed"


@pytest.mark.parametrize(
    ("licenses", "meant"),
    [
        ([], "unknown"),
        ([{"license": {"id": "MIT"}}], "MIT"),
        ([{"license": {"name": "Llama 2 Community  license"}}], "llama-2"),
        ([{"license": {"name": "Acme EULA"}}], "unknown"),
        ([{"license": {"name": "internal"}}], "unknown"),
        ([{"expression": "Zlib OR Apache-2.0"}], "Apache-2.0"),
        ([{"expression": "MIT AND Apache-2.0"}], "unknown"),
        ([{"license": {"id": "MIT"}}, {"license": {"id": "Apache-2.0"}}], "unknown"),
        ([{"license": {"id": "Zlib"}}], "unknown"),
    ],
)
def test_a_license_is_one_that_terms_know_or_unknown(
    read: Read, licenses: list[dict[str, Any]], meant: str
) -> None:
    assert read(_cyclonedx(_model("m", licenses=licenses)))["models/m"].license == meant


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_each_version_of_cyclonedx_json_is_read(read: Read, version: str) -> None:
    part = {"type": "library", "bom-ref": "a", "name": "a", "version": "1", **_licensed("MIT")}
    found = read({"version": 1, **_cyclonedx(part, version=version)})
    assert found["software/a"].license == "MIT"


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_suppliers_roundtable_calls_internal_is_not_ours(
    format: Format, tmp_path: Path
) -> None:
    file = tmp_path / "bill.json"
    file.write_text(write_bill(reply_bill(), format), encoding="utf-8")
    found = {one.id: one for one in read_bill(file, terms=TERMS)}
    assert found["models/reply"].license == "unknown"
    assert found["models/base"].license == "Apache-2.0"


def _said(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"properties": [{"name": f"roundtable:{n}", "value": value} for n, value in pairs]}


def test_words_of_ours_do_not_outvote_the_formats_own_fields(read: Read) -> None:
    found = read(
        _cyclonedx(
            _model(
                "m",
                **_card("d"),
                **_licensed("Apache-2.0"),
                **_said(("kind", "software"), ("license", "MIT"), ("parent", "includes d")),
            ),
            _data("d", **_said(("kind", "file"))),
        )
    )
    assert found["models/m"].kind == "model"
    assert found["models/m"].license == "Apache-2.0"
    assert _parents(found["models/m"]) == {
        ("datasets/d", "includes"),
        ("datasets/d", "trained-on"),
    }
    document = _spdx(
        _package("ai_AIPackage", "m"),
        _package("dataset_DatasetPackage", "d"),
        {
            **_relation("trainedOn", "m", "d"),
            "extension": [
                {
                    "type": "extension_CdxPropertiesExtension",
                    "extension_cdxProperty": [
                        {
                            "type": "extension_CdxPropertyEntry",
                            "extension_cdxPropName": "roundtable:relation",
                            "extension_cdxPropValue": "evaluated-on",
                        }
                    ],
                }
            ],
        },
    )
    assert _parents(read(document)["models/m"]) == {("datasets/d", "trained-on")}


@pytest.mark.parametrize("id", ["../../etc/passwd", "/root", "a//b", "C:\\x", "a b"])
def test_an_id_that_could_lead_elsewhere_is_not_taken_over(read: Read, id: str) -> None:
    (one,) = read(_cyclonedx(_model("m", **_said(("id", id))))).values()
    assert one.id == "models/m"


def test_two_things_of_one_name_get_ids_of_their_own(read: Read) -> None:
    found = read(_cyclonedx({**_model("x"), "name": "Same"}, {**_model("y"), "name": "same"}))
    assert set(found) == {"models/same", "models/same-2"}


def test_spdx_relations_are_read_in_either_direction(read: Read) -> None:
    found = read(
        _spdx(
            _package("ai_AIPackage", "tuned"),
            _package("ai_AIPackage", "base"),
            _package("ai_AIPackage", "older"),
            _package("dataset_DatasetPackage", "drafts"),
            _package("dataset_DatasetPackage", "rows"),
            _package("software_Package", "app"),
            _relation("trainedOn", "tuned", "drafts"),
            _relation("testedOn", "tuned", "rows"),
            _relation("descendantOf", "tuned", "base"),
            _relation("ancestorOf", "older", "base"),
            _relation("generates", "base", "drafts"),
            _relation("contains", "app", "tuned"),
        )
    )
    assert _parents(found["models/tuned"]) == {
        ("datasets/drafts", "trained-on"),
        ("datasets/rows", "evaluated-on"),
        ("models/base", "fine-tuned-from"),
    }
    assert _parents(found["models/base"]) == {("models/older", "fine-tuned-from")}
    assert _parents(found["datasets/drafts"]) == {("models/base", "generated-by")}
    assert _parents(found["software/app"]) == {("models/tuned", "includes")}
    assert found["models/tuned"].lineage == "declared"
    assert found["models/older"].lineage == "undisclosed"


def test_an_spdx_package_has_the_past_of_the_weights_in_it(read: Read) -> None:
    found = read(
        _spdx(
            _package("ai_AIPackage", "m"),
            *(_package("software_File", name) for name in ("folder", "weights", "rows", "readme")),
            _relation("contains", "m", "folder", "readme"),
            _relation("contains", "folder", "weights"),
            _relation("trainedOn", "weights", "rows"),
        )
    )
    assert _parents(found["models/weights"]) == {("datasets/rows", "trained-on")}
    assert _parents(found["software/folder"]) == {("models/weights", "includes")}
    assert _parents(found["models/m"]) == {("software/folder", "includes")}
    assert len(found) == 4


def test_an_spdx_relation_whose_id_stands_twice_counts_twice(read: Read) -> None:
    elements = (
        _package("ai_AIPackage", "m"),
        _package("dataset_DatasetPackage", "a"),
        _package("dataset_DatasetPackage", "b"),
    )
    same = {"spdxId": "urn:same"}
    relations = [{**_relation("trainedOn", "m", name), **same} for name in ("a", "b")]
    found = read(_spdx(*elements, *relations))
    assert _parents(found["models/m"]) == {
        ("datasets/a", "trained-on"),
        ("datasets/b", "trained-on"),
    }


def test_an_spdx_build_relates_what_came_out_to_what_went_in(read: Read) -> None:
    build = {
        "type": "build_Build",
        "spdxId": "urn:training",
        "build_buildType": "https://example.com/training",
    }
    found = read(
        _spdx(
            build,
            _package("ai_AIPackage", "m"),
            _package("dataset_DatasetPackage", "d"),
            _relation("hasInput", "training", "d"),
            _relation("hasOutput", "training", "m"),
        )
    )
    assert _parents(found["models/m"]) == {("datasets/d", "trained-on")}


def test_an_spdx_relation_that_nobody_can_read_leaves_the_past_undisclosed(read: Read) -> None:
    parts = (_package("ai_AIPackage", "m"), _package("dataset_DatasetPackage", "d"))
    known = (*parts, _relation("trainedOn", "m", "d"))
    assert read(_spdx(*known))["models/m"].lineage == "declared"
    found = read(_spdx(*known, _relation("other", "m", "d")))
    assert found["models/m"].lineage == "undisclosed"


@pytest.mark.parametrize(
    ("concluded", "declared", "meant"),
    [
        ("MIT", "", "MIT"),
        ("", "MIT", "MIT"),
        ("Zlib", "MIT", "unknown"),
        ("MIT", "Zlib", "MIT"),
        ("https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense", "MIT", "MIT"),
        ("https://spdx.org/licenses/MIT", "", "MIT"),
        ("LicenseRef-llama-2", "", "llama-2"),
        ("", "", "unknown"),
    ],
)
def test_the_concluded_license_goes_before_the_declared(
    read: Read, concluded: str, declared: str, meant: str
) -> None:
    elements = [_package("ai_AIPackage", "m")]
    for kind, text in (("hasConcludedLicense", concluded), ("hasDeclaredLicense", declared)):
        if "://" in text:
            elements.append(_relation(kind, "m", text))
        elif text:
            expression = {
                "type": "simplelicensing_LicenseExpression",
                "spdxId": f"urn:{kind}",
                "simplelicensing_licenseExpression": text,
            }
            elements += [expression, _relation(kind, "m", kind)]
    assert read(_spdx(*elements))["models/m"].license == meant


def _refused(read: Read, document: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read(document)
    assert caught.value.exit_code == 2
    assert caught.value.where is not None
    assert caught.value.where.file.endswith("bill.json")
    assert caught.value.fix
    return caught.value


def _place(error: InputError) -> str:
    assert error.where is not None
    return error.where.field


def test_a_reference_that_leads_nowhere_is_refused_with_its_place(read: Read) -> None:
    needs = [{"ref": "m", "dependsOn": ["gone"]}]
    error = _refused(read, _cyclonedx(_model("m"), dependencies=needs))
    assert "'gone'" in error.what
    assert _place(error) == "dependencies.0.dependsOn"
    error = _refused(read, _cyclonedx(_model("m", **_card("gone"))))
    assert _place(error) == "components.0.modelCard.modelParameters.datasets.0"
    error = _refused(
        read, _spdx(_package("ai_AIPackage", "m"), _relation("trainedOn", "m", "gone"))
    )
    assert _place(error) == "@graph.3"


def test_a_circle_is_refused_with_the_way_around(read: Read) -> None:
    needs = [{"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a"]}]
    error = _refused(read, _cyclonedx(_model("a"), _model("b"), dependencies=needs))
    assert "a > b > a" in error.what
    error = _refused(
        read,
        _spdx(
            _package("ai_AIPackage", "a"),
            _package("ai_AIPackage", "b"),
            _relation("descendantOf", "a", "b"),
            _relation("ancestorOf", "a", "b"),
        ),
    )
    assert "is made of itself" in error.what


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (_cyclonedx(_model("m"), version="0.9"), "specVersion"),
        (_cyclonedx(_model("m"), version=1.6), "specVersion"),
        (_cyclonedx({"type": "model", "name": "m"}), "components.0.type"),
        (_cyclonedx({"type": "data"}), "components.0"),
        (_cyclonedx(_model("m"), surprise=1), ""),
        (_spdx({"type": "ai_AIPackage"}), "@graph.2"),
        (_spdx({**_package("ai_AIPackage", "m"), "surprise": 1}), "@graph.2 (urn:m)"),
        (_spdx({"type": "dataset_DatasetPackage", "spdxId": "urn:d"}), "@graph.2 (urn:d)"),
        (_spdx({"type": "Nonsense", "spdxId": "urn:x"}), "@graph.2 (urn:x)"),
        ({"@context": "https://spdx.org/rdf/9.9/spdx-context.jsonld", "@graph": []}, "@context"),
        ({"@context": [1], "@graph": []}, "@context"),
        ({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": 3}, "@graph"),
        ({"spdxVersion": "SPDX-2.3"}, "spdxVersion"),
        ({"anything": "else"}, ""),
        ([], ""),
        ("no json", ""),
        ("", ""),
        ("<bom/>", ""),
        ('{"bomFormat": "CycloneDX", "bomFormat": "CycloneDX"}', ""),
        ('{"bomFormat": NaN}', ""),
    ],
)
def test_what_is_malformed_is_refused_with_its_place(read: Read, document: Any, place: str) -> None:
    assert _place(_refused(read, document)) == place


def test_a_long_document_is_read_in_time_and_an_error_at_its_end_has_its_place(read: Read) -> None:
    parts = [_model(f"m{number}") for number in range(1_000)]
    needs = [{"ref": f"m{n + 1}", "dependsOn": [f"m{n}"]} for n in range(999)]
    # Were each item held against each other one, this would run into the test's time-out.
    assert len(read(_cyclonedx(*parts, dependencies=needs))) == 1_000
    error = _refused(read, _cyclonedx(*parts[:777], {"type": "data"}, dependencies=needs))
    assert _place(error) == "components.777"
    error = _refused(read, _cyclonedx(*parts, dependencies=[*needs, {"ref": 1}]))
    assert _place(error) == "dependencies.999.ref"


def test_a_place_in_broken_json_has_its_line(read: Read) -> None:
    error = _refused(read, '{"bomFormat": "CycloneDX",\n"specVersion": }')
    assert error.where is not None
    assert error.where.line == 2


@pytest.mark.parametrize("depth", [101, 500, 990, 5_000, 200_000])
def test_endless_nesting_is_refused(read: Read, depth: int) -> None:
    nested = '{"components":[' * depth + "]}" * depth
    _refused(read, '{"bomFormat":"CycloneDX","specVersion":"1.6","x":' + nested + "}")


@pytest.mark.parametrize("depth", [2, 15, 30, 48])
def test_a_component_may_be_nested_as_deep_as_is_allowed(read: Read, depth: int) -> None:
    one: dict[str, Any] = _model("m0")
    for number in range(1, depth):
        one = _model(f"m{number}", components=[one])
    assert len(read(_cyclonedx(one))) == depth


def test_two_things_with_one_reference_are_refused(read: Read) -> None:
    assert "stands twice" in _refused(read, _cyclonedx(_model("m"), _data("m"))).what
    twice = _spdx(_package("ai_AIPackage", "m"), _package("dataset_DatasetPackage", "m"))
    assert "stands twice" in _refused(read, twice).what


def test_a_document_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_bill(tmp_path / "gone.json", terms=TERMS)
    with pytest.raises(InputError, match="cannot be read"):
        read_bill(tmp_path, terms=TERMS)
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_bill(tmp_path / "binary.json", terms=TERMS)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    return [at, *(path for key, one in inner for path in _paths(one, (*at, key)))]


@pytest.mark.parametrize("format", FORMATS)
def test_a_damaged_document_is_read_or_refused_but_never_breaks_the_reader(
    format: Format, tmp_path: Path
) -> None:
    whole = write_bill(reply_bill(), format)
    paths = _paths(json.loads(whole))[1:]
    chance = random.Random(20261124)
    wrong = [None, 1, True, "", [], {}, "x", ["models/base"], {"a": 1}]
    ended = {"read": 0, "refused": 0}
    for _ in range(80):
        document = json.loads(whole)
        *way, last = chance.choice(paths)
        place = document
        for key in way:
            place = place[key]
        if chance.random() < 0.4:
            del place[last]
        else:
            place[last] = chance.choice(wrong)
        file = tmp_path / "bill.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        try:
            read_bill(file, terms=TERMS)
            ended["read"] += 1
        except InputError:
            ended["refused"] += 1
    assert all(ended.values()), "the damage is of one kind only"
