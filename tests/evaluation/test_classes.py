import time

import numpy as np
import pytest

from roundtable.errors import UsageError
from roundtable.evaluation.classes import NO_ANSWER, classification_report


def test_tells_precision_recall_and_confusion_of_each_class():
    report = classification_report(
        ["refund", "refund", "account", "order", "order"],
        ["Refund ", "order", "account", None, "something else"],
    )
    account, order, refund = report.classes
    assert (account.precision, account.recall, account.f1) == (1.0, 1.0, 1.0)
    assert (order.precision, order.recall, order.f1, order.support) == (0.0, 0.0, 0.0, 2)
    assert refund.recall == 0.5
    assert refund.precision == 1.0
    assert report.columns == ("account", "order", "refund", NO_ANSWER)
    assert report.confusion == ((1, 0, 0, 0), (0, 0, 0, 2), (0, 1, 1, 0))
    assert report.macro_f1.value == pytest.approx((1 + 0 + 2 / 3) / 3)
    low, high = report.macro_f1.interval
    assert low <= report.macro_f1.value <= high
    assert report.macro_f1.parts == pytest.approx({"account": 1, "order": 0, "refund": 2 / 3})


def test_a_label_that_never_occurs_has_a_row_without_numbers():
    report = classification_report(["a", "b"], ["a", "a"], labels=["a", "b", "c"])
    c = report.classes[2]
    assert (c.precision, c.recall, c.f1, c.support, c.predicted) == (None, None, None, 0, 0)
    assert report.classes[1].precision is None


def test_a_target_that_is_no_label_is_refused_by_name():
    with pytest.raises(UsageError, match="'b'"):
        classification_report(["a", "b"], ["a", "a"], labels=["a"])


def test_a_hundred_thousand_samples_take_about_a_second():
    rng = np.random.default_rng(0)
    names = [f"class {i}" for i in range(11)]
    targets = [names[i] for i in rng.integers(11, size=100_000)]
    predictions = [
        t if r < 0.8 else "class 0" for t, r in zip(targets, rng.random(100_000), strict=True)
    ]
    start = time.process_time()
    report = classification_report(targets, predictions)
    assert time.process_time() - start < 2
    assert sum(map(sum, report.confusion)) == 100_000
