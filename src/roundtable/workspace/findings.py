"""Gathers what is wrong with the files of a workspace, each problem with its line and remedy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from roundtable.errors import NotFoundError, Place, Problem
from roundtable.workspace.lines import Path, line_of, toml_lines, yaml_lines


class Findings:
    """The problems found so far, and the texts that their lines are looked up in."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._texts: dict[str, tuple[str, int | None]] = {}
        self._renamed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._lines: dict[str, dict[Path, int]] = {}

    def remember(self, file: str, text: str, *, yaml_from: int | None = None) -> None:
        """Keeps a file's declarations: TOML, or YAML that begins on the line `yaml_from`."""
        self._texts[file] = (text, yaml_from)

    def rename(self, file: str, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Notes where keys of ours stand in a file of another format."""
        self._renamed[file] = keys

    def add(
        self,
        file: str,
        path: Sequence[str | int] = (),
        *,
        message: str,
        fix: str,
        line: int | None = None,
    ) -> None:
        """Adds a problem.

        Args:
            file: Relative to the workspace.
            path: The keys and indices that lead to the field.
            message: What is wrong.
            fix: What to do about it.
            line: If it is known; else it is looked up.
        """
        if path and file in self._renamed:
            path = (*self._renamed[file].get(str(path[0]), (path[0],)), *path[1:])
        if line is None:
            # What is wrong with a file as a whole stands on its first line.
            line = line_of(path, self._known_lines(file)) if file in self._texts else 1
        field = ".".join(str(part) for part in path)
        problem = Problem(Place(file, line, field), message, fix)
        # A dict, since two prompts may include the same broken partial: that is one problem.
        self._problems[problem] = None

    @property
    def problems(self) -> list[Problem]:
        """What was found so far, each once, by file and line."""
        return sorted(self._problems, key=lambda one: (one.place.file, one.place.line or 0))

    def unknown(
        self,
        file: str,
        path: Sequence[str | int],
        *,
        kind: str,
        name: str,
        known: Collection[str],
        line: int | None = None,
    ) -> None:
        """Adds a reference to something that is not there."""
        error = NotFoundError(kind, name, known)
        self.add(file, path, message=error.what, fix=error.fix, line=line)

    def invalid(
        self, file: str, error: ValidationError, cls: type[BaseModel], data: Mapping[str, Any]
    ) -> None:
        """Adds each error that pydantic found in a file's declarations."""
        for one in error.errors(include_url=False, include_context=True, include_input=False):
            context = one.get("ctx", {})
            path = _in_data(one["loc"], data, missing=one["type"] == "missing")
            if field := context.get("field"):
                path = (*path, field)
            message, fix = _in_words(one["type"], one["msg"], context, path, cls)
            self.add(file, path, message=message, fix=fix)

    def _known_lines(self, file: str) -> dict[Path, int]:
        if file not in self._lines:
            text, yaml_from = self._texts[file]
            self._lines[file] = (
                toml_lines(text) if yaml_from is None else yaml_lines(text, yaml_from)
            )
        return self._lines[file]


def _in_data(loc: Sequence[str | int], data: object, *, missing: bool) -> Path:
    """Leaves out of a location what only our models have: unions, gathered limits, options."""
    path: list[str | int] = []
    here = data
    for position, part in enumerate(loc):
        inside = (isinstance(here, Mapping) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        )
        if inside:
            path.append(part)
            here = here[part]  # type: ignore[index]
        elif missing and position == len(loc) - 1:
            path.append(part)
    return tuple(path)


def _in_words(
    kind: str, message: str, context: Mapping[str, Any], path: Path, cls: type[BaseModel]
) -> tuple[str, str]:
    name = str(path[-1]) if path else ""
    inside = _class_at(cls, path[:-1])
    field = _fields(inside).get(name) if inside else None
    told = field.description if field is not None and field.description else ""
    if kind == "declared":
        return str(context["what"]), str(context["fix"])
    if kind == "extra_forbidden":
        known = sorted(_fields(inside)) if inside else []
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        fix = (
            f"did you mean {' or '.join(repr(n) for n in near)}?"
            if near
            else f"use one of: {', '.join(known)}"
        )
        return f"there is no key {name!r} here", fix
    if kind == "missing":
        return f"the key {name!r} is missing", f"add {name} = … : {told}"
    if kind == "literal_error":
        return f"this cannot be {name!r}'s value", f"write {context['expected']}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{name!r} must be a table", f"write {name} = {{ … }}: {told}".rstrip(": ")
    if kind in ("tuple_type", "list_type"):
        return f"{name!r} must be a list", f"write {name} = [ … ]: {told}".rstrip(": ")
    if kind == "string_type":
        return f"{name!r} must be a text", f'write it in quotes: "…". {told}'.strip()
    if kind == "float_type":
        return f"{name!r} must be a number", f"write a number without quotes. {told}".strip()
    if kind == "too_short":
        return f"{name!r} is empty", f"put at least one in. {told}".strip()
    if kind == "string_too_short":
        return f"{name!r} is an empty text", told or "write what it should be"
    return message, told or "correct the value"


def _fields(cls: type[BaseModel]) -> dict[str, Any]:
    """Returns a model's fields by the names that people write."""
    hidden = {"id", "file"} if "file" in cls.model_fields else set()
    return {f.alias or n: f for n, f in cls.model_fields.items() if n not in hidden}


def _class_at(cls: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    here: type[BaseModel] | None = cls
    for part in path:
        if isinstance(part, int) or here is None:
            continue
        field = _fields(here).get(part)
        # A key that is no field stands in a gate's or promise's gathered table.
        annotation = field.annotation if field else here.model_fields.get("limits")
        annotation = getattr(annotation, "annotation", annotation)
        here = next(_models_in(annotation), None)
    return here


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
