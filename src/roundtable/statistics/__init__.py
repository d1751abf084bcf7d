"""How sure a number is, and whether two differ; pure functions on NumPy arrays.

1. `proportion_interval`, `mean_interval`, `quantile_interval`: a number and its uncertainty.
2. `paired_difference`: two candidates on the same samples; `mcnemar` is its test for shares.
3. `holm` corrects many such comparisons; `samples_needed` says how many more would tell.
4. `bootstrap` covers any other statistic; samples that belong together stay together.
5. `risk_threshold` finds the score up to which at most a share alpha is wrong, with confidence.
6. `confidence_sequence` stays valid however often one looks, so a run may stop early.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roundtable.statistics.interval import Interval
    from roundtable.statistics.means import mean_interval
    from roundtable.statistics.multiplicity import holm
    from roundtable.statistics.paired import PairedDifference, mcnemar, paired_difference
    from roundtable.statistics.proportions import proportion_interval
    from roundtable.statistics.quantiles import quantile_interval
    from roundtable.statistics.resampling import bootstrap
    from roundtable.statistics.risk import risk_threshold

_PUBLIC = {
    "Interval": "interval",
    "PairedDifference": "paired",
    "bootstrap": "resampling",
    "holm": "multiplicity",
    "mcnemar": "paired",
    "mean_interval": "means",
    "paired_difference": "paired",
    "proportion_interval": "proportions",
    "quantile_interval": "quantiles",
    "risk_threshold": "risk",
}
__all__ = [
    "Interval",
    "PairedDifference",
    "bootstrap",
    "holm",
    "mcnemar",
    "mean_interval",
    "paired_difference",
    "proportion_interval",
    "quantile_interval",
    "risk_threshold",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
