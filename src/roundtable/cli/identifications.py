"""Which license a text is, as a person reads it: the answer, on what ground, what differs."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from roundtable.licensing.identifying import Difference, Identification

_COLORS = {"exact": "green", "modified": "yellow", "unknown": "red"}
_MARKS = {"kept": "still there", "changed": "CHANGED", "missing": "MISSING"}
_MOST_DIFFERENCES = 12
_LONGEST = 220


def print_identifications(found: Sequence[Identification]) -> None:
    """Prints each answer as a paragraph."""
    silent = [one for one in found if len(found) > 1 and _is_silent(one)]
    for one in found:
        if one in silent:
            continue
        _say(f"{one.path}: {_answer(one)}")
        _say(f"  {one.how}")
        for warning in one.warnings:
            _say("  " + click.style(f"! {warning}", fg="yellow"))
        for contradiction in one.contradictions:
            _say("  " + click.style(f"! contradiction: {contradiction}", fg="red", bold=True))
        for clause in one.clauses:
            _say(f"  clause {clause.clause} {_MARKS[clause.state]}: {clause.gist}")
        for part in one.contains:
            _say(f"  lines {part.first_line} to {part.last_line}: the whole text of {part.license}")
        for difference in one.differences[:_MOST_DIFFERENCES]:
            _say(f"  {_difference(difference)}")
        if len(one.differences) > _MOST_DIFFERENCES:
            more = len(one.differences) - _MOST_DIFFERENCES
            _say(f"  ... and {more} more places (--json lists all)")
        for like in one.resembles:
            if like.license != one.license:
                _say(f"  resembles {like.license} ({like.score:.0%}): {like.why}")
        for claim in one.declared:
            meant = f" ({claim.license})" if claim.license not in (None, claim.value) else ""
            _say(f"  declared by {claim.where}: {claim.value}{meant}")
        _say("")
    if silent:
        names = ", ".join(one.path for one in silent[:4]) + (", ..." if len(silent) > 4 else "")
        _say(f"unknown, and claiming nothing: {len(silent)} more ({names})\n")
    _say("This is triage, not legal advice.")


def _is_silent(one: Identification) -> bool:
    """Says whether there is nothing to tell of a file but that it is no license."""
    told = (one.declared, one.resembles, one.contains, one.warnings, one.contradictions)
    return one.answer == "unknown" and not any(told)


def _answer(one: Identification) -> str:
    color = _COLORS[one.answer]
    if one.answer == "unknown":
        return click.style("unknown", fg=color, bold=True)
    if one.license is None:
        return click.style("modified: no single license", fg=color, bold=True)
    named = f"{one.license} ({one.name})" if one.name and one.name != one.license else one.license
    if one.answer == "exact":
        return click.style(named, fg=color, bold=True)
    return click.style(f"modified: made from {named}, and not it", fg=color, bold=True)


def _difference(one: Difference) -> str:
    weight = "" if not one.decisive else "decisive, "
    near = f" after {_cut(one.near, 60)!r}" if one.near else ""
    if one.kind == "missing":
        return f"{weight}missing{near}: {_cut(one.expected)!r}"
    if one.kind == "added":
        return f"{weight}added{near}: {_cut(one.found)!r}"
    return f"{weight}changed{near}: {_cut(one.expected)!r} became {_cut(one.found)!r}"


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 4] + " ..."


def _say(line: str) -> None:
    click.echo(line, color=False if os.environ.get("NO_COLOR") else None)
