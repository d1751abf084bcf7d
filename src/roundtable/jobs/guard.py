"""Learns a guard from labeled answers, decides with it, and watches its promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from roundtable.errors import InputError, Place, UsageError
from roundtable.generation.guard.fitting import Decision, Guard, fit
from roundtable.generation.guard.monitoring import Watch, watch
from roundtable.generation.guard.protocol import Checker
from roundtable.generation.guard.rows import read_claims
from roundtable.generation.guard.scoring import score
from roundtable.generation.guard.table import CHECKERS
from roundtable.generation.guard.types import Claim
from roundtable.plugins import find


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """One row's decision."""

    id: str | int
    score: float
    decision: Decision


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """What of a row the guard needs beside the claim."""

    claim: Claim
    fields: dict[str, Any]


def fit_guard(
    file: Path,
    *,
    alpha: float,
    confidence: float,
    out: Path,
    cluster: str = "",
    group_by: str = "",
    checker: str = "",
    seed: int = 0,
) -> Guard:
    """Learns a guard and writes it to a file; also one that lets nothing out.

    Args:
        file: Rows `{id, question, context, answer, hallucinated}`; also `score`, if it is known.
        alpha: In (0, 1).
        confidence: In (0, 1).
        out: Where the guard goes.
        cluster: The field that rows share which are no independent evidence; if empty, `cluster`
            where every row has it.
        group_by: The field whose every value gets the promise.
        checker: The checker's name; the built-in one if empty.
        seed: Of the draw from clusters.

    Raises:
        InputError: the rows cannot be read or nothing can be learned; nothing is written.
    """
    rows = _rows(file)
    labels = [_label(row, file) for row in rows]
    if not cluster and all("cluster" in row.fields for row in rows):
        cluster = "cluster"
    clusters = [_named(row, cluster, file) for row in rows] if cluster else None
    groups = [_named(row, group_by, file) for row in rows] if group_by else None
    scored = list(_scores(rows, file, checker))
    try:
        guard = fit(
            scored,
            labels,
            alpha=alpha,
            confidence=confidence,
            clusters=clusters,
            groups=groups,
            group_by=group_by,
            checker="given" if _given(rows) else identity(checker),
            seed=seed,
        )
    except UsageError as error:
        raise InputError(error.what, where=Place(str(file)), fix=error.fix) from error
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(guard), indent=1) + b"\n")
    return guard


def apply_guard(guard: Path, file: Path) -> Iterator[Decided]:
    """Yields the decision on each row, as soon as it is made.

    Raises:
        InputError: the guard or the rows cannot be read, or another checker gave the scores.
    """
    held = read_guard(guard)
    rows = _rows(file)
    for row, one in zip(rows, _scores_for(held, guard, rows, file), strict=True):
        group = _named(row, held.group_by, file) if held.group_by else None
        yield Decided(id=row.claim.id, score=one, decision=held.decide(one, group=group))


def monitor_guard(guard: Path, file: Path) -> Watch:
    """Returns whether labeled rows show that the guard's promise is broken.

    Only answers that the guard lets out count; others are left out.

    Raises:
        InputError: the guard or the rows cannot be read.
    """
    held = read_guard(guard)
    rows = _rows(file)
    labels = [_label(row, file) for row in rows]
    out = [
        label
        for row, label, one in zip(rows, labels, _scores_for(held, guard, rows, file), strict=True)
        if held.decide(one, group=_named(row, held.group_by, file) if held.group_by else None)
        == "answer"
    ]
    return watch(out, alpha=held.alpha, confidence=held.confidence)


def read_guard(path: Path) -> Guard:
    """Reads what `fit_guard` wrote.

    Raises:
        InputError: it cannot be read, or is no guard.
    """
    fix = "write it with: roundtable guard fit"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Guard)
    except OSError as error:
        what = f"the guard cannot be read: {error.strerror or error}"
        raise InputError(what, where=Place(str(path)), fix=fix) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"this is no guard: {error}", where=Place(str(path)), fix=fix) from error


def _rows(file: Path) -> list[_Row]:
    claims = list(read_claims(file))
    wanted = {claim.line for claim in claims}
    with file.open("rb") as lines:
        fields = [
            msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
            for number, line in enumerate(lines, 1)
            if number in wanted
        ]
    return [_Row(claim=claim, fields=one) for claim, one in zip(claims, fields, strict=True)]


def _label(row: _Row, file: Path) -> bool:
    label = row.fields.get("hallucinated")
    if not isinstance(label, bool):
        raise InputError(
            "the field 'hallucinated' must be true or false"
            if "hallucinated" in row.fields
            else "the field 'hallucinated' is missing",
            where=Place(str(file), row.claim.line, "hallucinated"),
            fix="label the row: true if the context does not support the answer",
        )
    return label


def _named(row: _Row, field: str, file: Path) -> str:
    value = row.fields.get(field)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise InputError(
            f"the field {field!r} is {'no text' if field in row.fields else 'missing'}",
            where=Place(str(file), row.claim.line, field),
            fix="give every row a text there, or name another field",
        )
    return str(value)


def _given(rows: Iterable[_Row]) -> bool:
    return all("score" in row.fields for row in rows)


def _scores_for(held: Guard, guard: Path, rows: list[_Row], file: Path) -> Iterator[float]:
    given = _given(rows)
    name = held.checker.partition("@")[0]
    expected = "given" if given else identity(name if name != "given" else "")
    if held.checker != expected:
        raise InputError(
            f"the guard was learned from scores of {held.checker!r}, these are of {expected!r}",
            where=Place(str(guard), 0, "checker"),
            fix="learn it anew from scores of the same checker: roundtable guard fit",
        )
    return _scores(rows, file, "" if given else name)


def _scores(rows: list[_Row], file: Path, checker: str) -> Iterator[float]:
    if not _given(rows):
        for verdict in score((row.claim for row in rows), checker=checker_named(checker)):
            yield verdict.score
        return
    for row in rows:
        value = row.fields["score"]
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise InputError(
                "the field 'score' must be a number from 0 to 1",
                where=Place(str(file), row.claim.line, "score"),
                fix="leave `score` out of every row, and it is computed",
            )
        yield float(value)


def checker_named(name: str) -> Checker:
    """Returns a checker; the built-in one if the name is empty."""
    made: Checker = find("checkers", name or "support", builtin=CHECKERS)()
    return made


def identity(name: str) -> str:
    """Returns a checker's name with its version: scores of another are not comparable."""
    kind = find("checkers", name or "support", builtin=CHECKERS)
    return f"{name or 'support'}@{getattr(kind, 'version', '1')}"
