"""`license`: a static table of its commands, each imported when it is called."""

from __future__ import annotations

from roundtable.cli.lazy import group

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("license_check", "Answer whether a use is allowed, and why."),
    "overrides": ("license_overrides", "List what counsel and licensors decided."),
    "diff": ("license_diff", "Say what changed between two versions of terms, and for whom."),
    "what-if": ("license_what_if", "Answer what would be allowed under other circumstances."),
    "identify": ("license_identify", "Say which license a file or a folder is under."),
    "bom": ("license_bom", "Write the AI bill of materials of a use case."),
    "import": ("license_import", "Take a supplier's bill of materials into the workspace."),
}
"""Command to its module below `roundtable.cli`, and its one line of help."""


@group("license", COMMANDS)
def license_command() -> None:
    """Say what may be done with an asset, and why: triage, not legal advice."""
