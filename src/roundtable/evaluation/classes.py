"""What a candidate does with each class: the confusion table and F1."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from roundtable.errors import UsageError
from roundtable.evaluation.metrics.reading import folded
from roundtable.evaluation.types import Estimate
from roundtable.statistics.classes import class_f1, macro_f1_interval, pair_codes

NO_ANSWER = "(no answer)"


class ClassResult(msgspec.Struct, frozen=True, kw_only=True):
    """One class's row of the table.

    Args:
        label: The class.
        precision: Share right among the samples given this label; None if none was.
        recall: Share right among the samples that are of this class; None if none is.
        f1: Their harmonic mean; None if the class was neither expected nor given.
        support: Samples of this class.
        predicted: Samples given this label.
    """

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    predicted: int


class ClassificationReport(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's answers against the targets, class by class.

    Args:
        classes: One per label, in the labels' order.
        columns: Names of the confusion table's columns: the labels, then `(no answer)` for
            answers that are none of them.
        confusion: Counts by target (rows, in the labels' order) and answer (columns).
        macro_f1: Mean F1 with its interval.
    """

    classes: tuple[ClassResult, ...]
    columns: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    macro_f1: Estimate


def classification_report(
    targets: Sequence[str],
    predictions: Sequence[str | None],
    *,
    labels: Sequence[str] | None = None,
    clusters: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> ClassificationReport:
    """Returns precision, recall and F1 of each class, the confusion table and macro F1.

    Args:
        targets: The expected label of each sample.
        predictions: The label given; None where there was no answer. An answer that is no label
            counts as none. Case and white space do not count.
        labels: All labels; None: those among the targets, sorted.
        clusters: Each sample's cluster, shape (n,), for the interval.
        confidence: Of the interval, in (0, 1).

    Raises:
        UsageError: There are no samples, the lengths differ, or a target is not a label.
    """
    names = tuple(labels) if labels is not None else tuple(sorted(set(targets)))
    expected, given = label_codes(targets, predictions, names=names)
    macro = macro_estimate(expected, given, names=names, clusters=clusters, confidence=confidence)
    return report_of(expected, given, names=names, macro=macro)


def label_codes(
    targets: Sequence[str], predictions: Sequence[str | None], *, names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns each sample's class and the one given, as numbers from 0; -1 is none.

    Args:
        targets: The expected label of each sample.
        predictions: The label given; see `classification_report`.
        names: All labels.

    Raises:
        UsageError: A target is not a label.
    """
    index = {folded(name): i for i, name in enumerate(names)}
    texts = {*targets, *(p for p in predictions if p is not None)}
    spelled = {text: index.get(folded(text), -1) for text in texts}
    unknown = sorted({t for t in targets if spelled[t] < 0})
    if unknown:
        raise UsageError(
            f"{len(unknown)} targets are not among the labels, such as {unknown[0]!r}",
            fix="add them to the labels or mend the dataset",
        )
    expected = np.array([spelled[t] for t in targets], dtype=np.int64)
    given = np.array([-1 if p is None else spelled[p] for p in predictions], dtype=np.int64)
    return expected, given


def macro_estimate(
    expected: NDArray[np.int64],
    given: NDArray[np.int64],
    *,
    names: Sequence[str],
    clusters: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Returns macro F1 with its interval, and each class's F1 as its parts.

    Args:
        expected: Each sample's class from 0, shape (n,).
        given: The one given, shape (n,); -1 is none.
        names: Of the classes.
        clusters: Each sample's cluster, shape (n,).
        confidence: Of the interval, in (0, 1).
    """
    if not expected.size:
        return Estimate(value=None, confidence=confidence, statistic="corpus")
    k = len(names)
    right = np.bincount(expected[expected == given], minlength=k)
    margins = np.bincount(expected, minlength=k) + np.bincount(given[given >= 0], minlength=k)
    known = np.flatnonzero(margins)
    f1 = 2 * right[known] / margins[known]
    interval = macro_f1_interval(
        expected, given, n_classes=k, clusters=clusters, confidence=confidence
    )
    return Estimate(
        value=float(f1.mean()),
        interval=(interval.low, interval.high),
        n=expected.size,
        clusters=expected.size if clusters is None else int(np.unique(clusters).size),
        confidence=confidence,
        statistic="corpus",
        method=interval.method,
        parts={names[int(i)]: float(value) for i, value in zip(known, f1, strict=True)},
    )


def report_of(
    expected: NDArray[np.int64],
    given: NDArray[np.int64],
    *,
    names: Sequence[str],
    macro: Estimate,
) -> ClassificationReport:
    """Returns the table of classes and the confusion of codes; see `label_codes`."""
    k = len(names)
    cells = pair_codes(expected, given, n_classes=k)
    confusion = np.bincount(cells, minlength=k * (k + 1)).reshape(k, k + 1)
    f1 = class_f1(confusion.astype(np.float64))
    return ClassificationReport(
        classes=tuple(_class_result(name, confusion, f1, i) for i, name in enumerate(names)),
        columns=(*names, NO_ANSWER),
        confusion=tuple(tuple(int(c) for c in row) for row in confusion),
        macro_f1=macro,
    )


def _class_result(
    label: str, confusion: NDArray[np.int64], f1: NDArray[np.float64], i: int
) -> ClassResult:
    right, support = int(confusion[i, i]), int(confusion[i].sum())
    predicted = int(confusion[:, i].sum())
    return ClassResult(
        label=label,
        precision=right / predicted if predicted else None,
        recall=right / support if support else None,
        f1=None if np.isnan(f1[i]) else float(f1[i]),
        support=support,
        predicted=predicted,
    )
