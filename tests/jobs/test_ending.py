from __future__ import annotations

import asyncio
import sys

import pytest

from roundtable.evaluation.columns import Columns
from roundtable.evaluation.runner import Progress
from roundtable.evaluation.types import SampleResult
from roundtable.jobs import ending
from roundtable.jobs.ending import Ending
from roundtable.reports import Renderer


class _Started(Renderer):
    """Counts how often it is started, and starts nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0

    def start(self) -> None:
        self.n += 1


async def _told(n: int, *, of: int, every_s: float, monkeypatch: pytest.MonkeyPatch) -> int:
    """Returns after how many samples the renderer was started; 0 if it was not."""
    now_s = 0.0
    monkeypatch.setattr(ending.time, "perf_counter", lambda: now_s)
    renderer = _Started()
    end = Ending(renderer, n=of)
    columns = Columns(of, ())
    result = SampleResult(index=0, id="a", answer=None, error=None, scores={}, usd=0.0)
    for i in range(n):
        now_s += every_s
        end.watch(
            Progress(
                candidate="a", done=i + 1, total=of, result=result, columns=columns, spent_usd=0.0
            )
        )
        if renderer.n:
            assert renderer.n == 1
            return i + 1
    return 0


def test_a_long_run_starts_nothing_before_its_end_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asyncio.run(_told(900, of=1000, every_s=1.0, monkeypatch=monkeypatch)) == 0
    assert asyncio.run(_told(1000, of=1000, every_s=1.0, monkeypatch=monkeypatch)) == 991


def test_a_short_run_makes_ready_as_soon_as_its_pace_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asyncio.run(_told(2000, of=2000, every_s=0.001, monkeypatch=monkeypatch)) == 32


def test_a_run_of_few_slow_samples_makes_ready_with_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asyncio.run(_told(3, of=3, every_s=30.0, monkeypatch=monkeypatch)) == 3


def test_what_the_statistics_import_is_there_when_the_last_sample_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.run(_told(1, of=1, every_s=0.001, monkeypatch=monkeypatch))
    assert "scipy.special" in sys.modules
