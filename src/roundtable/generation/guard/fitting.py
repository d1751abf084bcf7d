"""Learns up to which score an answer may go out, so that a stated promise holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from roundtable.errors import UsageError
from roundtable.statistics.risk import RiskThreshold, risk_threshold

METHOD = "exact binomial tests in fixed sequence (learn then test), levels carried on"
Decision = Literal["answer", "abstain"]


class GroupThreshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The threshold of one group of rows, such as a category.

    Args:
        group: Its name.
        threshold: Answers with a score at most this go out; None: none does.
        n: Rows it was learned from.
        n_answered: Of these, how many would have been answered.
        n_unsupported: Of those, how many were not supported.
        n_needed: Without a threshold: about how many rows would give one.
    """

    group: str
    threshold: float | None
    n: int
    n_answered: int
    n_unsupported: int
    n_needed: int | None = None


class Guard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was learned: who may be answered, under which promise, from which evidence.

    Args:
        threshold: Answers with a score at most this go out; None: none does. With groups, the
            group's own holds and this one is None.
        alpha: Of the answers given, at most this share is not supported ...
        confidence: ... with this confidence, over calibration rows.
        coverage: Share of the calibration rows that would have been answered.
        n: Rows it was learned from; one of each cluster.
        method: How.
        n_answered: Rows that would have been answered.
        n_unsupported: Of those, how many were not supported.
        n_needed: Without a threshold: about how many rows would give one; None there: no number
            would, the scores do not separate enough.
        checker: Who gave the scores; another's are not held against the threshold.
        group_by: The field of a row that names its group, if groups have promises of their own.
        groups: Their thresholds; all promises hold together.
    """

    threshold: float | None
    alpha: float
    confidence: float
    coverage: float
    n: int
    method: str
    n_answered: int
    n_unsupported: int
    n_needed: int | None = None
    checker: str = ""
    group_by: str = ""
    groups: tuple[GroupThreshold, ...] = ()

    @property
    def answers_any(self) -> bool:
        """Returns whether there is a threshold at all."""
        return self.threshold is not None or any(one.threshold is not None for one in self.groups)

    def decide(self, score: float, *, group: str | None = None) -> Decision:
        """Returns whether an answer with this score goes out.

        Args:
            score: The checker's, in [0, 1].
            group: The row's group; one that was not calibrated is never answered.
        """
        limit = self.threshold
        if self.group_by:
            own = {one.group: one.threshold for one in self.groups}
            limit = own.get(group) if group is not None else None
        return "answer" if limit is not None and score <= limit else "abstain"

    @property
    def promise(self) -> str:
        """Returns the promise in words, or why there is none."""
        percent, sure = f"{self.alpha:.3g}", f"{self.confidence * 100:.4g} %"
        if self.answers_any:
            groups = f" in each of {len(self.groups)} groups by {self.group_by}" * bool(self.groups)
            return (
                f"Of the answers given, at most a share of {percent} is not supported{groups}, with"
                f" {sure} confidence, for rows like the {self.n:,} it was learned from;"
                f" {self.coverage * 100:.1f} % of those would have been answered."
            )
        if self.n_needed is not None:
            return (
                f"No threshold can promise a share of {percent} with {sure} confidence from"
                f" {self.n:,} rows; you need about {self.n_needed:,}."
            )
        return (
            f"No threshold can promise a share of {percent}: also among the answers with the lowest"
            " scores too many are not supported, and more rows of this kind would not change that."
        )


def fit(
    scores: Sequence[float],
    unsupported: Sequence[bool],
    *,
    alpha: float,
    confidence: float = 0.95,
    clusters: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    group_by: str = "",
    checker: str = "",
    seed: int = 0,
) -> Guard:
    """Returns the guard that answers as much as its promise allows.

    Args:
        scores: By row, in [0, 1]: how likely its answer is not supported.
        unsupported: By row: whether people found it so.
        alpha: The share of unsupported answers among those given that is accepted, in (0, 1).
        confidence: In (0, 1).
        clusters: By row: what it shares with rows that are no independent evidence, such as the
            passage; one row of each is used.
        groups: By row: its group; each gets the promise, all of them together at `confidence`
            (Bonferroni).
        group_by: What the groups are by.
        checker: Who gave the scores.
        seed: Of the draw from clusters.

    Raises:
        UsageError: nothing can be learned from these rows.

    Source: `roundtable.statistics.risk_threshold`.
    """
    bad = np.asarray(unsupported, dtype=bool)
    if len(bad) and not bad.any():
        raise UsageError(
            f"none of the {len(bad):,} rows is labeled as not supported: they cannot show whether"
            " the checker would notice",
            fix="add rows whose answers are not supported, as they come in real traffic",
        )
    names = sorted(set(groups)) if groups is not None else [""]
    level = 1 - (1 - confidence) / len(names)
    found: dict[str, RiskThreshold] = {}
    for name in names:
        rows = (
            np.asarray([group == name for group in groups]) if groups else np.ones(len(bad), bool)
        )
        found[name] = risk_threshold(
            np.asarray(scores, dtype=np.float64)[rows],
            bad[rows],
            alpha=alpha,
            confidence=level,
            clusters=np.asarray(clusters)[rows] if clusters is not None else None,
            seed=seed,
        )
    n = sum(one.n for one in found.values())
    n_answered = sum(one.n_answered for one in found.values())
    needed = [one.n_needed for one in found.values()]
    return Guard(
        threshold=None if groups is not None else found[""].threshold,
        alpha=alpha,
        confidence=confidence,
        coverage=n_answered / n,
        n=n,
        method=METHOD,
        n_answered=n_answered,
        n_unsupported=sum(one.n_wrong for one in found.values()),
        n_needed=None if n_answered else _least(needed, n),
        checker=checker,
        group_by=group_by if groups is not None else "",
        groups=()
        if groups is None
        else tuple(
            GroupThreshold(
                group=name,
                threshold=one.threshold,
                n=one.n,
                n_answered=one.n_answered,
                n_unsupported=one.n_wrong,
                n_needed=one.n_needed,
            )
            for name, one in found.items()
        ),
    )


def _least(needed: Sequence[int | None], n: int) -> int | None:
    """Returns about how many rows, split like these, would give one group a threshold."""
    known = [one for one in needed if one is not None]
    return max(n + 1, min(known) * len(needed)) if known else None
