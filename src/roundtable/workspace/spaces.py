"""Reads the files that a use case's output spaces name, so that what is held to is in its key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from roundtable.workspace.findings import Findings
from roundtable.workspace.reading import read_json, read_text
from roundtable.workspace.usecase import Constrain, Task, UseCase

Keys = tuple[str | int, ...]
Space = TypeVar("Space", Task, Constrain)


def with_spaces(usecase: UseCase, root: Path, findings: Findings) -> UseCase:
    """Returns the use case with JSON Schemas and grammars in place of the names of their files.

    Args:
        usecase: As its file declares it.
        root: The workspace.
        findings: Takes what is wrong with those files, and with schemas.
    """
    read = _Reader(usecase.file, root, findings)
    candidates = tuple(
        one.model_copy(
            update={"constrain": read.resolved(one.constrain, ("candidates", i, "constrain"))}
        )
        for i, one in enumerate(usecase.candidates)
    )
    task = read.resolved(usecase.task, ("task",))
    return usecase.model_copy(update={"task": task, "candidates": candidates})


class _Reader:
    def __init__(self, file: str, root: Path, findings: Findings) -> None:
        self._file = file
        self._root = root
        self._findings = findings

    def resolved(self, space: Space, path: Keys) -> Space:
        found: dict[str, object] = {}
        if isinstance(space.json_schema, str) and space.json_schema:
            found["json_schema"] = self._schema_in(space.json_schema, (*path, "schema"))
        elif isinstance(space.json_schema, dict):
            self._check(space.json_schema, self._file, (*path, "schema"))
        if space.grammar.endswith(".gbnf") and "\n" not in space.grammar:
            found["grammar"] = self._grammar_in(space.grammar, (*path, "grammar"))
        # What could not be read stays as it was: its problem is told already. An empty space is
        # one that says nothing, and no name of a file.
        return space.model_copy(
            update={key: value for key, value in found.items() if value is not None}
        )

    def _is_there(self, name: str, path: Keys, what: str) -> bool:
        try:
            there = (self._root / self._beside(name)).is_file()
        except (OSError, ValueError):
            there = False
        if not there:
            self._findings.add(
                self._file,
                path,
                message=f"the {what} {name!r} is not there",
                fix="put it there, or write the path from this file's folder",
            )
        return there

    def _beside(self, name: str) -> str:
        return Path(os.path.normpath(Path(self._file).parent / name)).as_posix()

    def _schema_in(self, name: str, path: Keys) -> object:
        if not self._is_there(name, path, "schema's file"):
            return None
        file = self._beside(name)
        schema = read_json(self._root, file, self._findings)
        return schema if schema is not None and self._check(schema, file, ()) else None

    def _grammar_in(self, name: str, path: Keys) -> str | None:
        if not self._is_there(name, path, "grammar's file"):
            return None
        return read_text(self._root, self._beside(name), self._findings)

    def _check(self, schema: object, file: str, path: Keys) -> bool:
        if not isinstance(schema, dict):
            self._findings.add(
                file,
                path,
                message="a JSON Schema must be an object",
                fix='write one, such as {"type": "object"}',
            )
            return False
        from jsonschema import SchemaError
        from jsonschema.validators import Draft202012Validator, validator_for

        try:
            validator_for(schema, default=Draft202012Validator).check_schema(schema)
        except SchemaError as error:
            self._findings.add(
                file,
                (*path, *error.path),
                message=f"this is not JSON Schema: {error.message[:200]}",
                fix="write a schema of the draft that its `$schema` names; without one, 2020-12",
            )
            return False
        except RecursionError:
            self._findings.add(
                file, path, message="the schema is nested too deeply", fix="write it flatter"
            )
            return False
        return True
