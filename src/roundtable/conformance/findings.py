"""What a check finds wrong, gathered and told at once."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Coroutine
from typing import Any, TypeVar

from roundtable.digest import digest
from roundtable.errors import InputError, UsageError

T = TypeVar("T")


class NotConforming(InputError, AssertionError):
    """A plug-in does not do what Roundtable will ask of it; a test runner shows it as a failure.

    Args:
        name: The plug-in's class.
        findings: Everything that is wrong, a sentence each.
    """

    def __init__(self, name: str, findings: list[str]) -> None:
        self.findings = tuple(findings)
        listed = "\n".join(f"- {finding}" for finding in findings)
        super().__init__(
            f"{name} does not conform:\n{listed}",
            fix="correct the plug-in; the rules are in the docs, under how to add a plug-in",
        )


class Findings:
    """Gathers what is wrong with one plug-in."""

    def __init__(self, plugin: object) -> None:
        self._plugin = plugin
        self._found: list[str] = []

    def need(self, holds: bool, otherwise: str, /) -> bool:
        """Adds a finding unless a rule holds; returns whether it does."""
        if not holds and otherwise not in self._found:
            self._found.append(otherwise)
        return holds

    def need_options(self) -> None:
        """Checks that the plug-in is a frozen dataclass whose fields can be part of a key."""
        plugin = self._plugin
        if not self.need(
            dataclasses.is_dataclass(plugin) and not isinstance(plugin, type),
            "it must be an instance of a dataclass: its fields are its options",
        ):
            return
        parameters = type(plugin).__dict__.get("__dataclass_params__")
        self.need(
            parameters is not None and parameters.frozen,
            "the dataclass must be frozen: @dataclass(frozen=True)",
        )
        for field in dataclasses.fields(plugin):  # type: ignore[arg-type]
            try:
                digest(getattr(plugin, field.name))
            except TypeError:
                self.need(
                    False, f"the field {field.name!r} has no JSON form, so it cannot be keyed"
                )
        self.need(bool(type(plugin).__doc__), "the class needs a docstring: one sentence")
        version = getattr(plugin, "version", "1")
        self.need(isinstance(version, str | int), "`version` must be a text or a whole number")

    def raise_any(self) -> None:
        """Raises NotConforming if anything was found."""
        if self._found:
            raise NotConforming(type(self._plugin).__name__, self._found)


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Returns what a coroutine gives, run in a loop of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    work.close()
    raise UsageError(
        "a conformance check cannot run inside an event loop",
        fix="call it from a plain test function, not from an async one",
    )
