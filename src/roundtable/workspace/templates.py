"""Checks prompts' Jinja2 without rendering it: syntax, includes, and the names it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from roundtable.workspace.findings import Findings
from roundtable.workspace.prompt import Section

_NOT_REPEATABLE = "lipsum", "random"


def check_templates(
    sections: Iterable[Section],
    *,
    inputs: Iterable[str],
    partials: Mapping[str, str],
    file: str,
    findings: Findings,
) -> dict[str, str]:
    """Adds what is wrong with a prompt's templates.

    Args:
        sections: The prompt's text.
        inputs: The names that it declares.
        partials: All partials of the workspace: name, relative to `prompts/`, to source.
        file: The prompt's file.
        findings: Takes the problems.

    Returns:
        The partials that it includes, directly or through others.
    """
    check = _Check(set(inputs), partials, file, findings)
    for section in sections:
        check.source(section.source, section.line, file, (), frozenset())
    return {name: partials[name] for name in sorted(check.included)}


def check_partials(partials: Mapping[str, str], findings: Findings) -> None:
    """Adds what is malformed in partials, also in those that no prompt includes yet."""
    for name, source in partials.items():
        _Check(set(), partials, name, findings).parsed(source, 1, f"prompts/{name}")


class _Check:
    def __init__(
        self, inputs: set[str], partials: Mapping[str, str], prompt: str, findings: Findings
    ) -> None:
        self.included: set[str] = set()
        self._inputs = inputs
        self._partials = partials
        self._prompt = prompt
        self._findings = findings
        self._told: set[tuple[str, str]] = set()
        self._environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
        self._environment.globals.pop(_NOT_REPEATABLE[0], None)
        self._environment.filters.pop(_NOT_REPEATABLE[1], None)

    def source(
        self, source: str, line: int, file: str, above: tuple[str, ...], given: frozenset[str]
    ) -> None:
        """Adds what is wrong with a text and what it includes.

        Args:
            source: The text.
            line: The line of its file that it begins on.
            file: Its file.
            above: The partials that include it, outermost first.
            given: Names that the texts above it have set: what is included may use them.
        """
        tree = self.parsed(source, line, file)
        if tree is None:
            return
        self._names(tree, line, file, above, given)
        own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
        own |= {macro.name for macro in tree.find_all(nodes.Macro)}
        for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
            self._include(node, line + node.lineno - 1, file, above, given | own)

    def parsed(self, source: str, line: int, file: str) -> nodes.Template | None:
        """Returns the template's tree, or None after adding why there is none."""
        try:
            tree = self._environment.parse(source)
            self._environment.compile(source)
        except jinja2.TemplateSyntaxError as error:
            self._findings.add(
                file,
                line=line + error.lineno - 1,
                message=f"the template is malformed: {error.message}",
                fix="mend the Jinja2 tag on this line",
            )
            return None
        except RecursionError:
            self._findings.add(
                file, line=line, message="the template is nested too deeply", fix="simplify it"
            )
            return None
        return tree

    def _names(
        self,
        tree: nodes.Template,
        line: int,
        file: str,
        above: tuple[str, ...],
        given: frozenset[str],
    ) -> None:
        known = {*self._environment.globals, *self._inputs, *given}
        read = meta.find_undeclared_variables(tree) - known
        for name in sorted(read):
            at = next((n.lineno for n in tree.find_all(nodes.Name) if n.name == name), 1)
            if (file, name) in self._told:
                continue
            self._told.add((file, name))
            by = f" of {self._prompt}" if above else ""
            self._findings.add(
                file,
                ("inputs",),
                line=line + at - 1,
                message=f"the template uses {name!r}, which the `inputs`{by} do not declare",
                fix=f"add {name} to `inputs`, or take it out of the template",
            )

    def _include(
        self,
        node: nodes.Node,
        line: int,
        file: str,
        above: tuple[str, ...],
        given: frozenset[str],
    ) -> None:
        template = node.template  # type: ignore[attr-defined]
        name = template.value if isinstance(template, nodes.Const) else None
        if not isinstance(name, str):
            self._findings.add(
                file,
                line=line,
                message="the name of an included file is not a plain text",
                fix='write {% include "_name.md" %}',
            )
        elif name not in self._partials:
            self._findings.unknown(
                file, (), kind="partial", name=name, known=list(self._partials), line=line
            )
        elif name in above:
            self._findings.add(
                file,
                line=line,
                message=f"{name!r} includes itself",
                fix="break the circle of includes",
            )
        else:
            self.included.add(name)
            self.source(self._partials[name], 1, f"prompts/{name}", (*above, name), given)
