from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest

from roundtable.errors import StoreError
from roundtable.reports.charts import Drawing, Renderer

BARS = Drawing(
    title="Bars",
    text="one bar",
    spec={
        "data": {"values": [{"x": 1, "y": "a"}]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "nominal"},
        },
    },
)


def _process(renderer: Renderer) -> subprocess.Popen[bytes]:
    process = renderer._process
    assert process is not None
    return process


def test_a_renderer_started_beforehand_draws_the_same() -> None:
    (at_once,) = Renderer().render([BARS])
    with Renderer() as renderer:
        renderer.start()
        (beforehand,) = renderer.render([BARS])
    assert beforehand == at_once
    assert str(at_once.svg).startswith("<svg ")


def test_a_renderer_ended_from_outside_while_it_waits_draws_all_the_same() -> None:
    with Renderer() as renderer:
        renderer.start()
        process = _process(renderer)
        process.kill()
        process.wait()
        assert len(renderer.render([BARS])) == 1


def test_a_renderer_that_is_not_needed_is_gone_afterwards() -> None:
    with Renderer() as renderer:
        renderer.start()
        process = _process(renderer)
    assert process.returncode is not None


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="priorities as POSIX has them")
def test_a_waiting_renderer_gives_way_to_other_work() -> None:
    with Renderer() as renderer:
        renderer.start()
        pid = _process(renderer).pid
        until_s = time.monotonic() + 20
        while os.getpriority(os.PRIO_PROCESS, pid) <= os.getpriority(os.PRIO_PROCESS, 0):
            assert time.monotonic() < until_s
            time.sleep(0.01)


def test_a_run_that_is_killed_leaves_no_renderer_behind() -> None:
    # Whoever started it and is gone has closed its end: the process sees the end of its input.
    code = (
        "import os; from roundtable.reports.charts import Renderer\n"
        "renderer = Renderer(); renderer.start()\n"
        "print(renderer._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    pid = int(done.stdout)
    until_s = time.monotonic() + 20
    while _is_running(pid):
        assert time.monotonic() < until_s
        time.sleep(0.05)


def _is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_drawing_that_cannot_be_drawn_is_told_with_a_way_out() -> None:
    broken = Drawing(title="", text="", spec={"mark": {"type": "no such mark"}})
    with pytest.raises(StoreError, match="cannot be drawn") as caught:
        Renderer().render([broken])
    assert caught.value.fix


def test_drawings_of_one_page_have_ids_of_their_own() -> None:
    ids = [re.findall(r'id="(\w[\w-]*)"', c.svg) for c in Renderer().render([BARS, BARS])]
    assert not set(ids[0]) & set(ids[1])
