"""The given open scenarios are answered exactly."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from roundtable.licensing.knowledge import read_terms
from roundtable.licensing.scenarios import answer, read_scenarios

DATA = Path(__file__).with_name("data")
GIVEN = read_terms(DATA / "terms.yaml")
FINDINGS = {
    one.id: one
    for one in answer(
        read_scenarios(DATA / "scenarios_open.yaml", GIVEN), GIVEN, today=date(2026, 11, 24)
    )
}
OPEN: list[dict[str, Any]] = yaml.safe_load((DATA / "scenarios_open.yaml").read_text("utf-8"))


@pytest.mark.parametrize("scenario", OPEN, ids=lambda one: one["id"])
def test_an_open_scenario_is_answered_exactly(scenario: dict[str, Any]) -> None:
    found, expected = FINDINGS[scenario["id"]], scenario["expect"]
    assert found.verdict == expected["verdict"]
    assert list(found.obligations) == expected["obligations"]
    assert {(one.license, one.clause, one.asset) for one in found.because} == {
        (one["license"], one["clause"], one["asset"]) for one in expected["because"]
    }
    assert len(found.because) == len(expected["because"])
