"""Watches labeled answers from production: raises when the guard's promise no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import msgspec
import numpy as np

from roundtable.errors import UsageError
from roundtable.statistics.proportions import proportion_interval
from roundtable.statistics.sequential import log_capital


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What the labels say of the promise so far; one may look after every row.

    Args:
        broken: Whether they show that it does not hold.
        at: The index of the row that showed it first; None: none has.
        evidence: By how much a bet against the promise has multiplied its stake, at most so far;
            it is broken from 1 / (1 - confidence) on.
        needed: That number.
        n: Labeled answers that were given.
        n_unsupported: Of these, how many were not supported.
        share: Their share; None without any.
        interval: Of the share, at one look at `confidence` (Wilson).
    """

    broken: bool
    at: int | None
    evidence: float
    needed: float
    n: int
    n_unsupported: int
    share: float | None
    interval: tuple[float, float]


def watch(unsupported: Sequence[bool], *, alpha: float, confidence: float = 0.95) -> Watch:
    """Returns whether labels of answers given show that more than a share alpha is unsupported.

    While the promise holds, the chance that this is ever raised is at most 1 - confidence, however
    often one looks and whenever one stops.

    Args:
        unsupported: Labels of answers that went out, drawn by chance, in the order of labeling.
        alpha: The share that was promised not to be passed, in (0, 1).
        confidence: In (0, 1).

    Raises:
        UsageError: alpha or the confidence is not in (0, 1).

    Source: Ville 1939; the bets are those of `statistics.sequential` (Waudby-Smith and Ramdas
    2023), on a larger mean alone.
    """
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}", fix="pass a share between 0 and 1, such as 0.1")
    labels = np.asarray(unsupported, dtype=np.float64)
    ends = proportion_interval(int(labels.sum()), len(labels), confidence=confidence)
    goal = -log(1 - confidence)
    at, most = None, 0.0
    if len(labels):
        capital = log_capital(labels, alpha)
        most = float(capital.max())
        over = np.flatnonzero(capital >= goal)
        at = int(over[0]) if len(over) else None
    return Watch(
        broken=at is not None,
        at=at,
        evidence=exp(min(most, 700.0)),
        needed=1 / (1 - confidence),
        n=len(labels),
        n_unsupported=int(labels.sum()),
        share=float(labels.mean()) if len(labels) else None,
        interval=(ends.low, ends.high),
    )
