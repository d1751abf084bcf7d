"""Which terms hold in a workspace, and whether what its files name is in them."""

from __future__ import annotations

from roundtable.errors import InputError, NotFoundError, Place, WorkspaceError
from roundtable.licensing.documents import FORMATS
from roundtable.licensing.knowledge import LINEAGE, KnowledgeBase, merged, packaged, read_terms
from roundtable.workspace import Workspace
from roundtable.workspace.findings import Findings
from roundtable.workspace.prompt import split_front_matter
from roundtable.workspace.reading import read_text, read_toml, read_yaml

FOLDER = "terms"


def knowledge_of(workspace: Workspace, *, base: KnowledgeBase | None = None) -> KnowledgeBase:
    """Returns the terms that come with Roundtable and the workspace's own, from `terms/`.

    Terms of the workspace replace those of the same id.

    Args:
        workspace: Loaded and valid.
        base: Terms in place of those that come with Roundtable.

    Raises:
        InputError: its terms cannot be read, or contradict themselves.
    """
    base = base or packaged()
    folder = workspace.root / FOLDER
    if not folder.is_dir() or not any(one.suffix.lower() in FORMATS for one in folder.iterdir()):
        return base
    try:
        return merged(base, read_terms(folder, known=list(base.licenses)))
    except InputError as error:
        if error.where is not None:
            # As the workspace's other files are named.
            prefix = f"{workspace.root}/"
            file = error.where.file.removeprefix(prefix)
            error.where = Place(file, error.where.line, error.where.field)
        raise


def check_names(workspace: Workspace, knowledge: KnowledgeBase) -> None:
    """Refuses licenses and clauses that no terms know, wherever the workspace names one.

    Raises:
        WorkspaceError: all of them, each with its place and the nearest names.
    """
    findings = Findings()
    told = _Told(workspace, knowledge, findings)
    for assets in (
        workspace.models,
        workspace.datasets,
        workspace.corpora,
        workspace.prompts,
        workspace.ancestors,
    ):
        for one in assets.values():
            told.license(one.file, ("license",), one.license)
    denied: set[str] = set()
    for policy in workspace.policies.values():
        denied |= set(policy.licenses.deny)
        for index, name in enumerate(policy.licenses.deny):
            told.license(policy.file, ("licenses", "deny", index), name)
    for usecase in workspace.usecases.values():
        # Those of policies are merged in: they stand in other files.
        for name in usecase.licenses.deny:
            if name not in denied:
                told.license(usecase.file, ("licenses", "deny"), name)
    for decisions in workspace.overrides.values():
        for path, decision in decisions.entries():
            told.clause(decisions.file, path, decision.license, decision.clause)
    if findings.problems:
        raise WorkspaceError(findings.problems)


class _Told:
    def __init__(self, workspace: Workspace, knowledge: KnowledgeBase, findings: Findings) -> None:
        self._workspace = workspace
        self._knowledge = knowledge
        self._findings = findings
        self._read: set[str] = set()

    def license(self, file: str, path: tuple[str | int, ...], name: str) -> bool:
        if self._knowledge.find(name) is not None:
            return True
        self._add(file, path, self._nothing_called(name))
        return False

    def clause(self, file: str, path: tuple[str | int, ...], license: str, clause: str) -> None:
        is_lineage = license.casefold() == LINEAGE.id
        if not is_lineage and not self.license(file, (*path, "license"), license):
            return
        try:
            self._knowledge.clause(license, clause)
        except NotFoundError as error:
            self._add(file, (*path, "clause"), error)

    def _nothing_called(self, name: str) -> NotFoundError:
        try:
            self._knowledge.get(name)
        except NotFoundError as error:
            return error
        raise AssertionError(name)

    def _add(self, file: str, path: tuple[str | int, ...], error: NotFoundError) -> None:
        self._remember(file)
        fix = error.fix
        if path[-1] == "license" and len(path) == 1:
            fix += f"; or write its terms into {FOLDER}/NAME.toml, or `unknown` if nobody knows"
        self._findings.add(file, path, message=error.what, fix=fix)

    def _remember(self, file: str) -> None:
        """Reads the file again, so that lines are known; only when something is wrong."""
        if file in self._read:
            return
        self._read.add(file)
        root = self._workspace.root
        if file.endswith(".toml"):
            read_toml(root, file, self._findings)
            return
        parts = split_front_matter(read_text(root, file, self._findings) or "")
        if parts is not None:
            read_yaml(parts[0], file, self._findings, first_line=2)
