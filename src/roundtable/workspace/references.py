"""Checks what the files of a workspace say of each other, and the files that they name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from roundtable.workspace.assets import Dataset, Licensed
from roundtable.workspace.findings import Findings
from roundtable.workspace.settings import Settings
from roundtable.workspace.usecase import Candidate, UseCase
from roundtable.workspace.whole import MARK, Workspace

CONSTRAINTS = ("none", "choice", "json-schema", "regex", "grammar")


class Names:
    """The ids of all files there are, also of those that are broken.

    So a reference to a broken file is not told as a second problem.
    """

    def __init__(self, ids: Mapping[str, set[str]], settings: Settings | None) -> None:
        self._ids = ids
        self.settings = settings

    def __getitem__(self, kind: str) -> set[str]:
        return self._ids.get(kind, set())


def check_references(
    workspace: Workspace, *, names: Names, own: Mapping[str, UseCase], findings: Findings
) -> None:
    """Adds each reference that leads nowhere, and each file that is not there.

    Args:
        workspace: As far as it could be read.
        names: All ids.
        own: The use cases without what policies added: those lines stand in other files.
        findings: Takes the problems.
    """
    check = _Check(workspace, names, findings)
    check.plugins()
    licensed: dict[str, Licensed] = {}
    for kind, assets in (
        ("models", workspace.models),
        ("datasets", workspace.datasets),
        ("corpora", workspace.corpora),
    ):
        licensed |= {f"{kind}/{id}": one for id, one in assets.items()}
    check.parents(licensed)
    for model in workspace.models.values():
        if model.path:
            check.file_beside(model.file, model.path, ("path",), "the model's file")
    for dataset in workspace.datasets.values():
        check.rows(dataset)
    for corpus in workspace.corpora.values():
        check.beside(corpus.file, corpus.path, ("path",), "the documents")
    for guard in workspace.guards.values():
        check.file_beside(guard.file, guard.fitted, ("fitted",), "the fitted guard")
    for recipe in workspace.recipes.values():
        for kind in ("dataset", "prompt", "usecase"):
            check.exists(kind, getattr(recipe, kind), recipe.file, (kind,))
        check.exists("model", recipe.base, recipe.file, ("base",))
    for policy in workspace.policies.values():
        check.roles(policy.gate.signoffs, policy.file)
    for usecase in own.values():
        check.usecase(usecase)


class _Check:
    def __init__(self, workspace: Workspace, names: Names, findings: Findings) -> None:
        self._workspace = workspace
        self._names = names
        self._findings = findings

    def plugins(self) -> None:
        for kind, named in self._workspace.settings.plugins.items():
            for name, target in named.items():
                source = target.partition(":")[0]
                if source.endswith(".py"):
                    self.file_beside(MARK, source, ("plugins", kind, name), "the plug-in's file")

    def exists(self, kind: str, id: str, file: str, path: tuple[str | int, ...]) -> bool:
        """Adds a reference to what is not there; an empty one refers to nothing."""
        known = self._names["corpora" if kind == "corpus" else f"{kind}s"]
        if not id or id in known:
            return True
        self._findings.unknown(file, path, kind=kind, name=id, known=known)
        return False

    def beside(self, file: str, name: str, path: tuple[str | int, ...], what: str) -> Path | None:
        target = self._workspace.root / Path(file).parent / name
        try:
            if target.exists():
                return target
            why = "is not there"
        except (OSError, ValueError):
            why = "cannot be a path"
        self._findings.add(
            file,
            path,
            message=f"{what} {name!r} {why}",
            fix="put it there, or write the path from this file's folder",
        )
        return None

    def file_beside(
        self, file: str, name: str, path: tuple[str | int, ...], what: str
    ) -> Path | None:
        target = self.beside(file, name, path, what)
        if target is None or target.is_file():
            return target
        self._findings.add(file, path, message=f"{what} {name!r} is a folder", fix="name a file")
        return None

    def rows(self, dataset: Dataset) -> None:
        named = {("path",): dataset.path} if dataset.path else {}
        named |= {("files", split): name for split, name in dataset.files.items()}  # type: ignore[misc]
        for path, name in named.items():
            target = self.file_beside(dataset.file, name, path, "the rows' file")
            if target is not None and target.stat().st_size == 0:
                self._findings.add(
                    dataset.file,
                    path,
                    message=f"the rows' file {name!r} is empty",
                    fix="write at least one row into it",
                )

    def parents(self, assets: Mapping[str, Licensed]) -> None:
        known = {
            f"{kind}/{id}" for kind in ("models", "datasets", "corpora") for id in self._names[kind]
        }
        for name, asset in assets.items():
            for index, parent in enumerate(asset.parents):
                if parent.id not in known:
                    self._findings.unknown(
                        asset.file, ("parents", index), kind="asset", name=parent.id, known=known
                    )
            if self._descends_from(name, name, assets):
                self._findings.add(
                    asset.file,
                    ("parents",),
                    message=f"{name!r} is its own ancestor",
                    fix="take the parent out that closes the circle",
                )

    @staticmethod
    def _descends_from(name: str, ancestor: str, assets: Mapping[str, Licensed]) -> bool:
        seen: set[str] = set()
        left = [name]
        while left:
            here = assets.get(left.pop())
            for parent in here.parents if here else ():
                if parent.id == ancestor:
                    return True
                if parent.id not in seen:
                    seen.add(parent.id)
                    left.append(parent.id)
        return False

    def roles(self, signoffs: tuple[str, ...], file: str) -> None:
        settings = self._names.settings
        for role in signoffs if settings else ():
            if role not in settings.people:  # type: ignore[union-attr]
                self._findings.unknown(
                    file,
                    ("gate", "signoffs"),
                    kind="role",
                    name=role,
                    known=settings.people,  # type: ignore[union-attr]
                )

    def usecase(self, usecase: UseCase) -> None:
        file = usecase.file
        settings = self._names.settings
        aims = settings.capacity.imperatives if settings else ()
        if usecase.imperative and aims and usecase.imperative not in aims:
            self._findings.unknown(
                file, ("imperative",), kind="imperative", name=usecase.imperative, known=aims
            )
        self.exists("dataset", usecase.dataset, file, ("dataset",))
        dataset = self._workspace.datasets.get(usecase.dataset)
        if dataset is not None:
            self._evaluated(usecase, dataset)
        ids = Counter(candidate.id for candidate in usecase.candidates)
        for index, candidate in enumerate(usecase.candidates):
            here = ("candidates", index)
            if ids[candidate.id] > 1 and index > self._first(usecase, candidate.id):
                self._findings.add(
                    file,
                    (*here, "id"),
                    message=f"a second candidate is called {candidate.id!r}",
                    fix="give each candidate an id of its own",
                )
            self._candidate(usecase, candidate, here, dataset)
        if usecase.gate:
            if usecase.gate.candidate and usecase.gate.candidate not in ids:
                self._findings.unknown(
                    file,
                    ("gate", "candidate"),
                    kind="candidate",
                    name=usecase.gate.candidate,
                    known=ids,
                )
            self.roles(usecase.gate.signoffs, file)
        metrics = [metric.name for metric in usecase.metrics]
        if usecase.primary and metrics and usecase.primary not in metrics:
            self._findings.unknown(
                file, ("primary",), kind="metric", name=usecase.primary, known=metrics
            )
        self._schema_file(usecase)

    @staticmethod
    def _first(usecase: UseCase, id: str) -> int:
        return [candidate.id for candidate in usecase.candidates].index(id)

    def _evaluated(self, usecase: UseCase, dataset: Dataset) -> None:
        splits = {*dataset.splits, *dataset.files}
        split = usecase.split or "test"
        if splits and split not in splits:
            self._findings.unknown(
                usecase.file,
                ("split",) if usecase.split else ("dataset",),
                kind=f"split of the dataset {dataset.id!r}",
                name=split,
                known=splits,
            )
        fields = usecase.task.fields
        if isinstance(fields, str) and fields and fields not in dataset.input:
            self._findings.unknown(
                usecase.file,
                ("task", "fields"),
                kind=f"input of the dataset {dataset.id!r}",
                name=fields,
                known=dataset.input,
            )

    def _candidate(
        self,
        usecase: UseCase,
        candidate: Candidate,
        here: tuple[str | int, ...],
        dataset: Dataset | None,
    ) -> None:
        file = usecase.file
        for key, kind in (
            ("model", "model"),
            ("prompt", "prompt"),
            ("grounding", "corpus"),
            ("guard", "guard"),
        ):
            self.exists(kind, getattr(candidate, key), file, (*here, key))
        model = self._workspace.models.get(candidate.model)
        if model is not None and model.provider != "baseline" and not candidate.prompt:
            self._findings.add(
                file,
                here,
                message=f"the candidate {candidate.id!r} has no prompt",
                fix="add prompt = …; only models of provider `baseline` need none",
            )
        examples = candidate.examples
        if examples is not None:
            self.exists("dataset", examples.dataset, file, (*here, "examples", "dataset"))
            source = self._workspace.datasets.get(examples.dataset)
            splits = {*source.splits, *source.files} if source else set()
            if splits and examples.split not in splits:
                self._findings.unknown(
                    file,
                    (*here, "examples", "split"),
                    kind=f"split of the dataset {examples.dataset!r}",
                    name=examples.split,
                    known=splits,
                )
        self._constraint(usecase, candidate, here)
        self._inputs(usecase, candidate, here, dataset)

    def _constraint(
        self, usecase: UseCase, candidate: Candidate, here: tuple[str | int, ...]
    ) -> None:
        task, kind = usecase.task, candidate.constrain
        path = (*here, "constrain")
        local = self._workspace.settings.plugins.get("constraints", {})
        if kind not in CONSTRAINTS and kind not in local:
            installed = {one.name for one in entry_points(group="roundtable.constraints")}
            if kind not in installed:
                known = {*CONSTRAINTS, *local, *installed}
                self._findings.unknown(
                    usecase.file, path, kind="constraint", name=kind, known=known
                )
        needs = {
            "choice": (bool(task.options), "options"),
            "regex": (bool(task.pattern), "pattern"),
            "grammar": (bool(task.grammar), "grammar"),
            "json-schema": (bool(task.fields or task.json_schema), "fields, or a schema"),
        }
        there, what = needs.get(kind, (True, ""))
        if not there:
            self._findings.add(
                usecase.file,
                path,
                message=f"the task gives no {what} to hold the answer to",
                fix=f'add {what} to [task], or write constrain = "none"',
            )

    def _inputs(
        self,
        usecase: UseCase,
        candidate: Candidate,
        here: tuple[str | int, ...],
        dataset: Dataset | None,
    ) -> None:
        prompt = self._workspace.prompts.get(candidate.prompt)
        if prompt is None or dataset is None:
            return
        given = {*dataset.input, "examples"}
        given |= {"options"} if usecase.task.options else set()
        given |= {"passages"} if candidate.grounding else set()
        given |= {"fields"} if usecase.task.fields else set()
        for name in prompt.inputs:
            if name not in given:
                self._findings.add(
                    usecase.file,
                    (*here, "prompt"),
                    message=f"the prompt {prompt.id!r} needs {name!r}, which nothing gives it here",
                    fix=f"add it to `input` in {dataset.file}, or take one of:"
                    f" {', '.join(sorted(given))}",
                )

    def _schema_file(self, usecase: UseCase) -> None:
        schema = usecase.task.json_schema
        if not isinstance(schema, str) or not schema:
            return
        target = self.file_beside(usecase.file, schema, ("task", "schema"), "the schema's file")
        if target is None:
            return
        try:
            json.loads(target.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            self._findings.add(
                usecase.file,
                ("task", "schema"),
                message=f"the schema's file {schema!r} is not JSON",
                fix="write a JSON Schema into it",
            )
