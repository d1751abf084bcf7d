"""Simulates what the statistics promise: how often intervals cover, how often decisions are false.

    python benchmarks/error_rates.py            # about two minutes
    python benchmarks/error_rates.py --quick    # a tenth of the repetitions

Every number is printed beside what it should be and the simulation's own error; the exit status is
1 if one lies beyond three such errors on the wrong side. `covers` should be near 0.95: the methods
that only promise it in the limit are held to 0.90 at the sizes shown. `false` should be at most
0.05.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from roundtable.evaluation.stopping import Decider, Limit
from roundtable.jobs.run import run
from roundtable.statistics.class_pairs import paired_macro_f1
from roundtable.statistics.classes import macro_f1, macro_f1_interval
from roundtable.statistics.interval import Interval
from roundtable.statistics.means import mean_interval
from roundtable.statistics.multiplicity import holm
from roundtable.statistics.paired import mcnemar, paired_difference
from roundtable.statistics.proportions import clustered_proportion_interval, proportion_interval
from roundtable.statistics.quantiles import quantile_interval
from roundtable.statistics.sequential import goal, log_capital

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from jobs.coins import coin_shop

NOMINAL = 0.95
Draw = Callable[[np.random.Generator], Interval]


class Table:
    """Prints rows as they come and remembers whether all held."""

    def __init__(self) -> None:
        self.failures = 0

    def head(self, title: str, *columns: str) -> None:
        """Prints a title and the names of its columns."""
        print(f"\n{title}\n  {'case':<44}" + "".join(f"{column:>12}" for column in columns))

    def row(self, case: str, *cells: str, holds: bool = True) -> None:
        """Prints a row, marked if it does not hold."""
        self.failures += not holds
        mark = "" if holds else "   <-- does not hold"
        print(f"  {case:<44}" + "".join(f"{cell:>12}" for cell in cells) + mark, flush=True)


def shares_at(p: float, n: int, *, method: str) -> tuple[float, float]:
    """Returns the exact coverage and mean width over all possible counts: no simulation."""
    counts = np.arange(n + 1)
    weights = stats.binom.pmf(counts, n, p)
    keep = weights > 1e-12
    intervals = [proportion_interval(int(c), n, method=method) for c in counts[keep]]  # type: ignore[arg-type]
    covers = np.array([p in interval for interval in intervals])
    widths = np.array([interval.high - interval.low for interval in intervals])
    return float(weights[keep] @ covers), float(weights[keep] @ widths)


def coverage_of_shares(table: Table) -> None:
    table.head("Shares: exact coverage, no simulation", "wilson", "width", "exact", "width")
    for n in (10, 50, 100, 400, 2000):
        for p in (0.5, 0.8, 0.95):
            wilson, wilson_width = shares_at(p, n, method="wilson")
            exact, exact_width = shares_at(p, n, method="exact")
            table.row(
                f"n = {n}, p = {p}",
                f"{wilson:.3f}",
                f"{wilson_width:.3f}",
                f"{exact:.3f}",
                f"{exact_width:.3f}",
                holds=wilson >= 0.90 and exact >= NOMINAL - 1e-9,
            )


def simulated(
    table: Table, case: str, draw: Draw, *, truth: float, n: int, at_least: float
) -> None:
    """Prints how often the interval of fresh data covers the truth, in n repetitions."""
    intervals = [draw(np.random.default_rng([n, i])) for i in range(n)]
    covers = float(np.mean([truth in interval for interval in intervals]))
    width = float(np.median([interval.high - interval.low for interval in intervals]))
    error = sqrt(max(covers * (1 - covers), 1 / n) / n)
    table.row(
        case,
        f"{covers:.3f}",
        f"{error:.3f}",
        f"{width:.3f}",
        f"{at_least:.2f}",
        holds=covers + 3 * error >= at_least,
    )


def clustered(
    rng: np.random.Generator, *, p: float, n_clusters: int, correlation: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns outcomes in clusters of 1 to 9 whose own shares are beta-distributed about p."""
    sizes = rng.integers(1, 10, size=n_clusters)
    spread = 1 / correlation - 1
    own = rng.beta(p * spread, (1 - p) * spread, size=n_clusters)
    clusters = np.repeat(np.arange(n_clusters), sizes)
    return (rng.random(clusters.size) < own[clusters]).astype(np.float64), clusters


def coverage_by_simulation(table: Table, n: int) -> None:
    table.head(f"Intervals: coverage in {n} repetitions", "covers", "+-", "width", "at least")
    for n_clusters in (10, 30, 100):
        for p in (0.5, 0.9):

            def robust(rng: np.random.Generator, k: int = n_clusters, p: float = p) -> Interval:
                values, clusters = clustered(rng, p=p, n_clusters=k, correlation=0.4)
                return clustered_proportion_interval(values, clusters)

            case = f"share of {n_clusters} clusters, p = {p}, icc = 0.4"
            simulated(table, case, robust, truth=p, n=n, at_least=0.90)

    def ignored(rng: np.random.Generator) -> Interval:
        values, _ = clustered(rng, p=0.9, n_clusters=100, correlation=0.4)
        return proportion_interval(int(values.sum()), values.size)

    simulated(
        table, "  the same, clusters ignored (for contrast)", ignored, truth=0.9, n=n, at_least=0
    )
    for size in (10, 20, 100, 400):
        for method in ("bca", "t"):

            def skewed(rng: np.random.Generator, m: int = size, how: str = method) -> Interval:
                return mean_interval(rng.exponential(size=m), method=how)  # type: ignore[arg-type]

            case = f"mean of {size} exponential values, {method}"
            simulated(table, case, skewed, truth=1.0, n=n, at_least=0.85 if size < 100 else 0.92)

    def grouped(rng: np.random.Generator) -> Interval:
        clusters = np.repeat(np.arange(30), rng.integers(1, 10, size=30))
        values = rng.normal(size=30)[clusters] + rng.normal(size=clusters.size)
        return mean_interval(values, clusters=clusters)

    simulated(table, "mean over 30 clusters", grouped, truth=0.0, n=n, at_least=0.90)

    def p95(rng: np.random.Generator) -> Interval:
        return quantile_interval(rng.lognormal(size=400), 0.95)

    truth = float(stats.lognorm(1).ppf(0.95))
    simulated(table, "95th percentile of 400 latencies", p95, truth=truth, n=n, at_least=NOMINAL)
    macro_rows(table, n)
    paired_rows(table, n)


def macro_rows(table: Table, n: int) -> None:
    shares = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
    confusion = np.hstack([np.diag(shares * 0.75), np.zeros((5, 1))])
    confusion += np.outer(shares, np.full(6, 0.25 / 6))
    truth = macro_f1(confusion)
    for size in (100, 400):

        def draw(rng: np.random.Generator, m: int = size) -> Interval:
            cells = rng.choice(30, p=confusion.ravel() / confusion.sum(), size=m)
            predicted = np.where(cells % 6 == 5, -1, cells % 6)
            return macro_f1_interval(cells // 6, predicted, n_classes=5)

        simulated(
            table, f"macro F1 of {size} samples, 5 classes", draw, truth=truth, n=n, at_least=0.90
        )


def paired_rows(table: Table, n: int) -> None:
    for size in (30, 100, 400):
        for b, c in ((0.2, 0.1), (0.05, 0.05)):

            def draw(
                rng: np.random.Generator, m: int = size, b: float = b, c: float = c
            ) -> Interval:
                x = rng.choice(3, p=[b, c, 1 - b - c], size=m)
                return paired_difference(x == 0, x == 1, kind="binary").interval

            case = f"paired shares of {size}, {b} against {c} alone"
            simulated(table, case, draw, truth=b - c, n=n, at_least=0.93)


def false_alarms_of_tests(table: Table, n: int) -> None:
    table.head("Tests of no difference: false alarms", "false", "+-", "at most")

    def row(case: str, alarms: list[bool]) -> None:
        rate = float(np.mean(alarms))
        error = sqrt(0.05 * 0.95 / len(alarms))
        holds = rate <= 0.05 + 3 * error
        table.row(case, f"{rate:.3f}", f"{error:.3f}", "0.05", holds=holds)

    rng = np.random.default_rng(11)
    draws = rng.multinomial(200, [0.1, 0.1, 0.8], size=n)
    row("exact McNemar, 200 samples", [mcnemar(int(b), int(c)) <= 0.05 for b, c, _ in draws])
    values = rng.standard_t(3, size=(n, 100))
    zeros = np.zeros(100)
    p_values = [paired_difference(v, zeros).p_value for v in values[: n // 4]]
    row("sign flips, 100 heavy-tailed scores", [p <= 0.05 for p in p_values])
    clusters = np.repeat(np.arange(14), 6)
    alarms, naive = [], []
    for _ in range(n // 4):
        a, b = ((rng.random(84) < rng.beta(1, 1, size=14)[clusters]) for _ in range(2))
        alarms.append(paired_difference(a, b, kind="binary", clusters=clusters).p_value <= 0.05)
        naive.append(paired_difference(a, b, kind="binary").p_value <= 0.05)
    row("sign flips of 14 clusters, 84 samples", alarms)
    table.row("  the same, clusters ignored (for contrast)", f"{np.mean(naive):.3f}")
    many = rng.multinomial(200, [0.1, 0.1, 0.8], size=(n // 2, 10))
    family = [min(holm([mcnemar(int(b), int(c)) for b, c, _ in ten])) <= 0.05 for ten in many]
    row("Holm over 10 comparisons, any false", family)
    pairs = [labels_of_two(np.random.default_rng([15, i]), 80) for i in range(n // 4)]
    alarms = [paired_macro_f1(*three, n_classes=4).p_value <= 0.05 for three in pairs]
    row("label exchange, macro F1 of 80 samples", alarms)


def labels_of_two(
    rng: np.random.Generator, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Returns targets of four classes and the answers of two that are equally good."""
    targets = rng.integers(4, size=n)
    a, b = (np.where(rng.random(n) < 0.75, targets, rng.integers(-1, 4, size=n)) for _ in "ab")
    return targets, a, b


def peeking(table: Table, n: int, n_samples: int = 2000) -> None:
    """Looks after every sample: the anytime-valid bound against what an ordinary one would do."""
    table.head(
        f"Looking after every one of {n_samples} samples, {n} repetitions: false decisions",
        "anytime",
        "+-",
        "ordinary",
        "at most",
    )
    rng = np.random.default_rng(12)
    sizes = np.arange(1, n_samples + 1)
    late = sizes >= 20
    for p in (0.05, 0.5, 0.6, 0.9, 0.95):
        hits = naive = 0
        for rows in batches(n):
            values = (rng.random((rows, n_samples)) < p).astype(np.float64)
            hits += int(ever_won(values, p).sum())
            z = (values.cumsum(axis=-1) / sizes - p) / np.sqrt(p * (1 - p) / sizes)
            naive += int((np.abs(z[:, late]).max(axis=-1) > 1.96).sum())
        false_row(table, f"right or wrong, p = {p}", hits / n, naive / n, n)
    for name, draw, mean in (
        ("scores, beta(2, 1)", lambda shape: rng.beta(2, 1, shape), 2 / 3),
        ("scores, mostly 0 or 1", lambda shape: rng.beta(0.2, 0.1, shape), 2 / 3),
        (
            "differences in -1, 0, 1",
            lambda shape: rng.choice(3, p=[0.1, 0.8, 0.1], size=shape) / 2,
            0.5,
        ),
    ):
        hits = naive = 0
        for rows in batches(n):
            values = draw((rows, n_samples))
            hits += int(ever_won(values, mean).sum())
            centred = values.cumsum(axis=-1) / sizes - mean
            z = centred[:, late] / (values.std() / np.sqrt(sizes[late]))
            naive += int((np.abs(z).max(axis=-1) > 1.96).sum())
        false_row(table, name, hits / n, naive / n, n)


def peeking_at_clusters(table: Table, n: int) -> None:
    """The whole decider, sample by sample, on clustered samples whose share is the limit."""
    false = 0
    for i in range(n):
        values, clusters = clustered(
            np.random.default_rng([13, i]), p=0.7, n_clusters=60, correlation=0.4
        )
        limit = Limit(metric="accuracy", at_least=0.7)
        decider = Decider([limit], n=values.size, clusters=clusters)
        false += any(decider.add(j, {"accuracy": value}) for j, value in enumerate(values))
    false_row(table, f"Decider, 60 clusters, {n} repetitions", false / n, None, n)


def whole_runs(table: Table, n: int) -> None:
    """Runs, from files to verdict, that may stop early: a sorted file, its mean the limit."""
    table.head(
        f"Whole runs, stop = when-decided, easy rows first in the file, {n} candidates",
        "anytime",
        "+-",
        "stopped",
        "at most",
    )
    chances = [0.95] * 60 + [0.55] * 180
    for name, clusters in (("240 rows", None), ("80 clusters of 3", [i // 3 for i in range(240)])):
        false = stopped = 0
        n_runs = 5  # each with its own order of the rows
        for seed in range(n_runs):
            with tempfile.TemporaryDirectory() as folder:
                workspace = coin_shop(
                    Path(folder),
                    chances,
                    gate='candidate = "c0"\naccuracy = { at_least = 0.65 }',
                    seeds=range(n // n_runs),
                    clusters=None if clusters is None else [f"g{group}" for group in clusters],
                    dataset_seed=seed,
                )
                outcome = run(workspace, "coins")
            for one in outcome.candidates:
                low, high = one.metrics["accuracy"].interval or (0.0, 1.0)
                false += not low <= 0.65 <= high
                stopped += one.n_samples < len(chances)
        error = sqrt(0.05 * 0.95 / n)
        rate = false / n
        cells = (f"{rate:.3f}", f"{error:.3f}", f"{stopped / n:.3f}", "0.05")
        table.row(name, *cells, holds=rate <= 0.05 + 3 * error)


def savings(table: Table, n: int, n_samples: int = 4000) -> None:
    table.head(
        f"Samples until decided (of at most {n_samples}; `once`: planned, one look, power 0.8)",
        "median",
        "mean",
        "90 %",
        "once",
        "decided",
    )
    rng = np.random.default_rng(14)
    for p, limit in ((0.9, 0.6), (0.8, 0.6), (0.85, 0.75), (0.95, 0.9), (0.99, 0.95), (0.55, 0.5)):
        took = []
        for rows in batches(n, n_samples):
            values = (rng.random((rows, n_samples)) < p).astype(np.float64)
            won = log_capital(values, limit) >= goal(NOMINAL)
            took.append(np.where(won.any(axis=-1), won.argmax(axis=-1) + 1, n_samples + 1))
        counts = np.concatenate(took)
        z = 1.96 * sqrt(limit * (1 - limit)) + 0.8416 * sqrt(p * (1 - p))
        table.row(
            f"true share {p}, limit {limit}",
            f"{np.median(counts):.0f}",
            f"{np.minimum(counts, n_samples).mean():.0f}",
            f"{np.quantile(counts, 0.9):.0f}",
            f"{(z / (p - limit)) ** 2:.0f}",
            f"{(counts <= n_samples).mean():.2f}",
        )


def false_row(table: Table, case: str, rate: float, naive: float | None, n: int) -> None:
    error = sqrt(0.05 * 0.95 / n)
    cells = (f"{rate:.3f}", f"{error:.3f}", "" if naive is None else f"{naive:.3f}", "0.05")
    table.row(case, *cells, holds=rate <= 0.05 + 3 * error)


def ever_won(values: NDArray[np.float64], mean: float) -> NDArray[np.bool_]:
    """Returns for each row whether either gambler ever wins against the mean."""
    up, down = log_capital(values, mean), log_capital(1 - values, 1 - mean)
    return np.asarray(np.maximum(up, down).max(axis=-1) >= goal(NOMINAL))


def batches(n: int, n_samples: int = 2000) -> list[int]:
    rows = max(1, 1_000_000 // n_samples)
    return [min(rows, n - at) for at in range(0, n, rows)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    n = 200 if parser.parse_args(arguments).quick else 2000
    started = perf_counter()
    table = Table()
    coverage_of_shares(table)
    coverage_by_simulation(table, n)
    false_alarms_of_tests(table, n)
    peeking(table, n)
    peeking_at_clusters(table, n // 2)
    whole_runs(table, max(50, n // 20))
    savings(table, n // 2)
    print(f"\n{perf_counter() - started:.0f} s; {table.failures} rows do not hold")
    return 1 if table.failures else 0


if __name__ == "__main__":
    sys.exit(main())
