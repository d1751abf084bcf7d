"""Progress on stderr: a bar with rate, ETA and cost on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType

import click
import numpy as np

from roundtable.evaluation.runner import Progress
from roundtable.jobs.interrupting import Interruption

_EVERY_S = 5.0
_END_S = 2.0


class Progressing:
    """Shows how far a run is.

    Args:
        usecase: Its id.
    """

    def __init__(self, usecase: str) -> None:
        self._usecase = usecase
        self._is_terminal = sys.stderr.isatty()
        self._started_s: dict[str, float] = {}
        self._shown_s = 0.0
        self._open_line = False

    def __enter__(self) -> Progressing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._open_line:
            click.echo("", err=True)

    def watch(self, progress: Progress) -> None:
        """Takes one sample's progress; shows it if it is time."""
        now_s = time.monotonic()
        started_s = self._started_s.setdefault(progress.candidate, now_s)
        is_last = progress.done == progress.total
        every_s = 0.2 if self._is_terminal else _EVERY_S
        if not is_last and progress.done > 1 and now_s - self._shown_s < every_s:
            return
        self._shown_s = now_s
        line = self._line(progress, elapsed_s=now_s - started_s)
        if not self._is_terminal:
            click.echo(line, err=True)
            return
        click.echo(f"\r\x1b[2K{line}", err=True, nl=is_last)
        self._open_line = not is_last

    def told(self, interruption: Interruption) -> None:
        """Says what an interrupt does; after a second one, the process ends whatever it is at."""
        if self._open_line:
            click.echo("", err=True)
            self._open_line = False
        n = interruption.n_under_way
        calls = f"{n} call{'' if n == 1 else 's'} under way"
        if interruption.at_once:
            click.echo(f"stopping at once: {calls} let go of", err=True)
            # A model in this process cannot be cut short: its thread would be waited for.
            ending = threading.Timer(_END_S, os._exit, (130,))
            ending.daemon = True
            ending.start()
        elif n:
            click.echo(
                f"stopping: waiting for {calls}, whose answers are kept; press Ctrl-C again to"
                " stop at once",
                err=True,
            )

    def _line(self, progress: Progress, *, elapsed_s: float) -> str:
        done, total = progress.done, progress.total
        parts = [f"{self._usecase} {progress.candidate}: {done}/{total}"]
        if self._is_terminal:
            filled = round(20 * done / total)
            parts.append("█" * filled + "░" * (20 - filled))
        for name, values in list(progress.columns.values.items())[:1]:
            seen = values[~np.isnan(values)]
            if seen.size:
                parts.append(f"{name} {seen.mean():.3f}")
        if elapsed_s > 0 and done > 1:
            rate = (done - 1) / elapsed_s
            parts.append(f"{rate:.3g}/s")
            if done < total:
                parts.append(f"{(total - done) / rate:.0f} s left")
        if progress.spent_usd:
            parts.append(f"${progress.spent_usd:.4g}")
        return "  ".join(parts)
