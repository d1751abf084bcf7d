"""Checks what the files of a workspace say of each other, and the files that they name."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from roundtable.plugins import Kind
from roundtable.workspace.assets import Dataset
from roundtable.workspace.builtin import BASELINES, MEASURED, names_missing
from roundtable.workspace.findings import Findings
from roundtable.workspace.gate import PolicyGate
from roundtable.workspace.heads import check_head
from roundtable.workspace.overrides import Overrides
from roundtable.workspace.parents import HasParents, check_parents
from roundtable.workspace.reading import read_json
from roundtable.workspace.settings import Settings
from roundtable.workspace.usecase import Candidate, UseCase
from roundtable.workspace.whole import MARK, Workspace


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
    made: dict[str, HasParents] = {}
    for kind, assets in (
        ("models", workspace.models),
        ("datasets", workspace.datasets),
        ("corpora", workspace.corpora),
        ("prompts", workspace.prompts),
        ("ancestors", workspace.ancestors),
    ):
        made |= {f"{kind}/{id}": one for id, one in assets.items()}
    # A recipe stands for what it makes: a model may be made from that.
    kinds = ("models", "datasets", "corpora", "prompts", "ancestors", "recipes")
    known = {f"{kind}/{id}" for kind in kinds for id in names[kind]}
    check_parents(made, known=known, findings=findings)
    for decisions in workspace.overrides.values():
        check.overrides(decisions, known)
    for model in workspace.models.values():
        check.plugin("connectors", model.provider, model.file, ("provider",))
        if model.provider == "baseline" and model.model not in BASELINES:
            findings.unknown(
                model.file, ("model",), kind="baseline", name=model.model, known=BASELINES
            )
        if model.path:
            check.file_beside(model.file, model.path, ("path",), "the model's file")
    for dataset in workspace.datasets.values():
        check.rows(dataset)
    for corpus in workspace.corpora.values():
        check.beside(corpus.file, corpus.path, ("path",), "the documents")
    for guard in workspace.guards.values():
        if check.file_beside(guard.file, guard.fitted, ("fitted",), "the fitted guard"):
            fitted = Path(os.path.normpath(Path(guard.file).parent / guard.fitted)).as_posix()
            read_json(workspace.root, fitted, findings)
    for recipe in workspace.recipes.values():
        for kind in ("dataset", "prompt", "usecase"):
            check.exists(kind, getattr(recipe, kind), recipe.file, (kind,))
        check.exists("model", recipe.base, recipe.file, ("base",))
    for policy in workspace.policies.values():
        check.roles(policy.gate.signoffs, policy.file)
        check.limits(policy.gate, policy.file)
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

    def overrides(self, decisions: Overrides, assets: Collection[str]) -> None:
        """Adds each asset and each use case that an override names and that is not there."""
        cases = self._names["usecases"]
        for path, one in decisions.entries():
            if one.asset and one.asset not in assets:
                self._findings.unknown(
                    decisions.file, (*path, "asset"), kind="asset", name=one.asset, known=assets
                )
            for index, id in enumerate(one.scope):
                if id not in cases:
                    self._findings.unknown(
                        decisions.file,
                        (*path, "scope", index),
                        kind="usecase",
                        name=id,
                        known=cases,
                    )

    def exists(self, kind: str, id: str, file: str, path: tuple[str | int, ...]) -> bool:
        """Adds a reference to what is not there; an empty one refers to nothing."""
        known = self._names["corpora" if kind == "corpus" else f"{kind}s"]
        if not id or id in known:
            return True
        self._findings.unknown(file, path, kind=kind, name=id, known=known)
        return False

    def plugin(self, kind: Kind, name: str, file: str, path: tuple[str | int, ...]) -> None:
        known = names_missing(kind, name, self._workspace.settings.plugins)
        # Without settings that could be read, nobody knows the workspace's own.
        if known and self._names.settings:
            self._findings.unknown(file, path, kind=kind.removesuffix("s"), name=name, known=known)

    def limits(self, gate: PolicyGate, file: str) -> None:
        checks = self._workspace.settings.plugins.get("checks", {})
        for name in gate.limits:
            if name not in MEASURED and name not in checks:
                self.plugin("metrics", name, file, ("gate", name))

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
        named: dict[tuple[str, ...], str] = {("path",): dataset.path} if dataset.path else {}
        named |= {("files", split): name for split, name in dataset.files.items()}
        for path, name in named.items():
            target = self.file_beside(dataset.file, name, path, "the rows' file")
            if target is None or not target.is_file():
                continue
            if target.stat().st_size > 0:
                check_head(self._workspace.root, dataset, name, path, findings=self._findings)
            else:
                self._findings.add(
                    dataset.file,
                    path,
                    message=f"the rows' file {name!r} is empty",
                    fix="write at least one row into it",
                )

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
            self.limits(usecase.gate, file)
        for index, metric in enumerate(usecase.metrics):
            self.plugin("metrics", metric.name, file, ("metrics", index))
        metrics = [metric.name for metric in usecase.metrics]
        if usecase.primary and metrics and usecase.primary not in metrics:
            self._findings.unknown(
                file, ("primary",), kind="metric", name=usecase.primary, known=metrics
            )

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
        for key in ("guard", "unsupported"):
            if getattr(candidate, key) not in ("", "keep") and not candidate.grounding:
                self._findings.add(
                    file,
                    (*here, key),
                    message=f"{key} needs passages to hold answers against, and {candidate.id!r}"
                    " has none",
                    fix='add grounding = "...", or take the key out',
                )
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
            if source is not None and not source.target:
                self._findings.add(
                    file,
                    (*here, "examples", "dataset"),
                    message=f"the rows of {examples.dataset!r} have no target to learn from",
                    fix=f"add target = … to {source.file}, or take the examples out",
                )
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
        kind = candidate.constrain.kind
        task = candidate.constrain.on(usecase.task)
        path = (*here, "constrain")
        if kind != "none":
            self.plugin("constraints", kind, usecase.file, path)
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
