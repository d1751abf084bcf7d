"""Writes a bill as CycloneDX 1.6 (ML-BOM), by the format's own library.

The library has no classes for model cards, data and compositions yet; those are added to its JSON
by the component's `bom-ref`, and tests hold the whole against the official schema.

Source: CycloneDX 1.6, JSON schema `bom-1.6.schema.json`; ECMA-424.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Part
from cyclonedx.model.component import ComponentType, Pedigree
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.model.service import Service
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import is_supported_id
from packageurl import PackageURL

from roundtable.licensing.bom.bill import Answer, Bill, Component, License
from roundtable.licensing.bom.license_names import is_expression, spdx_id
from roundtable.licensing.bom.properties import (
    DATA,
    DERIVED,
    LEARNED,
    MODELS,
    answer_properties,
    component_properties,
    license_properties,
)

_TYPES = {
    "model": ComponentType.MACHINE_LEARNING_MODEL,
    "adapter": ComponentType.MACHINE_LEARNING_MODEL,
    "dataset": ComponentType.DATA,
    "corpus": ComponentType.DATA,
    "prompt": ComponentType.DATA,
    "software": ComponentType.LIBRARY,
    "system": ComponentType.APPLICATION,
}


def write_cyclonedx(bill: Bill, *, key: uuid.UUID, created: datetime, tool: str) -> str:
    """Returns the bill as a CycloneDX 1.6 document in JSON.

    Args:
        bill: What to write.
        key: Names the document; the same content has the same one.
        created: When it was made, aware.
        tool: The version of Roundtable.
    """
    licenses = {one.id: one for one in bill.licenses}
    by_id = {one.id: one for one in bill.components}
    answers = {one.component: one for one in bill.answers}
    parts = {id: _part(one, licenses, by_id, answers.get(id)) for id, one in by_id.items()}
    services = {
        one.id: Service(
            name=one.provider,
            bom_ref=one.id,
            provider=OrganizationalEntity(name=one.provider),
            endpoints=[XsUri(one.url)] if one.url else None,
            authenticated=one.authenticated,
            x_trust_boundary=True,
            properties=[Property(name="roundtable:kind", value="service")],
        )
        for one in bill.services
    }
    bom = Bom(
        serial_number=key,
        components=[part for id, part in parts.items() if id != bill.root],
        services=services.values(),
    )
    bom.metadata.timestamp = created
    bom.metadata.component = parts[bill.root]
    bom.metadata.tools.components.add(
        Part(name="roundtable", version=tool, type=ComponentType.APPLICATION)
    )
    refs = {id: part.bom_ref for id, part in parts.items()}
    refs |= {id: service.bom_ref for id, service in services.items()}
    for one in bill.components:
        needs = {parent.id for parent in one.parents} | ({one.service} if one.service else set())
        bom.dependencies.add(
            Dependency(
                ref=refs[one.id],
                dependencies=[Dependency(ref=refs[id]) for id in sorted(needs)],
            )
        )
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    _add_cards(document, bill, by_id)
    document["compositions"] = _compositions(bill)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _part(
    one: Component,
    licenses: dict[str, License],
    by_id: dict[str, Component],
    answer: Answer | None,
) -> Part:
    used = licenses.get(one.license)
    properties = component_properties(one) + (answer_properties(answer) if answer else [])
    properties += license_properties(used)
    references = []
    if one.url:
        references.append(
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(one.url))
        )
    if used is not None and used.url:
        references.append(
            ExternalReference(type=ExternalReferenceType.LICENSE, url=XsUri(used.url))
        )
    alone = one.files[0] if len(one.files) == 1 else None
    return Part(
        name=one.name or one.id,
        type=_TYPES[one.kind],
        bom_ref=one.id,
        version=one.version or None,
        description=one.description or None,
        licenses=_licenses(one, used),
        hashes=[_hash(alone.sha256)] if alone else None,
        purl=PackageURL.from_string(one.purl) if one.purl else None,
        external_references=references,
        properties=[Property(name=name, value=value) for name, value in properties],
        pedigree=_pedigree(one, by_id),
        components=[
            Part(
                name=file.name,
                bom_ref=f"{one.id}#file/{file.name}",
                type=ComponentType.FILE,
                hashes=[_hash(file.sha256)],
                properties=[
                    Property(name="roundtable:kind", value="file"),
                    Property(name="roundtable:size-bytes", value=str(file.size_bytes)),
                ],
            )
            for file in one.files
        ],
    )


def _hash(sha256: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=sha256)


def _licenses(
    one: Component, used: License | None
) -> list[DisjunctiveLicense | LicenseExpression] | None:
    if one.stated:
        listed = spdx_id(one.stated)
        if listed and is_supported_id(listed):
            return [DisjunctiveLicense(id=listed)]
        if is_expression(one.stated):
            return [LicenseExpression(one.stated)]
        return [DisjunctiveLicense(name=one.stated)]
    if one.license == "unknown":
        return None
    if used is not None and used.spdx and is_supported_id(used.spdx):
        return [DisjunctiveLicense(id=used.spdx)]
    url = XsUri(used.url) if used is not None and used.url else None
    return [DisjunctiveLicense(name=used.name if used is not None else one.license, url=url)]


def _pedigree(one: Component, by_id: dict[str, Component]) -> Pedigree | None:
    """Returns the works that this one was derived from; each refers to its own component."""
    ancestors = {parent.id for parent in one.parents if parent.relation in DERIVED}
    if not ancestors:
        return None
    return Pedigree(
        ancestors=[
            Part(
                name=parent.name or parent.id,
                bom_ref=f"{one.id}#ancestor/{parent.id}",
                type=_TYPES[parent.kind],
                version=parent.version or None,
                purl=PackageURL.from_string(parent.purl) if parent.purl else None,
                properties=[Property(name="roundtable:ref", value=parent.id)],
            )
            for parent in (by_id[id] for id in sorted(ancestors))
        ]
    )


def _add_cards(document: dict[str, Any], bill: Bill, by_id: dict[str, Component]) -> None:
    root = by_id[bill.root]
    for written in (document["metadata"]["component"], *document.get("components", ())):
        one = by_id[written["bom-ref"]]
        if one.kind in MODELS:
            written["modelCard"] = _card(one, bill, root)
        elif one.kind in DATA:
            kind = "configuration" if one.kind == "prompt" else "dataset"
            about: dict[str, Any] = {"type": kind, "name": one.name or one.id}
            if one.description:
                about["description"] = one.description
            if one.url:
                about["contents"] = {"url": one.url}
            written["data"] = [about]


def _card(one: Component, bill: Bill, root: Component) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if bill.task:
        parameters["task"] = bill.task
    learned = sorted({parent.id for parent in one.parents if parent.relation in LEARNED})
    if learned:
        parameters["datasets"] = [{"ref": id} for id in learned]
    parameters |= {"inputs": [{"format": "text"}], "outputs": [{"format": "text"}]}
    considerations: dict[str, Any] = {"useCases": [root.description or root.name or root.id]}
    if bill.audience:
        considerations["users"] = [bill.audience]
    terms = next((each for each in bill.licenses if each.id == one.license), None)
    limits = [f"{terms.name}, {text}" for text in terms.policies] if terms is not None else []
    if one.lineage == "undisclosed":
        limits.append("The sources of its training data are not disclosed.")
    if limits:
        considerations["technicalLimitations"] = limits
    return {"modelParameters": parameters, "considerations": considerations}


def _compositions(bill: Bill) -> list[dict[str, Any]]:
    """Returns which parts' pasts are told in full, and which are not known."""
    told: dict[str, list[str]] = {"complete": [], "unknown": []}
    for one in sorted(bill.components, key=lambda each: each.id):
        told["complete" if one.lineage == "declared" else "unknown"].append(one.id)
    return [{"aggregate": how, "dependencies": ids} for how, ids in told.items() if ids]
