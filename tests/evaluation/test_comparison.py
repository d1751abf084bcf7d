import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.evaluation.comparison import MetricValues, compare, compare_many
from roundtable.evaluation.words import in_words
from roundtable.statistics import holm, paired_difference


def _binary(b, c, n):
    """Two candidates of which the first alone is right on b of n samples, the second on c."""
    first, second = np.zeros(n), np.zeros(n)
    first[:b] = 1
    second[b : b + c] = 1
    return (
        {"accuracy": MetricValues(values=first, kind="binary")},
        {"accuracy": MetricValues(values=second, kind="binary")},
    )


def _said(b, c, n):
    return in_words(compare(*_binary(b, c, n))["accuracy"], a="few-shot", b="baseline")


def test_pairs_the_samples_both_have_a_value_for():
    nan = float("nan")
    a = {
        "f1": MetricValues(values=np.array([1.0, 0.5, nan, 0.2])),
        "only": MetricValues(values=np.ones(4)),
    }
    b = {"f1": MetricValues(values=np.array([0.0, nan, 0.3, 0.1]))}
    (result,) = compare(a, b).values()
    assert (result.metric, result.n, result.difference) == ("f1", 2, pytest.approx(0.55))


def test_a_metric_without_a_common_sample_is_absent():
    a = {"f1": MetricValues(values=np.array([1.0, np.nan]))}
    b = {"f1": MetricValues(values=np.array([np.nan, 1.0]))}
    assert compare(a, b) == {}


def test_a_metric_that_never_applies_to_one_of_them_is_absent_whatever_its_kind():
    a = {"recall": MetricValues(values=np.array([1.0, 0.0]), kind="binary")}
    b = {"recall": MetricValues(values=np.array([np.nan, np.nan]))}
    assert compare(a, b) == {}


def test_holm_corrects_over_all_metrics_of_all_candidates():
    rng = np.random.default_rng(0)
    reference = {m: MetricValues(values=rng.random(60)) for m in ("f1", "rouge")}
    candidates = {
        c: {
            m: MetricValues(values=reference[m].values + rng.normal(shift, 0.3, 60))
            for m in reference
        }
        for c, shift in (("x", 0.12), ("y", 0.05))
    }
    compared = compare_many(candidates, reference)
    flat = [c for metrics in compared.values() for c in metrics.values()]
    assert [c.p_adjusted for c in flat] == pytest.approx(holm([c.p_value for c in flat]))
    assert {c.n_comparisons for c in flat} == {4}
    expected = paired_difference(candidates["x"]["f1"].values, reference["f1"].values)
    assert compared["x"]["f1"].p_value == expected.p_value
    assert "corrected for 4 comparisons" in in_words(flat[0], a="x", b="baseline")


def test_says_who_is_better_by_how_much_and_that_it_is_told():
    assert _said(20, 2, 100) == (
        "few-shot is 18.0 points better than baseline on accuracy "
        "(95 % interval 9.9 to 27.3, p < 0.001): told apart"
    )


def test_says_how_many_more_samples_would_tell():
    assert _said(9, 6, 100) == (
        "few-shot is 3.0 points better than baseline on accuracy "
        "(95 % interval -5.0 to 11.3, p = 0.61): not told apart; about 1,300 more samples would be "
        "needed to tell a difference of this size"
    )


def test_says_worse_with_the_interval_seen_from_there():
    words = _said(6, 9, 100)
    assert words.startswith("few-shot is 3.0 points worse than baseline on accuracy")
    assert "interval -5.0 to 11.3" in words


def test_says_when_the_test_is_stricter_than_the_interval():
    words = _said(2, 9, 100)
    assert "interval 0.6 to 14.6, p = 0.065): not told apart by the test" in words


@pytest.mark.parametrize(
    ("b", "c", "n", "detectable"), [(3, 3, 50, "15.0"), (0, 0, 50, "15.0"), (30, 30, 100, "21.4")]
)
def test_of_equals_says_what_could_have_been_told(b, c, n, detectable):
    words = _said(b, c, n)
    assert words.startswith("few-shot and baseline are equal on accuracy")
    assert words.endswith(f"{n} samples tell a difference of about {detectable} points or more")
    assert compare(*_binary(b, c, n))["accuracy"].n_more is None


def test_lower_is_better_where_the_metric_says_so():
    rng = np.random.default_rng(1)
    a = {"latency": MetricValues(values=rng.normal(100, 5, 50), unit="ms", direction="lower")}
    b = {"latency": MetricValues(values=rng.normal(140, 5, 50), unit="ms", direction="lower")}
    words = in_words(compare(a, b)["latency"], a="small", b="large")
    assert words.startswith("small is 39.")
    assert "ms better than large on latency (95 % interval 3" in words
    assert words.endswith("told apart")
    worse = in_words(compare(b, a)["latency"], a="large", b="small")
    assert "ms worse than small on latency (95 % interval 3" in worse


def test_one_sample_tells_nothing():
    a, b = ({"f1": MetricValues(values=np.array([v]))} for v in (1.0, 0.0))
    result = compare(a, b)["f1"]
    assert (result.interval, result.p_value) == (None, 1.0)
    assert "too few samples for an interval" in in_words(result, a="x", b="y")
    assert result.n_more == 5  # six samples that differ are the least that can be significant


def test_clusters_are_respected_and_raise_the_samples_needed():
    a, b = _binary(60, 40, 600)
    order = np.argsort(-(a["accuracy"].values + 2 * b["accuracy"].values), kind="stable")
    a, b = (
        {"accuracy": MetricValues(values=m["accuracy"].values[order], kind="binary")}
        for m in (a, b)
    )
    alone = compare(a, b)["accuracy"]
    together = compare(a, b, clusters=np.arange(600) // 10)["accuracy"]
    assert (together.clusters, together.test) == (60, "exact sign-flip of clusters")
    assert together.p_value > alone.p_value
    assert together.n_more > 5 * alone.n_more


def test_different_samples_or_kinds_are_refused():
    one = {"f1": MetricValues(values=np.ones(3))}
    with pytest.raises(UsageError, match="3 score values cannot be compared with 4"):
        compare(one, {"f1": MetricValues(values=np.ones(4))})
    with pytest.raises(UsageError):
        compare(one, {"f1": MetricValues(values=np.ones(3), kind="binary")})
