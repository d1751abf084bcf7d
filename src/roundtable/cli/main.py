"""The `roundtable` command: a static table, so that `--help` imports nothing."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from roundtable.cli.lazy import LazyGroup
from roundtable.errors import InputError, RoundtableError, problems_of

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("workspace", "Make a workspace that runs at once, offline."),
    "check": ("workspace", "Load and validate every file of the workspace; calls nothing."),
    "schema": ("workspace", "Print the JSON Schema of a kind of file."),
    "run": ("run", "Evaluate every candidate of a use case, and let its gate decide."),
    "show": ("run", "Show a past run."),
    "runs": ("run", "List past runs, newest first."),
    "compare": ("run", "Hold two candidates or runs against each other, on the same samples."),
    "license": (
        "license",
        "Say what may be done with an asset, and why: triage, not legal advice.",
    ),
    "corpus": ("corpus", "Index documents that answers rest on, and search them."),
    "guard": ("guard", "Bound how often an answer that goes out is not supported."),
    "cache": ("run", "Say why a call was, or was not, answered from the journal."),
}
"""Command to its module below `roundtable.cli`, and its one line of help."""


@click.group(
    cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="roundtable-llm", prog_name="roundtable")
def group() -> None:
    """Take uses of large language models from proof of concept to product."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and exits with the code that CONTRACT.md gives."""
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    try:
        result: Any = group.main(args=arguments, prog_name="roundtable", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        click.echo(
            "fix: roundtable --help lists the commands, --help after one its options", err=True
        )
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: what was paid is kept; run the same command to go on", err=True)
        return 130
    except RoundtableError as error:
        _tell(error, arguments)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except Exception:
        # A fault of ours must not look like a check that says no (1).
        traceback.print_exc()
        click.echo("error: this is a fault in Roundtable; what was paid is kept", err=True)
        return 70
    return result if isinstance(result, int) else 0


def _tell(error: RoundtableError, arguments: Sequence[str]) -> None:
    click.echo(f"error: {error}", err=True)
    if isinstance(error, InputError) and "--json" in arguments and "check" in arguments:
        rows = [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "field": problem.place.field,
                "message": problem.message,
                "fix": problem.fix,
            }
            for problem in problems_of(error)
        ]
        click.echo(json.dumps({"errors": rows}, indent=1))


if __name__ == "__main__":
    main()
