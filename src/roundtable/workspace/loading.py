"""Reads a whole workspace; either all of it is sound, or all of its problems are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from roundtable.errors import Place, UsageError, WorkspaceError
from roundtable.workspace.assets import Ancestor, Corpus, Dataset, Guard, Model, Policy, Recipe
from roundtable.workspace.declared import ID, Asset
from roundtable.workspace.findings import Findings
from roundtable.workspace.gate import merged
from roundtable.workspace.licenses import merged_rules
from roundtable.workspace.overrides import Overrides
from roundtable.workspace.prompt import HEADING, Prompt, split_front_matter, split_sections
from roundtable.workspace.prompty import PROMPTY_HEADING, PROMPTY_KEYS, from_prompty
from roundtable.workspace.reading import files_below, read_text, read_toml, read_yaml
from roundtable.workspace.references import Names, check_references
from roundtable.workspace.settings import Settings
from roundtable.workspace.spaces import with_spaces
from roundtable.workspace.templates import check_partials, check_templates
from roundtable.workspace.usecase import UseCase
from roundtable.workspace.whole import MARK, Workspace

A = TypeVar("A", bound=Asset)
_PROMPTS = (".prompt.md", ".prompty")


def load(root: str | Path) -> Workspace:
    """Returns the workspace that lies in `root`, policies merged into its use cases.

    Args:
        root: The folder with `roundtable.toml`.

    Raises:
        WorkspaceError: files are wrong: all of the problems, each with its place and remedy.
        UsageError: the folder is no workspace.
    """
    root = Path(root)
    if not (root / MARK).is_file():
        raise UsageError(
            f"there is no {MARK} in this folder",
            where=Place(MARK),
            fix="name a workspace's folder, or start one with: roundtable init DIR",
        )
    findings = Findings()
    names: dict[str, set[str]] = {}

    def kind(folder: str, cls: type[A]) -> dict[str, A]:
        return _assets(root, folder, cls, findings=findings, names=names)

    settings = _settings(root, findings)
    models, datasets = kind("models", Model), kind("datasets", Dataset)
    corpora, guards = kind("corpora", Corpus), kind("guards", Guard)
    recipes, policies = kind("recipes", Recipe), kind("policies", Policy)
    usecases = {
        id: with_spaces(one, root, findings) for id, one in kind("usecases", UseCase).items()
    }
    prompts = _prompts(root, findings, names)
    overrides = kind("overrides", Overrides)
    ancestors = kind("ancestors", Ancestor)
    workspace = Workspace(
        root=root,
        settings=settings
        or Settings.model_validate({"id": "", "file": MARK, "workspace": {"name": "broken"}}),
        models=models,
        datasets=datasets,
        corpora=corpora,
        guards=guards,
        recipes=recipes,
        policies=policies,
        prompts=prompts,
        usecases={id: _under(one, policies.values()) for id, one in usecases.items()},
        overrides=overrides,
        ancestors=ancestors,
    )
    check_references(workspace, names=Names(names, settings), own=usecases, findings=findings)
    if findings.problems:
        raise WorkspaceError(findings.problems)
    return workspace


def _settings(root: Path, findings: Findings) -> Settings | None:
    data = read_toml(root, MARK, findings)
    return None if data is None else _made(Settings, data, id="", file=MARK, findings=findings)


def _assets(
    root: Path, folder: str, cls: type[A], *, findings: Findings, names: dict[str, set[str]]
) -> dict[str, A]:
    found: dict[str, A] = {}
    names[folder] = set()
    for path in files_below(root, folder, findings):
        file = path.relative_to(root).as_posix()
        if path.suffix != ".toml":
            _check_ending(file, (".toml",), findings)
            continue
        id = path.relative_to(root / folder).with_suffix("").as_posix()
        names[folder].add(id)
        _check_id(id, file, findings)
        data = read_toml(root, file, findings)
        if data is not None and (one := _made(cls, data, id=id, file=file, findings=findings)):
            found[id] = one
    return found


def _prompts(root: Path, findings: Findings, names: dict[str, set[str]]) -> dict[str, Prompt]:
    partials: dict[str, str] = {}
    files: dict[str, str] = {}
    names["prompts"] = set()
    for path in files_below(root, "prompts", findings):
        name = path.relative_to(root / "prompts").as_posix()
        file = f"prompts/{name}"
        if path.name.startswith("_"):
            text = read_text(root, file, findings)
            # One that cannot be read is known all the same: its own problem is told already.
            partials[name] = text or ""
        elif name.endswith(_PROMPTS):
            id = name.removesuffix(".prompt.md").removesuffix(".prompty")
            _check_id(id, file, findings)
            if id in names["prompts"]:
                findings.add(
                    file,
                    message=f"a second prompt is called {id!r}",
                    fix=f"rename this file or {files[id]}",
                )
                continue
            names["prompts"].add(id)
            files[id] = file
        else:
            _check_ending(file, _PROMPTS, findings)
    check_partials(partials, findings)
    prompts = {id: _prompt(root, id, file, partials, findings) for id, file in files.items()}
    return {id: one for id, one in prompts.items() if one is not None}


def _prompt(
    root: Path, id: str, file: str, partials: Mapping[str, str], findings: Findings
) -> Prompt | None:
    text = read_text(root, file, findings)
    if text is None:
        return None
    parts = split_front_matter(text)
    if parts is None:
        findings.add(
            file,
            line=1,
            message="the front matter is missing or not closed",
            fix="begin the file with a line `---`, the YAML, and another line `---`",
        )
        return None
    front, body, first_line = parts
    data = read_yaml(front, file, findings, first_line=2)
    if data is None:
        return None
    heading, example = HEADING, "`# system` or `# user`"
    if file.endswith(".prompty"):
        data = from_prompty(data)
        findings.rename(file, PROMPTY_KEYS)
        heading, example = PROMPTY_HEADING, "`system:` or `user:`"
    sections, stray = split_sections(body, first_line, heading=heading)
    if stray is not None:
        findings.add(
            file,
            line=stray,
            message="this text stands before the first role heading",
            fix=f"put {example} above it",
        )
    reserved = {"sections", "partials"} & set(data)
    for name in sorted(reserved):
        findings.add(file, (name,), message=f"there is no key {name!r} here", fix="remove the key")
        data.pop(name)
    data |= {"sections": [one.model_dump() for one in sections], "partials": {}}
    prompt = _made(Prompt, data, id=id, file=file, findings=findings)
    if prompt is None:
        return None
    _check_roles(prompt, findings)
    used = check_templates(
        prompt.sections, inputs=prompt.inputs, partials=partials, file=file, findings=findings
    )
    return prompt.model_copy(update={"partials": used})


def _check_roles(prompt: Prompt, findings: Findings) -> None:
    for section in prompt.sections:
        if not section.source.strip():
            findings.add(
                prompt.file,
                line=max(1, section.line - 1),
                message=f"the {section.role} section is empty",
                fix="write its text, or remove its heading",
            )
    roles = [section.role for section in prompt.sections]
    if prompt.format == "completion" and roles != ["user"]:
        findings.add(
            prompt.file,
            ("format",),
            message="a completion prompt has one section, `# user`",
            fix="put all text under one `# user`, or write format: chat",
        )
    elif "user" not in roles:
        findings.add(
            prompt.file,
            line=prompt.sections[0].line,
            message="the prompt has no user section",
            fix="add a line `# user` and the text below it",
        )


def _check_ending(file: str, endings: tuple[str, ...], findings: Findings) -> None:
    """Adds a file that would be left out for its ending's capitals alone."""
    ending = next((one for one in endings if file.lower().endswith(one)), None)
    if ending is not None:
        findings.add(
            file,
            message="the file's ending has capital letters, so it would be left out",
            fix=f"rename it to end in {ending}",
        )


def _check_id(id: str, file: str, findings: Findings) -> None:
    if not re.fullmatch(ID, id):
        findings.add(
            file,
            message=f"{id!r} cannot be an id",
            fix="name the file with small letters, digits and `-`",
        )


def _made(
    cls: type[A], data: Mapping[str, Any], *, id: str, file: str, findings: Findings
) -> A | None:
    own = {"id", "file"} & set(data)
    for name in sorted(own):
        findings.add(
            file,
            (name,),
            message=f"there is no key {name!r} here: the file's name is the id",
            fix="remove the key",
        )
    try:
        return cls.model_validate({**data, "id": id, "file": file})
    except ValidationError as error:
        findings.invalid(file, error, cls, data)
        return None


def _under(usecase: UseCase, policies: Iterable[Policy]) -> UseCase:
    """Returns the use case with what the policies that match it add."""
    matching = [
        policy
        for policy in policies
        if policy.matches(audience=usecase.audience, stage=usecase.stage)
    ]
    gate = merged(usecase.gate, [policy.gate for policy in matching])
    rules = merged_rules(usecase.licenses, [policy.licenses for policy in matching])
    return usecase.model_copy(update={"gate": gate, "licenses": rules})
