"""Writes a bill as SPDX 3.0.1 in JSON-LD, with the AI, Dataset and simple licensing profiles.

The classes are those that the SPDX project generates from its own model; they refuse what it does
not allow.

Source: SPDX 3.0.1, profiles Core, Software, AI, Dataset, SimpleLicensing, Extension.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from spdx_python_model.bindings import v3_0_1 as spdx

from roundtable.licensing.bom.bill import Bill, BillFile, Component, License
from roundtable.licensing.bom.license_names import is_expression
from roundtable.licensing.bom.properties import (
    FORWARD,
    MODELS,
    PREFIX,
    answer_properties,
    component_properties,
    license_properties,
)

TERMS = "https://spdx.org/rdf/3.0.1/terms/"
NO_LICENSE = f"{TERMS}ExpandedLicensing/NoAssertionLicense"
NO_ELEMENT = f"{TERMS}Core/NoAssertionElement"
_PURPOSES = {
    "model": "model",
    "adapter": "model",
    "dataset": "data",
    "corpus": "data",
    "prompt": "configuration",
    "software": "library",
    "system": "application",
}


def write_spdx(bill: Bill, *, key: uuid.UUID, created: datetime, tool: str) -> str:
    """Returns the bill as an SPDX 3.0.1 document in JSON-LD.

    Args:
        bill: What to write.
        key: Names the document; the same content has the same one.
        created: When it was made, aware.
        tool: The version of Roundtable.
    """
    graph = _Writer(bill, f"urn:uuid:{key}#", created, tool).graph()
    objects = spdx.SHACLObjectSet(graph)
    document = spdx.JSONLDSerializer().serialize_data(objects, True)
    document["@graph"].sort(key=lambda one: (one["type"] != "CreationInfo", one.get("spdxId", "")))
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Writer:
    def __init__(self, bill: Bill, space: str, created: datetime, tool: str) -> None:
        self._bill = bill
        self._space = space
        self._licenses = {one.id: one for one in bill.licenses}
        self._elements: list[Any] = []
        self._expressions: dict[str, str] = {}
        self._info = spdx.CreationInfo(created=created, specVersion="3.0.1")
        self._info.set_id("_:creationinfo")
        agent = self._made(spdx.SoftwareAgent, "agent/roundtable", name=f"Roundtable {tool}")
        self._info.createdBy = [agent.get_id()]

    def graph(self) -> list[Any]:
        bill = self._bill
        suppliers = {
            one.id: self._made(spdx.Organization, f"agent/{one.id}", name=one.provider).get_id()
            for one in bill.services
        }
        answers = {one.component: one for one in bill.answers}
        for one in sorted(bill.components, key=lambda each: each.id):
            properties = component_properties(one)
            if one.id in answers:
                properties += answer_properties(answers[one.id])
            used = self._licenses.get(one.license)
            properties += license_properties(used)
            package = self._package(one, used)
            package.extension = [_extension(properties)]
            if one.service:
                package.suppliedBy = suppliers[one.service]
            self._license(one, used)
            self._lineage(one)
            for file in one.files:
                self._file(one, file)
        for service in bill.services:
            if service.url:
                self._service(
                    service.url, [one for one in bill.components if one.service == service.id]
                )
        elements = [one.get_id() for one in self._elements]
        root = self._id(bill.root)
        sbom = self._made(spdx.software_Sbom, "sbom", name=f"Bill of materials of {bill.root}")
        sbom.rootElement, sbom.element = [root], elements
        document = self._made(spdx.SpdxDocument, "document", name=bill.root)
        document.rootElement = [sbom.get_id()]
        document.element = [*elements, sbom.get_id()]
        # Not `extension`: in the published JSON-LD context that word is a property's name.
        document.profileConformance = [
            getattr(spdx.ProfileIdentifierType, name)
            for name in ("core", "software", "ai", "dataset", "simpleLicensing")
        ]
        return [self._info, *self._elements]

    def _id(self, name: str) -> str:
        return self._space + quote(name, safe="/-._~")

    def _made(self, cls: Any, id: str, **fields: Any) -> Any:
        one = cls(creationInfo=self._info, **fields)
        one.set_id(self._id(id))
        self._elements.append(one)
        return one

    def _package(self, one: Component, used: License | None) -> Any:
        cls = (
            spdx.ai_AIPackage
            if one.kind in MODELS
            else spdx.dataset_DatasetPackage
            if one.kind in ("dataset", "corpus")
            else spdx.software_Package
        )
        package = self._made(cls, one.id, name=one.name or one.id)
        package.software_primaryPurpose = getattr(
            spdx.software_SoftwarePurpose, _PURPOSES[one.kind]
        )
        if one.version:
            package.software_packageVersion = one.version
        if one.description:
            package.summary = one.description
        if one.url:
            package.software_downloadLocation = one.url
        if one.purl:
            package.software_packageUrl = one.purl
        if len(one.files) == 1:
            package.verifiedUsing = [_hash(one.files[0])]
        if one.kind in ("dataset", "corpus"):
            package.dataset_datasetType = [spdx.dataset_DatasetType.text]
            if one.files:
                package.dataset_datasetSize = sum(file.size_bytes for file in one.files)
        if one.kind in MODELS:
            root = next(each for each in self._bill.components if each.id == self._bill.root)
            package.ai_informationAboutApplication = root.description or root.name or root.id
            if self._bill.task:
                package.ai_domain = [self._bill.task]
            if used is not None and used.policies:
                package.ai_limitation = "; ".join(f"{used.name}, {p}" for p in used.policies)
        return package

    def _license(self, one: Component, used: License | None) -> None:
        """Adds what is concluded of the license, and what its maker declares, if that is known."""
        for relation, expression in (
            ("hasConcludedLicense", self._concluded(one, used)),
            ("hasDeclaredLicense", self._stated(one.stated)),
        ):
            self._related(one.id, relation, [expression], f"{one.id}/{relation}")

    def _concluded(self, one: Component, used: License | None) -> str:
        if one.stated or one.license == "unknown":
            return self._stated(one.stated)
        name = used.name if used is not None else one.license
        about = f"{name} {used.url}".strip() if used is not None else name
        return self._expression(used.spdx if used is not None else "", one.license, about)

    def _stated(self, stated: str) -> str:
        if not stated:
            return NO_LICENSE
        return self._expression(stated if is_expression(stated) else "", stated, stated)

    def _expression(self, listed: str, name: str, text: str) -> str:
        """Returns the element of a license; one that SPDX does not list gets a reference."""
        expression = listed or "LicenseRef-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", name) or "named")
        if expression not in self._expressions:
            made = self._made(
                spdx.simplelicensing_LicenseExpression,
                f"license/{expression}",
                simplelicensing_licenseExpression=expression,
            )
            if not listed:
                said = self._made(
                    spdx.simplelicensing_SimpleLicensingText,
                    f"license-text/{expression}",
                    name=name,
                    simplelicensing_licenseText=text,
                )
                made.simplelicensing_customIdToUri = [
                    spdx.DictionaryEntry(key=expression, value=said.get_id())
                ]
            self._expressions[expression] = made.get_id()
        return self._expressions[expression]

    def _lineage(self, one: Component) -> None:
        known = spdx.RelationshipCompleteness
        how = known.complete if one.lineage == "declared" else known.noAssertion
        for parent in one.parents:
            name = f"{one.id}/{parent.relation}/{parent.id}"
            exact = [(f"{PREFIX}relation", parent.relation)]
            if parent.relation == "generated-by":
                made = self._related(parent.id, "generates", [self._id(one.id)], name)
            else:
                kind = FORWARD[parent.relation]
                made = self._related(one.id, kind, [self._id(parent.id)], name)
            made.extension = [_extension(exact)]
            made.completeness = how
        if one.lineage == "undisclosed" and one.kind in MODELS:
            made = self._related(one.id, "trainedOn", [NO_ELEMENT], f"{one.id}/undisclosed")
            made.completeness = known.noAssertion

    def _related(self, subject: str, kind: str, to: list[str], name: str) -> Any:
        return self._made(
            spdx.Relationship,
            f"relationship/{name}",
            from_=self._id(subject),
            relationshipType=getattr(spdx.RelationshipType, kind),
            to=to,
        )

    def _file(self, one: Component, file: BillFile) -> None:
        made = self._made(
            spdx.software_File, f"file/{one.id}/{quote(file.name, safe='')}", name=file.name
        )
        made.verifiedUsing = [_hash(file)]
        made.extension = [_extension([(f"{PREFIX}size-bytes", str(file.size_bytes))])]
        self._related(one.id, "contains", [made.get_id()], f"{one.id}/file/{file.name}")

    def _service(self, url: str, served: list[Component]) -> None:
        ids = {self._id(one.id) for one in served}
        for element in self._elements:
            if element.get_id() in ids:
                element.externalRef = [
                    spdx.ExternalRef(
                        externalRefType=spdx.ExternalRefType.other,
                        locator=[url],
                        comment="Answers for the model over the network.",
                    )
                ]


def _hash(file: BillFile) -> Any:
    return spdx.Hash(algorithm=spdx.HashAlgorithm.sha256, hashValue=file.sha256)


def _extension(properties: Sequence[tuple[str, str]]) -> Any:
    return spdx.extension_CdxPropertiesExtension(
        extension_cdxProperty=[
            spdx.extension_CdxPropertyEntry(
                extension_cdxPropName=name, extension_cdxPropValue=value
            )
            for name, value in properties
        ]
    )
