import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import spdx_python_model
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings

from licensing.bom.bills import TERMS, bills, reply_bill
from roundtable.errors import InputError, NotFoundError
from roundtable.licensing.bom import Bill, assets_of, read_bill, write_bill
from roundtable.licensing.bom.writing import FORMATS, Format

_SCHEMA = JsonStrictValidator(SchemaVersion.V1_6)


def _graph(text: str, type: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(text)["@graph"] if one["type"] == type]


def _components(text: str) -> dict[str, dict[str, Any]]:
    document = json.loads(text)
    every = [document["metadata"]["component"], *document["components"]]
    return {one["bom-ref"]: one for one in every}


@settings(max_examples=25, deadline=None)
@given(bills())
def test_every_bill_is_valid_against_the_official_cyclonedx_schema(bill: Bill) -> None:
    error = _SCHEMA.validate_str(write_bill(bill, "cyclonedx"))
    assert error is None, error.data.message


@settings(max_examples=20, deadline=None)
@given(bills())
def test_every_bill_is_read_by_spdxs_own_classes_and_written_by_them_the_same(bill: Bill) -> None:
    document = json.loads(write_bill(bill, "spdx"))
    model, objects = spdx_python_model.load_data(document)
    again = model.JSONLDSerializer().serialize_data(objects, True)
    assert {one.get("spdxId"): one for one in again["@graph"]} == {
        one.get("spdxId"): one for one in document["@graph"]
    }
    # Every reference leads to an element of the document, or to a word of SPDX's own.
    assert all(id.startswith("https://spdx.org/rdf/3.0.1/terms/") for id in objects.link())


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_content_gives_the_same_bytes(
    format: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    text = write_bill(reply_bill(), format)
    assert write_bill(reply_bill(), format) == text
    assert "2025-06-15T15:06:40" in text
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000001")
    later = write_bill(reply_bill(), format)
    assert later.replace("15:06:41", "15:06:40") == text


@pytest.mark.parametrize("format", FORMATS)
def test_order_and_edges_written_twice_change_nothing(
    format: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1750000000")
    bill = reply_bill()
    mixed = msgspec.structs.replace(
        bill,
        components=tuple(
            msgspec.structs.replace(one, parents=(*reversed(one.parents), *one.parents))
            for one in reversed(bill.components)
        ),
        licenses=bill.licenses[::-1],
    )
    assert write_bill(mixed, format) == write_bill(bill, format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_use_policy_is_told_with_how_it_was_verified(format: Format) -> None:
    text = write_bill(reply_bill(), format)
    assert "roundtable:use-policy" in text
    assert "1(b)(v): outputs may not improve other models" in text


def test_other_content_has_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    bill = reply_bill()
    other = msgspec.structs.replace(bill, task="choice")
    numbers = {json.loads(write_bill(one, "cyclonedx"))["serialNumber"] for one in (bill, other)}
    assert len(numbers) == 2


def test_a_time_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="which is no time"):
        write_bill(reply_bill(), "spdx")


def test_a_format_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NotFoundError, match="format"):
        write_bill(reply_bill(), "swid")  # type: ignore[arg-type]


def test_cyclonedx_says_in_its_own_fields_what_a_model_learned_from_and_descends_from() -> None:
    parts = _components(write_bill(reply_bill(), "cyclonedx"))
    adapter = parts["models/reply"]
    assert adapter["type"] == "machine-learning-model"
    assert adapter["modelCard"]["modelParameters"]["task"] == "generate"
    assert adapter["modelCard"]["modelParameters"]["datasets"] == [
        {"ref": "datasets/drafts"},
        {"ref": "datasets/rows"},
    ]
    assert [one["name"] for one in adapter["pedigree"]["ancestors"]] == ["models/base"]
    assert parts["datasets/drafts"]["data"][0]["type"] == "dataset"


def test_cyclonedx_gives_hashes_licenses_use_policies_and_the_verdict() -> None:
    parts = _components(write_bill(reply_bill(), "cyclonedx"))
    assert parts["models/base"]["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert [one["hashes"][0]["content"][0] for one in parts["datasets/drafts"]["components"]] == [
        "b",
        "c",
    ]
    assert parts["models/base"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert parts["models/llama"]["licenses"][0]["license"]["name"] == "Llama 2 Community License"
    assert "licenses" not in parts["models/hosted"]
    assert parts["software/x"]["licenses"] == [{"expression": "MIT OR Zlib"}]
    limits = parts["models/llama"]["modelCard"]["considerations"]["technicalLimitations"]
    assert limits[0].endswith("1(b)(v): outputs may not improve other models")
    said = {(one["name"], one["value"]) for one in parts["usecases/reply"]["properties"]}
    assert ("roundtable:verdict", "prohibited") in said
    assert ("roundtable:obligation", "credit") in said


def test_cyclonedx_names_the_service_behind_a_hosted_model() -> None:
    document = json.loads(write_bill(reply_bill(), "cyclonedx"))
    (service,) = document["services"]
    assert service["endpoints"] == ["https://api.example.com/v1"]
    assert service["authenticated"] is True
    needs = {one["ref"]: one.get("dependsOn") for one in document["dependencies"]}
    assert needs["models/hosted"] == [service["bom-ref"]]


def test_cyclonedx_says_whose_past_nobody_knows() -> None:
    document = json.loads(write_bill(reply_bill(), "cyclonedx"))
    told = {one["aggregate"]: one["dependencies"] for one in document["compositions"]}
    assert told["unknown"] == ["models/base", "models/hosted", "models/llama"]


def test_spdx_uses_the_ai_and_dataset_profiles() -> None:
    text = write_bill(reply_bill(), "spdx")
    (document,) = _graph(text, "SpdxDocument")
    assert {"ai", "dataset"} <= set(document["profileConformance"])
    models = {one["name"] for one in _graph(text, "ai_AIPackage")}
    assert models == {"models/reply", "models/base", "models/llama", "models/hosted"}
    data = {one["name"]: one for one in _graph(text, "dataset_DatasetPackage")}
    assert data["datasets/drafts"]["dataset_datasetSize"] == 7


def test_spdx_relates_what_was_made_to_what_it_was_made_from() -> None:
    text = write_bill(reply_bill(), "spdx")
    said = {
        (
            one["from"].rpartition("#")[2],
            one["relationshipType"],
            to.rpartition("#")[2],
        )
        for one in _graph(text, "Relationship")
        for to in one["to"]
    }
    assert {
        ("models/reply", "trainedOn", "datasets/drafts"),
        ("models/reply", "testedOn", "datasets/rows"),
        ("models/reply", "descendantOf", "models/base"),
        ("models/llama", "generates", "datasets/drafts"),
        ("models/base", "trainedOn", "NoAssertionElement"),
        ("usecases/reply", "contains", "models/reply"),
        ("models/hosted", "hasConcludedLicense", "expandedlicensing_NoAssertionLicense"),
        ("models/base", "hasConcludedLicense", "license/Apache-2.0"),
        ("models/llama", "hasConcludedLicense", "license/LicenseRef-llama-2"),
    } <= said


def test_each_spdx_package_has_one_concluded_and_one_declared_license() -> None:
    text = write_bill(reply_bill(), "spdx")
    relations = _graph(text, "Relationship")
    for one in (*_graph(text, "ai_AIPackage"), *_graph(text, "dataset_DatasetPackage")):
        for kind in ("hasConcludedLicense", "hasDeclaredLicense"):
            assert (
                sum(
                    each["from"] == one["spdxId"] and each["relationshipType"] == kind
                    for each in relations
                )
                == 1
            )


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=25, deadline=None)
@given(bill=bills())
def test_what_was_written_is_read_as_the_same_graph(
    format: Format, bill: Bill, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / f"{format}.json"
    file.write_text(write_bill(bill, format), encoding="utf-8")
    assert read_bill(file, terms=TERMS, own=True) == assets_of(bill)


@pytest.mark.parametrize("format", FORMATS)
def test_the_readable_bill_is_read_as_the_same_graph(format: Format, tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    file.write_text(write_bill(reply_bill(), format), encoding="utf-8")
    assert read_bill(file, terms=TERMS, own=True) == assets_of(reply_bill())
