"""Writes docs/reference, docs/licenses and CHANGELOG.md: `make docs`.

`pages()` gives every generated file's text; a test holds what is committed against it.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from license_pages import license_pages
from writing import prose, signature, table

ROOT = Path(__file__).parents[1]
WRITTEN = "<!-- Written by docs/generate.py (make docs): change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Returns path (from the repository's root) to text, for every generated file."""
    return {
        "docs/reference/commands.md": commands(),
        "docs/reference/workspace.md": workspace(),
        "docs/reference/metrics.md": metrics(),
        "docs/reference/connectors.md": connectors(),
        "docs/reference/constraints.md": constraints(),
        "docs/reference/checkers.md": checkers(),
        "docs/reference/plugins.md": plugins(),
        "docs/reference/errors.md": errors(),
        "docs/reference/library.md": library(),
        "CHANGELOG.md": changelog(),
        **license_pages(WRITTEN),
    }


def default_of(field: dataclasses.Field[Any]) -> str:
    """Returns a field's default as it would be written."""
    if field.default is not dataclasses.MISSING:
        return f"`{field.default!r}`"
    if field.default_factory is not dataclasses.MISSING:
        return f"`{field.default_factory()!r}`"
    return "required"


def class_section(name: str, found: type[Any]) -> str:
    """Returns the section of one plug-in: its docstring, then its options."""
    text, _ = prose(found)
    # An option that a class inherits is told where it is declared.
    told: dict[str, str] = {}
    for ancestor in reversed(found.__mro__[:-1]):
        told |= prose(ancestor)[1]
    options = table(
        ("option", "type", "default", "meaning"),
        [
            (f"`{f.name}`", f"`{f.type}`", default_of(f), told.get(f.name, ""))
            for f in dataclasses.fields(found)
            if f.init
        ],
    )
    return f"## `{name}`\n\n{text}\n\n{options}".rstrip() + "\n"


def plugin_page(title: str, intro: str, builtin: Mapping[str, str]) -> str:
    """Returns the page of one kind of plug-in."""
    sections = [class_section(name, load(target)) for name, target in builtin.items()]
    return f"# {title}\n\n{WRITTEN}\n{intro.strip()}\n\n" + "\n".join(sections)


def load(target: str) -> type[Any]:
    """Returns what "module:Name" names."""
    module, _, name = target.partition(":")
    found: type[Any] = getattr(importlib.import_module(module), name)
    return found


# -- pages --------------------------------------------------------------------------------------


def metrics() -> str:
    """Returns the page of the metrics."""
    from roundtable.evaluation.metrics.table import METRICS, defaults

    kinds = ("choice", "extract", "answer", "generate")
    rows = [(f"`{kind}`", ", ".join(f"`{n}`" for n in defaults(kind))) for kind in kinds]
    intro = (
        "A use case names its metrics, plain or with options: "
        '`metrics = ["accuracy", { name = "contains", ... }]`. If it names none, its kind of task '
        "decides:\n\n" + table(("task", "metrics"), rows)
    )
    return plugin_page("Metrics", intro, METRICS)


def connectors() -> str:
    """Returns the page of the connectors."""
    from roundtable.generation.connectors.table import CONNECTORS

    intro = (
        "A model's file names its connector: `provider`. `model`, `base_url`, `api_key_env` and "
        "`path` are keys of the file itself; the other options stand in its table `options`. What "
        "a connector does not know there goes into the request's body, if it has one."
    )
    return plugin_page("Connectors", intro, CONNECTORS)


def constraints() -> str:
    """Returns the page of the output spaces."""
    from roundtable.generation.constraints.table import CONSTRAINTS

    intro = (
        "A candidate says what its answer may be: `constrain`. Where the connector's decoder can "
        "be held to it, nothing else can come out; elsewhere the answer is read, asked for once "
        "more with the reason, and then an error. `none` (the default) takes any text. The space "
        "itself stands in the use case's `[task]`: `options`, `schema` or `fields`, `pattern`, "
        '`grammar`. A candidate may bring its own: `constrain = { kind = "regex", pattern = "…" }`.'
    )
    return plugin_page("Output spaces", intro, CONSTRAINTS)


def checkers() -> str:
    """Returns the page of the checkers."""
    from roundtable.generation.guard.table import CHECKERS

    intro = (
        "A checker tells how likely an answer is not supported by its context, for the whole "
        "answer and for each of its sentences, and which sentences of the context it was held "
        "against. `roundtable guard score` uses `support`; `--model FILE.onnx` makes it use "
        "`cross-encoder`. The built-in model, and how good it is: "
        "[its card](../models/support-checker.md)."
    )
    return plugin_page("Checkers", intro, CHECKERS)


WAYS_IN = {
    "connectors": ("reach a model", "`provider` of a model", "check_connector"),
    "metrics": ("score an answer", "`metrics` of a use case", "check_metric"),
    "retrievers": ("find passages", "`retriever` of a corpus (not used yet)", ""),
    "constraints": ("say what an answer may be", "`constrain` of a candidate", "check_constraint"),
    "checkers": (
        "tell how likely an answer is not supported",
        "a guard (not used yet)",
        "check_checker",
    ),
    "checks": ("hold evidence against a rule", "a gate (not used yet)", ""),
}


def plugins() -> str:
    """Returns the page of the kinds of plug-in."""
    from roundtable.plugins import KINDS

    sections = []
    for kind in KINDS:
        purpose, named_in, suite = WAYS_IN[kind]
        lines = [
            f"## `{kind}`\n",
            f"They {purpose}; named in {named_in}.\n",
            f"- in a workspace: `[plugins.{kind}]` of `roundtable.toml`, name to `file.py:Class`",
            f"- in a package: the entry-point group `roundtable.{kind}`",
        ]
        if suite:
            lines.append(f"- held to its rules by `roundtable.conformance.{suite}`")
        sections.append("\n".join(lines) + "\n")
    return (
        f"# Plug-ins\n\n{WRITTEN}\nA plug-in is a frozen dataclass with one method; its fields are "
        "its options. A name is looked up in the workspace, then among the built-ins, then in what "
        "is installed. How to write one: [a metric](../how-to/add-a-metric.md), "
        "[a connector](../how-to/add-a-connector.md).\n\n" + "\n".join(sections)
    )


def commands() -> str:
    """Returns the page of the commands."""
    import click

    from roundtable.cli.main import COMMANDS, group

    def section(command: click.Command, path: str, level: int) -> Iterator[str]:
        context = click.Context(command, info_name=path)
        usage = " ".join(command.collect_usage_pieces(context))
        options = [
            (f"`{', '.join(one.opts)}{_value(one, context)}`", one.help or "")
            for one in command.params
            if isinstance(one, click.Option)
        ]
        text = inspect.cleandoc(command.help or "")
        yield (
            f"{'#' * level} `{path}`\n\n`{path} {usage}`\n\n{text}\n\n"
            + table(("option", "meaning"), options)
        ).rstrip() + "\n"
        if isinstance(command, click.Group):
            # A group may import its commands only when they are called.
            for name in command.list_commands(context):
                if child := command.get_command(context, name):
                    yield from section(child, f"{path} {name}", level + 1)

    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in COMMANDS}
    sections = [
        part
        for name, command in found.items()
        if command is not None
        for part in section(command, f"roundtable {name}", 2)
    ]
    rows = [(f"`{name}`", line) for name, (_, line) in COMMANDS.items()]
    return (
        f"# Commands\n\n{WRITTEN}\n{table(('command', 'what it does'), rows)}\n"
        "Every command exits with one of [these codes](errors.md). With `--json`, standard output "
        "holds one JSON document; progress goes to standard error.\n\n" + "\n".join(sections)
    )


def _value(option: Any, context: Any) -> str:
    return "" if option.is_flag else f" {option.make_metavar(context)}"


FILES = {
    "workspace": "roundtable.toml",
    "model": "models/ID.toml",
    "dataset": "datasets/ID.toml",
    "corpus": "corpora/ID.toml",
    "guard": "guards/ID.toml",
    "recipe": "recipes/ID.toml",
    "policy": "policies/ID.toml",
    "override": "overrides/ID.toml",
    "ancestor": "ancestors/ID.toml",
    "usecase": "usecases/ID.toml",
    "prompt": "prompts/ID.prompt.md (its front matter)",
}


def workspace() -> str:
    """Returns the page of the files of a workspace."""
    from roundtable.workspace.schemas import KINDS, schema

    sections = []
    for kind in KINDS:
        described = json.loads(schema(kind))
        rows = list(_keys(described, described.get("$defs", {}), ""))
        sections.append(
            f"## `{kind}`: {FILES[kind]}\n\n{described.get('description', '')}\n\n"
            + table(("key", "type", "default", "meaning"), rows)
        )
    return (
        f"# Files of a workspace\n\n{WRITTEN}\nA workspace is a folder with `roundtable.toml` at "
        "its root, one file an asset. An id is the file's path below its folder, without the "
        "ending. `roundtable schema KIND` prints the JSON Schema of a kind, and `roundtable check` "
        "writes all of them to `.roundtable/schema/`, where the `#:schema` line of a file lets an "
        "editor find them.\n\n" + "\n".join(sections)
    )


def _keys(
    described: Mapping[str, Any], shared: Mapping[str, Any], path: str
) -> Iterator[tuple[str, ...]]:
    required = described.get("required", [])
    for name, one in described.get("properties", {}).items():
        key = f"{path}{name}"
        inner = _resolved(one, shared)
        table_of = inner.get("properties")
        default = one.get("default")
        shown = "" if table_of or default in (None, "", [], {}) else f"`{json.dumps(default)}`"
        meaning = one.get("description") or inner.get("description", "")
        yield (f"`{key}`", _type(one, shared), "required" if name in required else shown, meaning)
        if table_of:
            yield from _keys(inner, shared, f"{key}.")
        items = _resolved(inner.get("items", {}), shared)
        if items.get("properties"):
            yield from _keys(items, shared, f"{key}[].")
    extra = described.get("additionalProperties")
    if isinstance(extra, Mapping) and extra:
        inner = _resolved(extra, shared)
        yield (f"`{path}NAME`", _type(extra, shared), "", inner.get("description", ""))
        if inner.get("properties"):
            yield from _keys(inner, shared, f"{path}NAME.")


def _resolved(one: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follows a reference, and the only table among alternatives."""
    if "$ref" in one:
        return _resolved(shared[one["$ref"].rpartition("/")[2]], shared)
    for choice in one.get("anyOf", []):
        inner = _resolved(choice, shared)
        if "$ref" in choice and inner.get("properties"):
            return inner
    return one


def _type(one: Mapping[str, Any], shared: Mapping[str, Any]) -> str:
    if "$ref" in one:
        return _type(shared[one["$ref"].rpartition("/")[2]], shared)
    if "enum" in one:
        return " or ".join(f"`{json.dumps(value)}`" for value in one["enum"])
    if "const" in one:
        return f"`{json.dumps(one['const'])}`"
    if "anyOf" in one:
        kinds = [_type(choice, shared) for choice in one["anyOf"] if choice != {"type": "null"}]
        return " or ".join(dict.fromkeys(kinds))
    if one.get("type") == "array":
        return f"list of {_type(one.get('items', {}), shared)}"
    names = {"string": "text", "object": "table", "boolean": "true or false"}
    kind = str(one.get("format") or one.get("type") or "any")
    return names.get(kind, kind)


def errors() -> str:
    """Returns the page of the errors and the exit codes."""
    from roundtable.errors import RoundtableError

    def tree(found: type[RoundtableError], depth: int) -> Iterator[tuple[str, ...]]:
        text, _ = prose(found)
        indent = "&nbsp;" * 4 * depth
        retry = "yes" if getattr(found, "retryable", False) else ""
        yield (f"{indent}`{found.__name__}`", str(found.exit_code), retry, text.split("\n\n")[0])
        for child in sorted(found.__subclasses__(), key=lambda c: (c.exit_code, c.__name__)):
            if child.__module__ == "roundtable.errors":
                yield from tree(child, depth + 1)

    codes = [
        ("0", "done, and every check asked for holds"),
        ("1", "done, and a check says no: a gate fails or is blocked, tampering is found"),
        ("2", "bad input or usage; nothing was changed or spent"),
        ("3", "a provider or the infrastructure failed, or the budget stopped the run; what was "
              "paid is kept: run the same command to go on"),
        ("70", "a fault of Roundtable's own, with its traceback: please report it"),
        ("130", "interrupted; what was paid is kept"),
    ]  # fmt: skip
    return (
        f"# Errors and exit codes\n\n{WRITTEN}\n"
        + table(("exit code", "meaning"), codes)
        + "\nEvery error says what is wrong, where (`file:line: field`), and how to mend it. "
        "In Python they are classes of `roundtable.errors`, all of them `RoundtableError`:\n\n"
        + table(("class", "exit code", "asked again", "meaning"), tree(RoundtableError, 0))
    )


def library() -> str:
    """Returns the page of the public names."""
    import roundtable

    sections = []
    for name in sorted(roundtable.__all__):
        thing = getattr(roundtable, name)
        text, told = prose(thing)
        kind = "class " if inspect.isclass(thing) else ""
        rows = [(f"`{argument}`", meaning) for argument, meaning in told.items()]
        sections.append(
            f"## `{name}`\n\n`{kind}{name}{signature(thing)}`\n\n{text}\n\n"
            + table(("argument", "meaning"), rows)
        )
    return (
        f"# Library\n\n{WRITTEN}\nWhat `import roundtable` promises. Nothing is loaded until it is "
        "used. Everything else may change.\n\n" + "\n".join(s.rstrip() + "\n" for s in sections)
    )


def changelog() -> str:
    """Returns the changelog: a released version keeps its text, fragments stand above it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    fragments = sorted((ROOT / "changes").glob("*.md"))
    lines = [f"- {_indented(path.read_text(encoding='utf-8'))}" for path in fragments]
    return (
        f"# Changelog\n\n{WRITTEN}\nEach change brings a fragment in `changes/`; here they stand "
        f"together.\n\n## {version}\n\n" + "\n".join(lines) + "\n"
    )


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")


def main() -> None:
    """Writes every page that differs from what is on the disk."""
    for name, text in pages().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
