"""What results add up to: errors at their worst, classes by the hundred, only what counted."""

from types import SimpleNamespace

import numpy as np
import pytest

from roundtable.digest import Key
from roundtable.evaluation.columns import Columns
from roundtable.evaluation.metrics.costs import Latency
from roundtable.evaluation.metrics.labels import Accuracy, MacroF1
from roundtable.evaluation.plan import CandidatePlan
from roundtable.evaluation.scores import decided_by, worst
from roundtable.evaluation.stopping import Decider, Limit
from roundtable.evaluation.summary import comparisons, summarize
from roundtable.evaluation.types import SampleError, SampleResult, Score
from roundtable.generation.types import Answer
from roundtable.statistics.classes import macro_f1

METRICS = {"accuracy": Accuracy(), "macro_f1": MacroF1()}


def plan(id="a"):
    return CandidatePlan(
        id=id,
        key=Key(id),
        description="",
        pipeline=None,
        source=None,
        selector=None,
        metrics=METRICS,
        extra_inputs={},
    )


def filled(targets, answers, *, labels=()):
    columns = Columns(len(targets), tuple(METRICS), labels=tuple(labels))
    for i, (target, given) in enumerate(zip(targets, answers, strict=True)):
        score = Score(value=target == given)
        columns.add(
            SampleResult(
                index=i,
                id=str(i),
                answer=Answer(text=given, value=given, latency_ms=float(i)),
                scores={"accuracy": score, "macro_f1": score},
                usd=0.001,
            )
        )
    return columns


def expected_macro(targets, answers, names):
    table = np.zeros((len(names), len(names) + 1))
    at = {name: i for i, name in enumerate(names)}
    for target, given in zip(targets, answers, strict=True):
        table[at[target], at.get(given, -1)] += 1
    return macro_f1(table)


@pytest.mark.parametrize("k", [3, 300, 1500])
def test_macro_f1_is_macro_f1_however_many_options(k):
    rng = np.random.default_rng(k)
    names = [f"class {i}" for i in range(k)]
    targets = [names[i] for i in rng.integers(k, size=3000) ** 2 % k]
    answers = [t if rng.random() < 0.7 else names[rng.integers(k)] for t in targets]
    columns = filled(targets, answers, labels=names)
    found = summarize(plan(), columns, targets=targets, clusters=None, options=names)
    estimate = found.metrics["macro_f1"]
    assert estimate.value == pytest.approx(expected_macro(targets, answers, names))
    assert estimate.value != found.metrics["accuracy"].value
    assert estimate.interval[0] < estimate.value < estimate.interval[1]
    assert (found.classes is None) == (k > 200)


def test_macro_f1_without_options_is_over_the_targets_that_occur():
    targets = ["a", "b", "b", "c"]
    answers = ["a", "b", "c", "something else"]
    found = summarize(plan(), filled(targets, answers), targets=targets, clusters=None, options=())
    assert found.metrics["macro_f1"].value == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_candidates_are_compared_on_macro_f1_with_a_test_of_its_own():
    rng = np.random.default_rng(1)
    names = ["a", "b", "c"]
    targets = [names[i] for i in rng.integers(3, size=200)]
    summaries = []
    for id, share in (("x", 0.95), ("y", 0.6)):
        answers = [t if rng.random() < share else names[rng.integers(3)] for t in targets]
        columns = filled(targets, answers, labels=names)
        summaries.append(
            summarize(plan(id), columns, targets=targets, clusters=None, options=names)
        )
    pairs = comparisons(summaries, reference="y", clusters=None)
    (macro,) = [p.comparison for p in pairs if p.comparison.metric == "macro_f1"]
    values = [one.metrics["macro_f1"].value for one in summaries]
    assert macro.difference == pytest.approx(values[0] - values[1])
    assert macro.interval[0] > 0
    assert macro.test.startswith("label exchange")
    assert macro.told_apart


def test_a_sample_without_an_answer_counts_as_the_worst():
    harm = SimpleNamespace(direction="lower", binary=True)
    distance = SimpleNamespace(direction="lower")
    assert worst(Accuracy()).value == 0.0
    assert worst(harm).value is True
    assert worst(distance).value == 1.0
    # Time knows no worst value.
    assert worst(Latency()).value is None


def test_a_decider_is_told_the_worst_of_a_sample_that_failed():
    result = SampleResult(
        index=0,
        id="0",
        error=SampleError(kind="provider", message="gone"),
        scores={"harm": worst(SimpleNamespace(direction="lower", binary=True))},
        usd=0.002,
    )
    assert decided_by(result) == {"harm": 1.0, "usd_per_1k": 2.0}


def test_only_what_the_decider_counted_counts():
    n = 300
    targets = ["a"] * n
    columns = filled(targets, ["a"] * n)
    decider = Decider([Limit(metric="accuracy", at_least=0.5)], n=n)
    for i in range(n):
        decider.add(i, {"accuracy": 1.0})
    found = summarize(
        plan(), columns, targets=targets, clusters=None, options=("a", "b"), decider=decider
    )
    assert found.n_samples == decider.n_counted < 30
    assert found.metrics["accuracy"].n == found.n_samples
    assert found.usd == pytest.approx(0.001 * found.n_samples)
    assert found.metrics["latency_p50_ms"].value < found.n_samples
