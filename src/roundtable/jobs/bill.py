"""What a use case is made of: its workspace's assets, their files, the software that runs it."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from roundtable import plugins
from roundtable.digest import digest
from roundtable.errors import InputError, MissingExtraError, NotFoundError, Place
from roundtable.generation.connectors.embedded_weights import PACKAGES, locate, weights_digest
from roundtable.generation.connectors.table import CONNECTORS
from roundtable.jobs.license import Licenses
from roundtable.jobs.software import Distribution, distributions
from roundtable.licensing.bom import Answer, Bill, BillFile, Component, Endpoint, License
from roundtable.licensing.types import Asset, Clause, Finding, Parent, Terms
from roundtable.workspace import Dataset, Model, Prompt, UseCase, Workspace
from roundtable.workspace.assets import Ancestor, Corpus, Guard, Recipe
from roundtable.workspace.declared import semantic

_HERE = ("baseline", "embedded")
_POLICY_DUTIES = {"pass-on-use-restrictions", "acceptable-use-policy"}
ROUNDTABLE = "roundtable-llm"


def bill_of(licenses: Licenses, usecase: UseCase, candidates: Iterable[str] = ()) -> Bill:
    """Returns the bill of materials of a use case: every candidate, or those named.

    Args:
        licenses: What answers about licenses rest on: the workspace, its graph, the terms.
        usecase: What the bill is about.
        candidates: Ids of candidates; none: all.

    Raises:
        NotFoundError: there is no such candidate.
        InputError: a file that belongs to an asset cannot be read.
        MissingExtraError: the formats' libraries are not installed.
    """
    known = [one.id for one in usecase.candidates]
    for id in candidates:
        if id not in known:
            raise NotFoundError("candidate", id, known, where=Place(usecase.file))
    wanted = set(candidates) or set(known)
    findings = licenses.of_usecase(usecase, [id for id in known if id in wanted])
    systems = [finding.use.asset for finding in findings.values() if finding.use]
    used = _ancestors(licenses, systems)
    software = _software(licenses, usecase, [one for one in usecase.candidates if one.id in wanted])
    assets = [_Described(licenses.workspace, asset) for asset in used]
    root = Component(
        id=f"usecases/{usecase.id}",
        kind="system",
        license="internal",
        name=usecase.id,
        description=usecase.title,
        facts=tuple(_asked(findings.values())),
        parents=tuple(Parent(id=id, relation="includes") for id in (*systems, software[0].id)),
    )
    components = (root, *(one.component() for one in assets), *software)
    services = {one.service.id: one.service for one in assets if one.service is not None}
    named = dict.fromkeys(one.license for one in components)
    return Bill(
        root=root.id,
        components=components,
        services=tuple(services[id] for id in sorted(services)),
        licenses=tuple(
            _license(terms)
            for name in named
            if (terms := licenses.knowledge.find(name)) and terms.id not in ("unknown", "internal")
        ),
        answers=tuple(_answer(one) for one in findings.values()),
        task=usecase.task.kind,
        audience=usecase.audience,
    )


def _ancestors(licenses: Licenses, systems: list[str]) -> list[Asset]:
    """Returns the assets that these are made of, and themselves, sorted by id."""
    seen: set[str] = set()
    left = list(systems)
    while left:
        if (id := left.pop()) not in seen:
            seen.add(id)
            left += [parent.id for parent in licenses.graph[id].parents]
    return [licenses.graph[id] for id in sorted(seen)]


def _answer(finding: Finding) -> Answer:
    return Answer(
        component=finding.use.asset if finding.use else finding.id,
        verdict=finding.verdict,
        obligations=finding.obligations,
        because=tuple(f"{one.license} {one.clause}: {one.why}" for one in finding.because),
    )


def _license(terms: Terms) -> License:
    from roundtable.licensing.bom.license_names import spdx_id

    return License(
        id=terms.id,
        name=terms.name,
        spdx=spdx_id(terms.spdx or terms.id),
        url=terms.url,
        verified=terms.verified,
        policies=tuple(f"{one.id}: {one.gist}" for one in terms.clauses if _restricts(one)),
    )


def _restricts(clause: Clause) -> bool:
    return (
        clause.verdict is not None
        or clause.tag == "restricts"
        or not _POLICY_DUTIES.isdisjoint(clause.duties)
    )


def _asked(findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    """Yields the use that the answers are for, once: it is the same for every candidate."""
    use = next((one.use for one in findings if one.use is not None), None)
    if use is not None:
        yield "distribution", use.distribution
        yield "audience", use.audience
        yield "commercial", str(use.commercial).lower()
        yield "monthly-active-users", str(use.monthly_active_users)
        yield "company-region", use.company_region or "not said"
        for name in use.regions:
            yield "region", name
        for name in use.domains:
            yield "domain", name


_Declared = Model | Dataset | Corpus | Prompt | Guard | Recipe | Ancestor


class _Described:
    """An asset with what its declaration and its files say."""

    def __init__(self, workspace: Workspace, asset: Asset) -> None:
        self._workspace = workspace
        self._asset = asset
        folder, _, id = asset.id.partition("/")
        declared: Mapping[str, Mapping[str, _Declared]] = {
            "models": workspace.models,
            "datasets": workspace.datasets,
            "corpora": workspace.corpora,
            "prompts": workspace.prompts,
            "guards": workspace.guards,
            "recipes": workspace.recipes,
            "ancestors": workspace.ancestors,
        }
        self._declared = declared.get(folder, {}).get(id)
        one = self._declared
        self.service = _service(workspace, one) if isinstance(one, Model) else None

    def component(self) -> Component:
        """Returns it as a part of the bill."""
        asset, one = self._asset, self._declared
        files = tuple(sorted(self._files(), key=lambda file: file.name))
        version = ""
        if one is not None:
            version = digest((semantic(one), [(file.name, file.sha256) for file in files]))
        packaged = isinstance(one, Model) and one.provider == "embedded" and not one.path
        return Component(
            id=asset.id,
            kind=asset.kind,
            license=asset.license,
            lineage=asset.lineage,
            parents=asset.parents,
            name=asset.id,
            version=version,
            description=one.title if one is not None else "",
            files=files,
            purl=_packaged_purl(one.model) if packaged and isinstance(one, Model) else "",
            url=one.url if isinstance(one, Ancestor) else "",
            service=self.service.id if self.service is not None else "",
            facts=tuple(_facts(one)),
        )

    def _files(self) -> Iterator[BillFile]:
        one = self._declared
        if isinstance(one, Model):
            if one.path:
                yield self._beside(one.file, one.path)
            elif one.provider == "embedded":
                weights = locate(one.model, "")
                yield BillFile(
                    name=weights.name,
                    sha256=weights_digest(weights),
                    size_bytes=weights.stat().st_size,
                )
        elif isinstance(one, Dataset):
            for name in [one.path] if one.path else one.files.values():
                yield self._beside(one.file, name)
        elif isinstance(one, Corpus):
            yield from self._below(one)
        elif isinstance(one, Prompt):
            yield self._file(one.file)
            for name in one.partials:
                yield self._file(f"prompts/{name}")
        elif isinstance(one, Guard):
            yield self._beside(one.file, one.fitted)

    def _below(self, corpus: Corpus) -> Iterator[BillFile]:
        name = (Path(corpus.file).parent / corpus.path).as_posix()
        top = self._workspace.root / name
        if not top.is_dir():
            yield self._file(name)
            return
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            for each in sorted(each for each in files if not each.startswith(".")):
                yield self._file((Path(folder) / each).relative_to(self._workspace.root).as_posix())

    def _beside(self, file: str, name: str) -> BillFile:
        return self._file(os.path.normpath((Path(file).parent / name).as_posix()))

    def _file(self, name: str) -> BillFile:
        path = self._workspace.root / name
        try:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return BillFile(name=name, sha256=sha256, size_bytes=path.stat().st_size)
        except OSError as error:
            raise InputError(
                f"a file of {self._asset.id!r} cannot be read: {error.strerror}",
                where=Place(name),
                fix="put the file there, or take it out of what declares it",
            ) from error


def _facts(one: object) -> Iterator[tuple[str, str]]:
    if isinstance(one, Model):
        yield "provider", one.provider
        yield "model", one.model
        for name, value in one.parameters.model_dump(exclude_none=True).items():
            yield f"parameter:{name}", str(value)
    elif isinstance(one, Recipe):
        yield "method", one.method
        for name, value in sorted(one.training.items()):
            yield f"training:{name}", str(value)
    elif isinstance(one, Prompt) and one.works_around:
        yield "works-around", one.works_around


def _service(workspace: Workspace, model: Model) -> Endpoint | None:
    """Returns the API that answers for a model which is not here."""
    if model.provider in _HERE or model.path:
        return None
    url = model.base_url
    if not url:
        local = workspace.settings.plugins.get("connectors", {})
        cls = plugins.find(
            "connectors", model.provider, builtin=CONNECTORS, local=local, root=workspace.root
        )
        defaults = {field.name: field.default for field in dataclasses.fields(cls)}
        default = defaults.get("base_url")
        url = default if isinstance(default, str) else ""
    host = urlsplit(url).netloc or model.provider
    return Endpoint(
        id=f"services/{host}",
        provider=model.provider if host == model.provider else host,
        url=url,
        authenticated=bool(model.api_key_env),
    )


def _packaged_purl(model: str) -> str:
    from importlib import metadata

    name = PACKAGES.get(model, "")
    try:
        return f"pkg:pypi/{name}@{metadata.version(name)}" if name else ""
    except metadata.PackageNotFoundError:
        return ""


def _software(
    licenses: Licenses, usecase: UseCase, candidates: list[object]
) -> tuple[Component, ...]:
    """Returns Roundtable and all it needs at run time; the first holds the others."""
    try:
        from roundtable.licensing.bom.license_names import Names
    except ModuleNotFoundError as error:
        raise MissingExtraError("a bill of materials", "bom") from error
    names = Names(licenses.knowledge.licenses.values())
    extras = set()
    for one in usecase.candidates:
        if one not in candidates:
            continue
        if licenses.workspace.models[one.model].provider == "embedded":
            extras.add("embedded")
        if one.examples is not None and one.examples.select == "similar":
            extras.add("search")
    own, *others = distributions(ROUNDTABLE, extras)
    parts = [_part(one, names.read(one.license)) for one in others]
    holds = tuple(Parent(id=one.id, relation="includes") for one in parts)
    return (_part(own, names.read(own.license), parents=holds), *parts)


def _part(one: Distribution, license: str, parents: tuple[Parent, ...] = ()) -> Component:
    return Component(
        id=f"software/{one.name}",
        kind="software",
        license=license,
        parents=parents,
        name=one.name,
        version=one.version,
        stated=one.license,
        description=one.summary,
        purl=f"pkg:pypi/{one.name}@{one.version}",
    )
