import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.evaluation.estimates import summarize_metric, summarize_quantile
from roundtable.statistics import mean_interval, proportion_interval

NAN = float("nan")


def test_a_share_leaves_out_what_does_not_apply():
    estimate = summarize_metric(np.array([1, 0, NAN, 1, 1]), statistic="proportion")
    expected = proportion_interval(3, 4)
    assert estimate.value == 0.75
    assert estimate.interval == (expected.low, expected.high)
    assert (estimate.n, estimate.clusters, estimate.method) == (4, 4, "wilson")


def test_errors_counted_as_wrong_are_told():
    estimate = summarize_metric(np.array([1.0, 0, 1]), statistic="proportion", n_errors=1)
    assert estimate.method == "wilson, 1 error counted as 0"


def test_clusters_that_do_not_apply_are_not_counted():
    values = np.array([1.0, 0, 1, NAN, 0, 1])
    estimate = summarize_metric(
        values, statistic="proportion", clusters=np.array([1, 1, 2, 3, 4, 4])
    )
    assert (estimate.n, estimate.clusters) == (5, 3)
    assert estimate.method == "wilson, cluster-robust"


def test_a_mean_of_scores_stays_in_the_unit_interval():
    values = np.array([0.9, 1.0, 1.0, 0.2])
    estimate = summarize_metric(values, statistic="mean")
    expected = mean_interval(values, bounds=(0, 1))
    assert estimate.interval == (expected.low, expected.high)
    assert estimate.interval[1] <= 1.0


def test_five_perfect_scores_are_no_certainty():
    low, high = summarize_metric(np.ones(5), statistic="mean").interval
    assert low < 0.5
    assert high == 1.0


def test_a_cost_is_never_less_than_nothing_and_has_no_upper_bound():
    estimate = summarize_metric(
        np.array([0.1, 0.4, 0.2, 2.9]), statistic="mean", unit="usd", direction="lower"
    )
    assert (estimate.unit, estimate.direction, estimate.method) == ("usd", "lower", "t")
    assert estimate.interval[0] == 0.0
    assert estimate.interval[1] > 2.9
    signed = summarize_metric(np.array([-0.1, 0.4, 0.2, 2.9]), statistic="mean", unit="usd")
    assert signed.interval[0] < 0.0


def test_a_total_is_known_exactly():
    estimate = summarize_metric(np.array([1.5, 2.0, NAN]), statistic="total", unit="usd")
    assert (estimate.value, estimate.interval, estimate.method) == (3.5, None, "sum")


@pytest.mark.parametrize("statistic", ["proportion", "mean", "total"])
def test_nothing_measured_is_no_value(statistic):
    estimate = summarize_metric(np.array([NAN, NAN]), statistic=statistic)
    assert (estimate.value, estimate.interval, estimate.n) == (None, None, 0)
    assert summarize_metric(np.array([]), statistic=statistic).n == 0


def test_one_value_has_no_interval():
    estimate = summarize_metric(np.array([3.0]), statistic="mean", unit="ms")
    assert (estimate.value, estimate.interval) == (3.0, None)


def test_a_percentile_has_an_interval_once_enough_values_lie_beyond_it():
    few = summarize_quantile(np.arange(50.0), 0.95, unit="ms")
    assert (few.value, few.interval) == (47.0, None)
    assert "too few" in few.method
    many = summarize_quantile(np.arange(400.0), 0.95, unit="ms")
    assert many.interval == (370.0, 388.0)
    assert (many.statistic, many.direction, many.unit) == ("quantile", "lower", "ms")
    assert summarize_quantile(np.array([NAN]), 0.5).value is None


def test_the_median_of_few_values_is_bounded_below_by_nothing_taking_no_time():
    estimate = summarize_quantile(np.array([5.0, 7.0, 9.0]), 0.5)
    assert estimate.value == 7.0
    assert estimate.interval is None  # three values bound the median from neither side


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([0.5], {"statistic": "proportion"}),
        ([float("inf")], {"statistic": "mean"}),
        ([1.0], {"statistic": "corpus"}),
        ([1.0], {"statistic": "mean", "clusters": np.array([1, 2])}),
    ],
)
def test_arguments_without_a_meaning_are_refused(values, options):
    with pytest.raises(UsageError):
        summarize_metric(np.array(values), **options)
