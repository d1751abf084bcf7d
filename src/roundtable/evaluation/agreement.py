"""How far a judge agrees with people: without this, a judge's score means little."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from roundtable.errors import UsageError
from roundtable.statistics.interval import cluster_codes, normal_quantile
from roundtable.statistics.proportions import clustered_proportion_interval, proportion_interval


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Two raters' verdicts on the same answers.

    Args:
        n: Answers that both rated.
        share: How often they say the same, in [0, 1].
        interval: Of the share, two-sided (Wilson; robust to clusters).
        kappa: Cohen's kappa: agreement beyond chance, 1 for full, 0 for what chance gives; None
            where chance alone would agree always (both gave one and the same verdict throughout).
        kappa_interval: Of kappa, two-sided (large sample); None without kappa or with clusters.
        confidence: Of both intervals, in (0, 1).
    """

    n: int
    share: float
    interval: tuple[float, float]
    kappa: float | None
    kappa_interval: tuple[float, float] | None
    confidence: float


def agreement(
    judge: Sequence[Hashable],
    human: Sequence[Hashable],
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Agreement:
    """Returns how far two raters agree on the same answers, in the same order.

    Verdicts are names: a near miss on a scale counts as a miss.

    Args:
        judge: The judge's verdicts.
        human: The people's verdicts, one for each of the judge's.
        clusters: Each answer's cluster, shape (n,): the share's interval is robust to them; kappa
            then has none.
        confidence: Of the intervals, in (0, 1).

    Raises:
        UsageError: no verdicts, or not one for one.

    Source: Cohen 1960, A coefficient of agreement for nominal scales; its large-sample variance:
    Fleiss, Cohen and Everitt 1969, Large sample standard errors of kappa, equation 13.
    """
    if not judge or len(judge) != len(human):
        raise UsageError(
            f"{len(judge)} verdicts of the judge cannot be held against {len(human)} of people",
            fix="give both raters' verdicts on the same answers, at least one",
        )
    n = len(judge)
    table = _table(judge, human)
    same = round(float(np.trace(table)) * n)
    codes = cluster_codes(clusters, n)
    if codes is None:
        ends = proportion_interval(same, n, confidence=confidence)
    else:
        agreed = [float(a == b) for a, b in zip(judge, human, strict=True)]
        ends = clustered_proportion_interval(agreed, codes, confidence=confidence)
    kappa, error = _kappa(table, n)
    kappa_interval = None
    if kappa is not None and codes is None:
        reach = normal_quantile(confidence) * error
        kappa_interval = (max(-1.0, kappa - reach), min(1.0, kappa + reach))
    return Agreement(
        n=n,
        share=same / n,
        interval=(ends.low, ends.high),
        kappa=kappa,
        kappa_interval=kappa_interval,
        confidence=confidence,
    )


def _table(judge: Sequence[Hashable], human: Sequence[Hashable]) -> NDArray[np.float64]:
    """Returns the share of each pair of verdicts: rows the judge's, columns the people's."""
    codes = {verdict: code for code, verdict in enumerate(dict.fromkeys((*judge, *human)))}
    table = np.zeros((len(codes), len(codes)))
    np.add.at(table, ([codes[v] for v in judge], [codes[v] for v in human]), 1 / len(judge))
    return table


def _kappa(table: NDArray[np.float64], n: int) -> tuple[float | None, float]:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, chance = float(np.trace(table)), float(rows @ columns)
    if chance > 1 - 1e-12:
        return None, 0.0
    kappa = (observed - chance) / (1 - chance)
    diagonal = np.diag(table) * (1 - (rows + columns) * (1 - kappa)) ** 2
    # A cell weighs by the share of its row's verdict in columns, and of its column's in rows.
    crossed = table * (columns[:, None] + rows[None, :]) ** 2
    np.fill_diagonal(crossed, 0.0)
    spread = diagonal.sum() + (1 - kappa) ** 2 * crossed.sum()
    variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    return kappa, float(np.sqrt(max(0.0, variance)))
