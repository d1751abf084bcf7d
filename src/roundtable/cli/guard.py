"""`guard`: a static table of its commands, each imported when it is called."""

from __future__ import annotations

from roundtable.cli.lazy import group

COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("guard_score", "Say how likely each answer is not supported by its context."),
    "fit": ("guard_fit", "Learn which answers may go out, so that a promise holds."),
    "apply": ("guard_apply", "Decide, row by row, which answers go out."),
    "monitor": ("guard_monitor", "Say whether labels from production break the promise."),
}
"""Command to its module below `roundtable.cli`, and its one line of help."""


@group("guard", COMMANDS)
def guard_command() -> None:
    """Bound how often an answer that goes out is not supported by its context."""
