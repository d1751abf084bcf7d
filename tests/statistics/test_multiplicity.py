import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from roundtable.errors import UsageError
from roundtable.statistics import holm


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_agrees_with_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_nothing_to_adjust_is_nothing():
    assert holm([]).size == 0


@pytest.mark.parametrize("p_values", [[0.1, 1.2], [np.nan], [-0.1]])
def test_what_is_no_p_value_is_refused(p_values):
    with pytest.raises(UsageError):
        holm(p_values)
