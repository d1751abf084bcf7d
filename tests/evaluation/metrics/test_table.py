"""The table of metrics names classes that exist and keep the rules of metrics."""

import dataclasses

import pytest

from roundtable import plugins
from roundtable.evaluation.metrics import METRICS, defaults


@pytest.mark.parametrize("name", METRICS)
def test_every_name_is_a_frozen_dataclass_with_a_version_and_a_sentence(name: str) -> None:
    found = plugins.find("metrics", name, builtin=METRICS)
    assert dataclasses.is_dataclass(found)
    assert found.__dataclass_params__.frozen
    assert isinstance(found.version, str)
    assert found.__doc__


@pytest.mark.parametrize("kind", ["choice", "extract", "answer", "generate"])
def test_every_kind_of_task_has_metrics_of_its_own(kind: str) -> None:
    named = defaults(kind)  # type: ignore[arg-type]
    assert named
    assert set(named) <= set(METRICS)
