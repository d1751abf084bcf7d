"""Reads an SPDX 3.0 document (JSON-LD) of a supplier, by the classes made from SPDX's own model.

Source: SPDX 3.0.1, Core `Relationship` and `RelationshipType`, AI, Dataset, SimpleLicensing.
"""

from __future__ import annotations

from typing import Any

import spdx_python_model

from roundtable.errors import InputError, Place
from roundtable.licensing.bom.found import Edge, Findings, Found, How, kind_of, relation_of
from roundtable.licensing.bom.license_names import Names
from roundtable.licensing.bom.properties import FORWARD, PREFIX
from roundtable.licensing.vocabulary import Kind, Lineage

_FROM_CHILD: dict[str, How] = {
    "trainedOn": "learns",
    "testedOn": "needs",
    "descendantOf": "descends",
    "contains": "holds",
    "dependsOn": "needs",
    "hasDataFile": "needs",
    "hasDynamicLink": "needs",
    "hasOptionalComponent": "needs",
    "hasOptionalDependency": "needs",
    "hasPrerequisite": "needs",
    "hasProvidedDependency": "needs",
    "hasRequirement": "needs",
    "hasStaticLink": "needs",
    "usesTool": "needs",
    "modifiedBy": "needs",
    "patchedBy": "needs",
}
_FROM_PARENT: dict[str, How] = {
    "ancestorOf": "descends",
    "copiedTo": "holds",
    "expandsTo": "holds",
    "generates": "needs",
    "hasDistributionArtifact": "holds",
    "hasVariant": "descends",
    "packagedBy": "holds",
}
_FITS: dict[Kind, tuple[Kind, ...]] = {
    "model": ("model",),
    "adapter": ("model",),
    "dataset": ("dataset",),
    "corpus": ("dataset",),
    "prompt": ("software",),
    "software": ("software",),
    "system": ("software",),
}
_PURPOSES: dict[str, Kind] = {"model": "model", "data": "dataset"}
_ORIGINS = ("descendantOf", "ancestorOf", "generates", "hasVariant", "hasInput", "hasOutput")
_LICENSES = ("hasConcludedLicense", "hasDeclaredLicense")
_NO_ELEMENT = ("NoAssertionElement", "NoneElement")


def read_spdx(document: dict[str, Any], *, file: str, names: Names) -> Findings:
    """Returns what a document says.

    Args:
        document: The parsed JSON.
        file: Its path, for messages.
        names: Finds licenses.

    Raises:
        InputError: SPDX's classes refuse it, or two elements share an id.
    """
    _check_graph(document.get("@graph", []), file)
    try:
        model, objects = _loaded(document)
    except spdx_python_model.LoadError as error:
        raise InputError(
            f"this SPDX cannot be read: {error}",
            where=Place(file, None, "@context"),
            fix="ask the supplier for SPDX 3.0.1 in JSON-LD, or for CycloneDX 1.6",
        ) from error
    except _REFUSALS as error:
        raise _refusal(document, file, error) from error
    return _Reader(model, objects, document, file, names).read()


def _loaded(document: dict[str, Any]) -> tuple[Any, Any]:
    """Returns SPDX's classes and what they make of a document; writing it finds what is missing."""
    model, objects = spdx_python_model.load_data(document)
    model.JSONLDSerializer().serialize_data(objects, True)
    return model, objects


def _check_graph(graph: object, file: str) -> None:
    """Refuses what SPDX's classes would take without a word, or stumble over."""
    if not isinstance(graph, list) or not all(isinstance(one, dict) for one in graph):
        raise InputError(
            "the graph is not a list of elements",
            where=Place(file, None, "@graph"),
            fix="ask the supplier for SPDX 3.0.1 in JSON-LD",
        )
    seen: dict[object, int] = {}
    for index, element in enumerate(graph):
        id = element.get("spdxId")
        if not isinstance(id, str) or seen.setdefault(id, index) == index:
            continue
        if "relationshipType" in element:
            # SPDX's classes would keep one of the two; both were said.
            graph[index] = {**element, "spdxId": f"{id}#{index}"}
            continue
        raise InputError(
            f"{id!r} stands twice, first at @graph.{seen[id]}",
            where=Place(file, None, f"@graph.{index}"),
            fix="ask the supplier to give each element an id of its own",
        )


_REFUSALS = (TypeError, ValueError, KeyError, AttributeError, NotImplementedError)


def _refusal(document: dict[str, Any], file: str, error: Exception) -> InputError:
    """Returns the error with the element it is about: the first that is refused on its own."""
    place = "@graph"
    for index, element in enumerate(document.get("@graph", ())):
        alone = {"@context": document["@context"], "@graph": [element]}
        try:
            _loaded(alone)
        except _REFUSALS:
            name = element.get("spdxId", "")
            place = f"@graph.{index}" + (f" ({name})" if name else "")
            break
    return InputError(
        f"this is no SPDX 3.0: {str(error)[:300]}",
        where=Place(file, None, place),
        fix="ask the supplier for a document that SPDX's own classes accept",
    )


class _Reader:
    def __init__(
        self, model: Any, objects: Any, document: dict[str, Any], file: str, names: Names
    ) -> None:
        self._model = model
        self._objects = objects
        self._places = {
            element.get("spdxId"): f"@graph.{index}"
            for index, element in enumerate(document.get("@graph", ()))
        }
        self._names = names
        self._found = Findings(file=file, things={}, edges=[], passed=set())
        self._licenses: dict[str, dict[str, list[str]]] = {}
        self._own: dict[str, str] = {}
        self._builds: dict[str, dict[str, list[str]]] = {}

    def read(self) -> Findings:
        """Returns all that the document says."""
        model, found = self._model, self._found
        relations = sorted(
            self._objects.foreach_type(model.Relationship), key=lambda one: str(one.get_id())
        )
        typed = (model.ai_AIPackage, model.dataset_DatasetPackage)
        packages = {str(one.get_id()) for each in typed for one in self._objects.foreach_type(each)}
        likely = _likely_kinds(relations, packages)
        for one in self._objects.foreach():
            if isinstance(one, model.software_Package):
                self._package(one)
            elif isinstance(one, model.Element) and not isinstance(one, model.Relationship):
                id = str(one.get_id())
                if id in likely and isinstance(one, model.software_SoftwareArtifact):
                    purpose = _PURPOSES.get(_purpose(one)) or likely[id]
                    self._part(id, one.name or id, purpose)
                else:
                    found.passed.add(id)
        for external in sorted(self._elsewhere()):
            if external not in found.things and external not in found.passed:
                # Described in another document: nothing is known of it here.
                name = external.rpartition("#")[2] or external
                self._part(external, name, likely.get(external, "software"), lineage="undisclosed")
        for one in relations:
            self._relation(one)
        for id, build in self._builds.items():
            place = self._places.get(id, "@graph")
            found.edges += [
                Edge(child=child, parent=parent, place=place)
                for child in build.get("hasOutput", ())
                for parent in build.get("hasInput", ())
            ]
        for ref, thing in found.things.items():
            thing.license = self._license(ref)
        return found

    def _part(self, id: str, name: str, kind: Kind, lineage: Lineage | None = None) -> None:
        place = self._places.get(id, "import")
        self._found.add(Found(ref=id, kind=kind, name=name, place=place, lineage=lineage))

    def _elsewhere(self) -> set[str]:
        documents = self._objects.foreach_type(self._model.SpdxDocument)
        return {
            str(each.externalSpdxId)
            for one in documents
            for each in one.import_
            if not isinstance(each, str)
        }

    def _package(self, one: Any) -> None:
        model = self._model
        id = str(one.get_id())
        properties = self._properties(one)
        kind: Kind = _PURPOSES.get(_purpose(one), "software")
        if isinstance(one, model.ai_AIPackage):
            kind = "model"
        elif isinstance(one, model.dataset_DatasetPackage):
            kind = "dataset"
        lineage: Lineage | None = None
        if (told := properties.get(f"{PREFIX}lineage", "")) in ("declared", "undisclosed"):
            lineage = "declared" if told == "declared" else "undisclosed"
        said = kind_of(properties.get(f"{PREFIX}kind", ""))
        self._own[id] = properties.get(f"{PREFIX}license", "")
        self._found.add(
            Found(
                ref=id,
                kind=said if said and kind in _FITS[said] else kind,
                name=one.name or id,
                place=self._places.get(id, "@graph"),
                id=properties.get(f"{PREFIX}id", ""),
                lineage=lineage,
            )
        )

    def _properties(self, one: Any) -> dict[str, str]:
        extension = self._model.extension_CdxPropertiesExtension
        return {
            entry.extension_cdxPropName: entry.extension_cdxPropValue or ""
            for each in one.extension
            if isinstance(each, extension)
            for entry in reversed(list(each.extension_cdxProperty))
            # What is only referred to is a text here.
            if not isinstance(entry, str)
        }

    def _relation(self, one: Any) -> None:
        kind = _name(one.relationshipType)
        subject, place = _ref(one.from_), self._places.get(one.get_id(), "@graph")
        if kind in _LICENSES:
            self._licenses.setdefault(subject, {}).setdefault(kind, []).extend(
                self._stated(each) for each in one.to
            )
            return
        if kind in ("hasInput", "hasOutput"):
            self._builds.setdefault(subject, {}).setdefault(kind, []).extend(_to(one))
            return
        if kind == "other":
            # Nobody can say what that means, so nobody can say what these were made from.
            for ref in {subject, *_to(one)} & set(self._found.things):
                self._found.things[ref].lineage = "undisclosed"
            return
        if kind not in _FROM_CHILD and kind not in _FROM_PARENT:
            return
        exact = relation_of(self._properties(one).get(f"{PREFIX}relation", ""))
        if kind == "testedOn":
            exact = "evaluated-on"
        elif exact is not None and FORWARD.get(exact, "generates") != kind:
            exact = None
        for other in _to(one):
            if other.rpartition("/")[2] in _NO_ELEMENT:
                if subject in self._found.things:
                    self._found.things[subject].lineage = "undisclosed"
                continue
            forward = kind in _FROM_CHILD
            child, parent = (subject, other) if forward else (other, subject)
            how = _FROM_CHILD[kind] if forward else _FROM_PARENT[kind]
            self._found.edges.append(
                Edge(child=child, parent=parent, how=how, relation=exact, place=place)
            )
        told = _name(one.completeness) if one.completeness else ""
        if told == "incomplete" and kind == "trainedOn" and subject in self._found.things:
            self._found.things[subject].lineage = "undisclosed"

    def _stated(self, element: Any) -> str:
        """Returns a license element as the text that it stands for."""
        model = self._model
        if isinstance(element, model.simplelicensing_LicenseExpression):
            return str(element.simplelicensing_licenseExpression)
        if isinstance(element, model.simplelicensing_SimpleLicensingText):
            return str(element.name or "")
        id = _ref(element)
        name = getattr(element, "name", None) if not isinstance(element, str) else None
        # Of the classes with a whole tree of terms, only listed licenses can be told by their name.
        listed = "spdx.org/licenses/" in id
        return id.rpartition("/")[2] if listed else str(name or "")

    def _license(self, ref: str) -> str:
        said = self._licenses.get(ref, {})
        # What somebody concluded goes before what its maker declares, also where it is not known.
        stated = next((said[kind] for kind in _LICENSES if any(said.get(kind, ()))), [])
        return self._names.agreed(self._own.get(ref, ""), stated)


def _likely_kinds(relations: list[Any], known: set[str]) -> dict[str, Kind]:
    """Returns what files and things elsewhere probably are, of those that lineage runs through.

    Other files are parts under the terms of what holds them; these, and what holds them, count as
    things of their own, so that a package has the past of the weights in it.

    Args:
        relations: All of the document.
        known: Ids of models and data.
    """
    kinds: dict[str, Kind] = {}
    beside: dict[str, set[str]] = {}
    for one in relations:
        name, subject, others = _name(one.relationshipType), _ref(one.from_), _to(one)
        if name in ("trainedOn", "testedOn"):
            kinds[subject] = "model"
            kinds.update((id, "dataset") for id in others if kinds.get(id) != "model")
        elif name in _ORIGINS:
            beside.setdefault(subject, set()).update(others)
            for id in others:
                beside.setdefault(id, set()).add(subject)
        elif name == "contains":
            for id in others:
                beside.setdefault(id, set()).add(subject)
    left = [*kinds, *known]
    while left:
        for id in sorted(beside.get(left.pop(), ())):
            if id not in kinds and id not in known:
                kinds[id] = "software"
                left.append(id)
    return kinds


def _name(iri: str) -> str:
    return str(iri).rpartition("/")[2]


def _purpose(one: Any) -> str:
    return _name(one.software_primaryPurpose) if one.software_primaryPurpose else ""


def _ref(element: Any) -> str:
    return element if isinstance(element, str) else str(element.get_id())


def _to(one: Any) -> list[str]:
    return [_ref(each) for each in one.to]
