"""What the end of a run needs, made ready while its last calls are under way.

Drawing takes most of a second to start, and SciPy to import: time in which a run waits for its
models anyway, and in which a reader would wait for the report.
"""

from __future__ import annotations

import asyncio
import time
from importlib import import_module

from roundtable.evaluation.runner import Progress
from roundtable.reports import Renderer

_BEFOREHAND_S = 10.0
_ESTIMATED_FROM = 32


class Ending:
    """Starts what the end needs once it is near.

    Args:
        renderer: Draws the report's charts.
        n: Samples to be done, of all candidates.
    """

    def __init__(self, renderer: Renderer, *, n: int) -> None:
        self._renderer, self._n = renderer, n
        self._n_done = 0
        self._started_s = time.perf_counter()
        self._is_ready = False

    def watch(self, progress: Progress) -> None:
        """Takes one sample's progress; called in the event loop."""
        self._n_done += 1
        if self._is_ready or self._n_done < min(_ESTIMATED_FROM, self._n):
            return
        elapsed_s = time.perf_counter() - self._started_s
        if elapsed_s / self._n_done * (self._n - self._n_done) < _BEFOREHAND_S:
            self._is_ready = True
            self._renderer.start()
            asyncio.get_running_loop().run_in_executor(None, import_module, "scipy.special")
