"""Weighs the features, and calibrates: `python head.py FEATURES.npz support.json`.

Prints how well the result does on what neither the network nor the head has seen: tenths 8 and 9
of the sources of training, and whole sources that were kept out of it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from roundtable.generation.guard.support import FEATURES, VERSION, Calibration, Linear, Model
from roundtable.generation.guard.trees import Forest, Tree
from roundtable.statistics.calibration import auroc, auroc_interval, calibration

SEED = 7
RIDGE = 0.05
# More of a share, of order or of copied runs never speaks against an answer; more of a gap, or of
# the network's doubt, never for it. It keeps the trees from learning a source's habits.
FALLS = (
    "weight_found share_found weight_in_evidence weight_in_best pairs_found copied_pairs "
    "copied_triples copied_run order_kept weight_found_worst copied_pairs_worst"
)
RISES = (
    "weight_missing heaviest_missing n_missing numbers_missing numbers_elsewhere "
    "names_missing names_elsewhere "
    "negation_differs entailment entailment_worst entailment_mean nearest_worst nearest_mean "
    "nearest_two_worst heaviest_missing_worst"
)
WEIGHTS = {
    "grounded": 2.0,
    "q2": 0.7,
    "bump": 0.7,
    "summedits": 0.5,
    "fm2": 0.7,
    "fm2mix": 0.7,
    "fm2none": 0.5,
    "made": 0.5,
}
# What the calibration goes by: answers as models write them first, then what people wrote or edited
# so that it is hard to tell, and than which little in use is harder.
DOMAINS: dict[tuple[str, ...], float] = {
    ("grounded",): 0.7,
    ("q2", "fm2", "fm2mix", "fm2none"): 0.15,
    ("bump", "summedits"): 0.15,
}


def grown(x: NDArray[np.float64], y: NDArray[np.int64], weights: NDArray[np.float64]) -> Any:
    """Returns the fitted trees."""
    trees = lightgbm.LGBMClassifier(
        n_estimators=150,
        num_leaves=4,
        learning_rate=0.05,
        min_child_samples=40,
        monotone_constraints=signs(),
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.5,
        reg_lambda=10.0,
        random_state=SEED,
        n_jobs=1,
        verbose=-1,
    )
    return trees.fit(x, y, sample_weight=weights)


def signs() -> list[int]:
    """Returns 1 for a feature that only raises doubt, -1 for one that only lowers it, else 0."""
    falls, rises = FALLS.split(), RISES.split()
    return [-1 if f in falls else 1 if f in rises else 0 for f in FEATURES]


def forest(trees: Any, unit: float) -> Forest:
    """Returns the trees as the package reads them, their leaves divided by `unit`."""
    found = []
    for tree in trees.booster_.dump_model()["tree_info"]:
        nodes: list[list[float]] = []
        _add(tree["tree_structure"], nodes, unit)
        feature, threshold, left, right, value = (
            tuple(column) for column in zip(*nodes, strict=True)
        )
        one = Tree(feature=feature, threshold=threshold, left=left, right=right, value=value)
        found.append(one)
    return Forest(features=FEATURES, bias=0.0, trees=tuple(found))


def _add(node: dict[str, Any], nodes: list[list[float]], unit: float) -> int:
    at = len(nodes)
    nodes.append([-1, 0.0, 0, 0, 0.0])
    if "split_feature" not in node:
        nodes[at][4] = round(node["leaf_value"] / unit, 6)
        return at
    assert node["decision_type"] == "<="
    nodes[at][:2] = [node["split_feature"], float(f"{node['threshold']:.9g}")]
    nodes[at][2] = _add(node["left_child"], nodes, unit)
    nodes[at][3] = _add(node["right_child"], nodes, unit)
    return at


def linear(x: NDArray[np.float64], y: NDArray[np.int64], weights: NDArray[np.float64]) -> Any:
    """Returns center, spread, weights and bias of a logistic regression with signs held."""
    center, spread = x.mean(0), x.std(0) + 1e-9
    z = np.clip((x - center) / spread, -3.0, 3.0)
    share, truth, n = weights / weights.sum(), 2 * y - 1, x.shape[1]

    def loss(v: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = z @ v[:n] + v[n]
        slope = -truth / (1 + np.exp(truth * odds)) * share
        value = (share * np.logaddexp(0, -truth * odds)).sum() + RIDGE * (v[:n] ** 2).sum()
        return float(value), np.append(z.T @ slope + 2 * RIDGE * v[:n], slope.sum())

    bounds = [(0, None) if s > 0 else (None, 0) if s < 0 else (None, None) for s in signs()]
    start = np.zeros(n + 1)
    found = minimize(loss, start, jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B").x
    return center, spread, found[:n], found[n]


def both(
    x: NDArray[np.float64], y: NDArray[np.int64], weights: NDArray[np.float64]
) -> tuple[Linear, Forest]:
    """Returns both models, each scaled to a spread of 1 so that they count the same."""
    center, spread, w, bias = linear(x, y, weights)
    at = np.clip((x - center) / spread, -3.0, 3.0) @ w + bias
    trees = grown(x, y, weights)
    unit = float(trees.predict(x, raw_score=True).std())
    first = Linear(
        center=tuple(center.tolist()),
        spread=tuple(spread.tolist()),
        weights=tuple((w / at.std()).tolist()),
        bias=float(bias / at.std()),
    )
    return first, forest(trees, unit)


def length(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the logarithm of each context's content words."""
    found: NDArray[np.float64] = x[:, FEATURES.index("log_context_words")]
    return found


def calibrated(
    x: NDArray[np.float64],
    y: NDArray[np.int64],
    weights: NDArray[np.float64],
    clusters: NDArray[np.str_],
    base: NDArray[np.str_],
) -> Calibration:
    """Returns the calibration, fitted on models that have not seen the rows (Platt 1999).

    Each domain has its share, however many rows it has.
    """
    margins = np.zeros(len(y))
    for fit, rest in GroupKFold(5).split(x, y, clusters):
        first, second = both(x[fit], y[fit], weights[fit])
        margins[rest] = first.margins(x[rest]) + second.margins(x[rest])
    even = np.zeros(len(y))
    for names, share in DOMAINS.items():
        rows = np.isin(base, names)
        even[rows] = share / rows.sum()
    middle, unit = float(length(x).mean()), float(length(x).std())
    z = np.clip((length(x) - middle) / unit, -2.0, 2.0)
    columns = np.column_stack([margins, margins * z, z])
    fitted = LogisticRegression(C=1.0).fit(columns, y, sample_weight=even * len(y))
    slope, by_length, other = fitted.coef_[0].tolist()
    assert min(slope + 2 * by_length, slope - 2 * by_length) > 0
    return Calibration(
        slope=slope,
        slope_by_length=by_length,
        intercept=float(fitted.intercept_[0]),
        intercept_by_length=other,
        middle=middle,
        unit=unit,
    )


def main(features: str, out: str) -> None:
    """Fits, writes, and tells how well it does."""
    data = np.load(features)
    x, y, source, cluster = (data[k] for k in ("X", "y", "source", "cluster"))
    tenth = data["bucket"]
    base = np.array([one.split(":")[0] for one in source])
    learned = np.isin(base, list(WEIGHTS)) & (tenth <= 7)
    weights = np.array([WEIGHTS.get(one, 0.0) for one in base])
    args = (x[learned], y[learned], weights[learned])
    fit = calibrated(*args, cluster[learned], base[learned])
    first, second = both(*args)
    model = Model(version=VERSION, linear=first, forest=second, calibration=fit)
    Path(out).write_bytes(msgspec.json.encode(model))
    p = model.probabilities(x)
    network = x[:, FEATURES.index("entailment")]
    groups = {one: (source == one) & ~learned for one in sorted(set(source))}
    groups |= {f"{one} (all)": (base == one) & ~learned for one in ("qags", "wice", "summedits")}
    for name, rows in groups.items():
        if rows.sum() < 30 or len(set(y[rows])) < 2:
            continue
        truths = y[rows] == 1
        at = auroc_interval(
            p[rows], truths, clusters=np.unique(cluster[rows], return_inverse=True)[1]
        )
        found = calibration(p[rows], truths, n_resamples=200)
        print(
            f"{name:24}{rows.sum():6} AUROC {auroc(p[rows], truths):.3f} "
            f"[{at.low:.3f}, {at.high:.3f}] network {auroc(network[rows], truths):.3f} "
            f"ECE {found.error:.3f}"
        )
    weighed = sorted(zip(np.round(first.weights, 2).tolist(), FEATURES, strict=True))
    print(fit, [one for one in weighed if one[0]])


if __name__ == "__main__":
    main(*sys.argv[1:])
