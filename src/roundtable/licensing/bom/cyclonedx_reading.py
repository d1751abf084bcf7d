"""Reads a supplier's CycloneDX document (JSON, 1.2 to 1.7) that the official schema has passed.

Source: CycloneDX 1.6, `component`, `pedigree`, `modelCard`, `dependencies`, `compositions`.
"""

from __future__ import annotations

import json
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonValidator

from roundtable.errors import InputError, Place
from roundtable.licensing.bom.found import Edge, Findings, Found, How, kind_of, relation_of
from roundtable.licensing.bom.license_names import Names
from roundtable.licensing.bom.properties import PREFIX
from roundtable.licensing.vocabulary import Kind, Lineage

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_KINDS: dict[str, Kind] = {"machine-learning-model": "model", "data": "dataset"}
_FITS: dict[Kind, tuple[Kind, ...]] = {
    "model": ("model",),
    "adapter": ("model",),
    "dataset": ("dataset",),
    "corpus": ("dataset",),
    "prompt": ("dataset",),
    "software": ("software",),
    "system": ("software",),
}
_PART = 100
_EXTERNAL = ("urn:cdx:",)


def read_cyclonedx(document: dict[str, Any], *, file: str, names: Names) -> Findings:
    """Returns what a document says.

    Args:
        document: The parsed JSON.
        file: Its path, for messages.
        names: Finds licenses.

    Raises:
        InputError: the schema refuses it, or two components share a reference.
    """
    version = document.get("specVersion")
    if version not in VERSIONS:
        raise InputError(
            f"CycloneDX {version!r} cannot be read",
            where=Place(file, None, "specVersion"),
            fix=f"ask for CycloneDX {VERSIONS[0]} to {VERSIONS[-1]}, best 1.6 or newer",
        )
    if (told := _first_error(document, version)) is not None:
        message, path = told
        raise InputError(
            f"this is no CycloneDX {version}: {message[:300]}",
            where=Place(file, None, ".".join(str(part) for part in path)),
            fix="ask the supplier for a document that the official schema accepts",
        )
    return _Reader(document, file, names).read()


def _first_error(
    document: dict[str, Any], version: str
) -> tuple[str, tuple[str | int, ...]] | None:
    """Returns what the official schema refuses, and where; long lists are held against it in parts.

    The schema wants the items of its lists to differ, and jsonschema compares each with each: 5,000
    components took two minutes in one go. Two that share a reference are refused by the reader.
    """
    validator = JsonValidator(SchemaVersion.from_version(version))
    long = {key: value for key, value in document.items() if isinstance(value, list)}
    long = {key: value for key, value in long.items() if len(value) > _PART}
    rest = {key: value for key, value in document.items() if key not in long}
    parts: list[tuple[dict[str, Any], str, int]] = [(rest, "", 0)]
    named = ("bomFormat", "specVersion", "version")
    head: dict[str, Any] = {key: rest[key] for key in named if key in rest}
    for key, value in long.items():
        for start in range(0, len(value), _PART):
            parts.append(({**head, key: value[start : start + _PART]}, key, start))
    for part, key, start in parts:
        error = validator.validate_str(json.dumps(part))
        if error is not None:
            path = tuple(error.data.absolute_path)
            if len(path) > 1 and path[0] == key:
                path = (key, int(path[1]) + start, *path[2:])
            return str(error.data.message), path
    return None


class _Reader:
    def __init__(self, document: dict[str, Any], file: str, names: Names) -> None:
        self._document = document
        self._names = names
        self._found = Findings(file=file, things={}, edges=[], passed=set())
        self._by_identity: dict[tuple[str, ...], str] = {}
        self._ancestors: list[tuple[str, dict[str, Any], str]] = []

    def read(self) -> Findings:
        """Returns all that the document says."""
        document, found = self._document, self._found
        main = document.get("metadata", {}).get("component")
        if main is not None:
            self._component(main, "metadata.component", root=True)
        for index, one in enumerate(document.get("components", ())):
            self._component(one, f"components.{index}")
        self._services(document.get("services", ()), "services")
        self._link_ancestors()
        for index, one in enumerate(document.get("dependencies", ())):
            for parent in one.get("dependsOn", ()):
                place = f"dependencies.{index}.dependsOn"
                self._edge(one["ref"], parent, "needs", place)
        self._compositions()
        whole = main.get("bom-ref") or "metadata.component" if main is not None else ""
        if whole in found.things and all(edge.child != whole for edge in found.edges):
            # Parts that are only listed: the whole that the document is about holds them all.
            for part in [ref for ref in found.things if ref != whole]:
                self._edge(whole, part, "holds", "metadata.component")
        return found

    def _component(self, top: dict[str, Any], at: str, *, root: bool = False) -> None:
        left: list[tuple[dict[str, Any], str, str]] = [(top, at, "")]
        while left:
            one, place, holder = left.pop()
            ref = one.get("bom-ref") or f"{place}"
            properties = _properties(one)
            if one["type"] == "file" and holder and not one.get("licenses"):
                # A part that stands under the terms of what holds it.
                self._found.passed.add(ref)
                continue
            kind = _kind(one, properties)
            if not properties and root and place == at and one["type"] == "application":
                kind = "system"
            self._thing(one, ref, kind, place, properties)
            if holder:
                self._edge(holder, ref, "holds", place)
            left += [
                (each, f"{place}.components.{index}", ref)
                for index, each in enumerate(one.get("components", ()))
            ]

    def _thing(
        self,
        one: dict[str, Any],
        ref: str,
        kind: Kind,
        place: str,
        properties: dict[str, list[str]],
    ) -> None:
        lineage: Lineage | None = None
        if (said := properties.get(f"{PREFIX}lineage", [""])[0]) in ("declared", "undisclosed"):
            lineage = "declared" if said == "declared" else "undisclosed"
        self._found.add(
            Found(
                ref=ref,
                kind=kind,
                name=one["name"],
                place=place,
                id=properties.get(f"{PREFIX}id", [""])[0],
                license=self._license(one, properties),
                lineage=lineage,
            )
        )
        self._by_identity.setdefault(_identity(one), ref)
        for text in properties.get(f"{PREFIX}parent", ()):
            relation, _, parent = text.partition(" ")
            if exact := relation_of(relation):
                self._found.edges.append(
                    Edge(child=ref, parent=parent, relation=exact, place=f"{place}.properties")
                )
        for index, each in enumerate(one.get("pedigree", {}).get("ancestors", ())):
            self._ancestors.append((ref, each, f"{place}.pedigree.ancestors.{index}"))
        card = one.get("modelCard", {}).get("modelParameters", {})
        for index, data in enumerate(card.get("datasets", ())):
            at = f"{place}.modelCard.modelParameters.datasets.{index}"
            self._data(ref, data, at)

    def _data(self, ref: str, data: dict[str, Any], at: str) -> None:
        """Adds data that a model learned from: a component, or one told only here."""
        if "ref" in data:
            self._edge(ref, data["ref"], "learns", at)
            return
        own = data.get("bom-ref") or at
        if own not in self._found.things:
            name = data.get("name") or "unnamed data"
            self._found.add(Found(ref=own, kind="dataset", name=name, place=at))
        self._edge(ref, own, "learns", at)

    def _license(self, one: dict[str, Any], properties: dict[str, list[str]]) -> str:
        statements = [
            choice["expression"]
            if "expression" in choice
            else choice["license"].get("id") or choice["license"].get("name", "")
            for choice in one.get("licenses", ())
        ]
        return self._names.agreed(properties.get(f"{PREFIX}license", [""])[0], statements)

    def _services(self, services: list[dict[str, Any]], at: str) -> None:
        left = [(one, f"{at}.{index}", "") for index, one in enumerate(services)]
        while left:
            one, place, holder = left.pop()
            ref = one.get("bom-ref") or place
            properties = _properties(one)
            if properties.get(f"{PREFIX}kind") == ["service"]:
                self._found.passed.add(ref)
            else:
                license = self._license(one, properties)
                self._found.add(
                    Found(ref=ref, kind="software", name=one["name"], place=place, license=license)
                )
            if holder:
                self._edge(holder, ref, "holds", place)
            inner = one.get("services", ())
            left += [(each, f"{place}.services.{n}", ref) for n, each in enumerate(inner)]

    def _link_ancestors(self) -> None:
        """Adds what components descend from; an ancestor told elsewhere too is one and the same."""
        while self._ancestors:
            child, one, place = self._ancestors.pop()
            properties = _properties(one)
            ref = properties.get(f"{PREFIX}ref", [""])[0]
            if ref not in self._found.things:
                ref = self._by_identity.get(_identity(one), "")
            if not ref or ref == child:
                ref = one.get("bom-ref") or place
                self._thing(one, ref, _kind(one, properties), place, properties)
            self._edge(child, ref, "descends", place)

    def _edge(self, child: str, parent: str, how: How, place: str) -> None:
        for ref in (child, parent):
            if ref.startswith(_EXTERNAL) and ref not in self._found.things:
                # Described in another document: nothing is known of it here.
                self._found.add(
                    Found(
                        ref=ref,
                        kind="dataset" if how == "learns" else "software",
                        name=ref.rpartition("#")[2] or ref,
                        place=place,
                        lineage="undisclosed",
                    )
                )
        self._found.edges.append(Edge(child=child, parent=parent, how=how, place=place))

    def _compositions(self) -> None:
        """Marks the pasts that the document itself calls untold.

        That dependencies are `complete` is no word on what a model learned from.
        """
        for one in self._document.get("compositions", ()):
            if one["aggregate"] in ("complete", "not_specified"):
                continue
            for ref in (*one.get("dependencies", ()), *one.get("assemblies", ())):
                if ref in self._found.things:
                    self._found.things[ref].lineage = "undisclosed"


def _properties(one: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in one.get("properties", ()):
        found.setdefault(each.get("name", ""), []).append(each.get("value", ""))
    return found


def _kind(one: dict[str, Any], properties: dict[str, list[str]]) -> Kind:
    """Returns what a component is; a word of ours only where it fits the format's own."""
    said = kind_of(properties.get(f"{PREFIX}kind", [""])[0])
    likely = _KINDS.get(one["type"], "software")
    return said if said and likely in _FITS[said] else likely


def _identity(one: dict[str, Any]) -> tuple[str, ...]:
    if one.get("purl"):
        return ("purl", one["purl"])
    return tuple(str(one.get(key, "")) for key in ("type", "group", "name", "version"))
