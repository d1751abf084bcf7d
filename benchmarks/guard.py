"""Whether a guard keeps its promise, over random splits of labeled rows.

    python benchmarks/guard.py ROWS.jsonl [--splits 500] [--calibration 0.5] [--cluster FIELD]

ROWS holds {question, context, answer, hallucinated}; `score` is computed where it is missing. For
each promise: how often it is broken, on the rows held out and on all rows; the share answered,
beside the best possible (the largest threshold that keeps the promise on all rows, known only
with all labels) and beside a plain empirical threshold (the largest one whose share of errors
among calibration rows is at most alpha), which breaks the promise in about half of the splits.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec
import numpy as np

from roundtable.statistics import risk_threshold


def main() -> int:
    """Prints the table; exits 1 if a promise is broken more often than stated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--splits", type=int, default=500)
    parser.add_argument("--calibration", type=float, default=0.5)
    parser.add_argument("--cluster", default="", help="Clusters are kept on one side of a split.")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    scores, wrong, clusters = read(asked.rows, asked.cluster)
    print(f"{len(scores):,} rows, {wrong.mean():.1%} not supported, {asked.splits} splits")
    print("alpha conf. broken: held out  all rows  none   answered  best  plain (broken)")
    broken_too_often = False
    for alpha in (0.05, 0.1, 0.2):
        for confidence in (0.9, 0.95):
            row = simulate(scores, wrong, clusters, alpha, confidence, asked)
            allowed = 1 - confidence
            error = 2 * np.sqrt(allowed * (1 - allowed) / asked.splits)
            broken_too_often |= row["all"] > allowed + error
            print(
                f"{alpha:5} {confidence:5} {row['held']:16.3f} {row['all']:9.3f} {row['none']:5.2f}"
                f" {row['answered']:10.3f} {best(scores, wrong, alpha):5.3f}"
                f" {row['plain']:6.3f} ({row['plain_broken']:.3f})"
            )
    return int(broken_too_often)


def read(path: Path, cluster: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns scores, labels and clusters."""
    with path.open("rb") as lines:
        rows = [msgspec.json.decode(line) for line in lines]
    if not all("score" in row for row in rows):
        from roundtable.generation.guard import read_claims, score

        for row, verdict in zip(rows, score(read_claims(path)), strict=True):
            row["score"] = verdict.score
    names = [str(row[cluster]) if cluster else str(i) for i, row in enumerate(rows)]
    _, clusters = np.unique(names, return_inverse=True)
    scores = np.asarray([row["score"] for row in rows])
    return scores, np.asarray([row["hallucinated"] for row in rows], dtype=bool), clusters


def simulate(
    scores: np.ndarray,
    wrong: np.ndarray,
    clusters: np.ndarray,
    alpha: float,
    confidence: float,
    asked: argparse.Namespace,
) -> dict[str, float]:
    """Returns shares over the splits."""
    draws = np.random.default_rng(asked.seed)
    n_clusters = int(clusters.max()) + 1
    held = everywhere = none = plain_broken = 0
    answered, plain = [], []
    for number in range(asked.splits):
        chosen = draws.permutation(n_clusters)[: round(n_clusters * asked.calibration)]
        learned = np.isin(clusters, chosen)
        test = ~learned
        limit = empirical(scores[learned], wrong[learned], alpha)
        plain.append(float((scores[test] <= limit).mean()))
        plain_broken += share(scores[test], wrong[test], limit) > alpha
        found = risk_threshold(
            scores[learned],
            wrong[learned],
            alpha=alpha,
            confidence=confidence,
            clusters=clusters[learned] if asked.cluster else None,
            seed=number,
        ).threshold
        if found is None:
            none += 1
            answered.append(0.0)
            continue
        answered.append(float((scores[test] <= found).mean()))
        held += share(scores[test], wrong[test], found) > alpha
        everywhere += share(scores, wrong, found) > alpha
    n = asked.splits
    return {
        "held": held / n,
        "all": everywhere / n,
        "none": none / n,
        "answered": float(np.mean(answered)),
        "plain": float(np.mean(plain)),
        "plain_broken": plain_broken / n,
    }


def share(scores: np.ndarray, wrong: np.ndarray, limit: float) -> float:
    """Returns the share of wrong answers among those given."""
    given = scores <= limit
    return float(wrong[given].mean()) if given.any() else 0.0


def empirical(scores: np.ndarray, wrong: np.ndarray, alpha: float) -> float:
    """Returns the largest score up to which the share of wrong answers is at most alpha."""
    order = np.argsort(scores, kind="stable")
    errors = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(errors <= alpha)
    return float(scores[order[good[-1]]]) if len(good) else -np.inf


def best(scores: np.ndarray, wrong: np.ndarray, alpha: float) -> float:
    """Returns the share answered by the largest threshold that keeps the promise on all rows."""
    return float((scores <= empirical(scores, wrong, alpha)).mean())


if __name__ == "__main__":
    sys.exit(main())
