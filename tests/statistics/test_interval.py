import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

import roundtable.statistics
from roundtable.errors import UsageError
from roundtable.statistics.interval import (
    checked_values,
    cluster_codes,
    normal_quantile,
    t_quantile,
)


def test_the_common_path_does_not_wait_for_scipy_stats():
    program = """
import sys
import numpy as np
from roundtable.statistics import holm, mcnemar, mean_interval, paired_difference
from roundtable.statistics import proportion_interval, quantile_interval
assert "numpy" in sys.modules
for method in ("wilson", "exact"):
    proportion_interval(3, 7, method=method)
for method in ("bca", "t"):
    mean_interval(np.arange(9.0), method=method)
mean_interval(np.arange(8.0), clusters=np.arange(8) // 2)
quantile_interval(np.arange(90.0), 0.95)
paired_difference([1, 0, 1], [0, 0, 1], kind="binary")
paired_difference([1.0, 0.2], [0.3, 0.4])
holm([mcnemar(3, 9), 0.2])
assert "scipy.special" in sys.modules
assert "scipy.stats" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_alone_loads_no_numpy():
    program = "import sys, roundtable.statistics; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_public_name_is_there_and_no_other():
    for name in roundtable.statistics.__all__:
        assert getattr(roundtable.statistics, name)
    with pytest.raises(AttributeError):
        _ = roundtable.statistics.nothing


def test_quantiles_agree_with_scipy():
    assert normal_quantile(0.95) == pytest.approx(stats.norm.ppf(0.975))
    assert t_quantile(0.9, 4) == pytest.approx(stats.t.ppf(0.95, 4))


def test_bools_are_values():
    assert checked_values([True, False]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("values", [[], [[1.0]], [np.nan], [np.inf], 1.0])
def test_what_is_no_list_of_numbers_is_refused(values):
    with pytest.raises(UsageError):
        checked_values(values)


def test_clusters_that_nobody_shares_are_none():
    assert cluster_codes(["a", "b", "c"], 3) is None
    assert cluster_codes(None, 3) is None
    assert cluster_codes(["b", "a", "b"], 3).tolist() == [1, 0, 1]
