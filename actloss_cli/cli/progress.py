"""Shows a run's progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from types import TracebackType

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from actloss_cli.cli.console import stderr
from actloss_cli.execute.scheduler import Progress as Counts

SECONDS_BETWEEN_LINES = 15.0


class ProgressView:
    """Trials done of total, trials per second, time left, diverged so far."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._start = self._last_line = time.monotonic()
        self._bar = Progress(
            BarColumn(bar_width=None),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f} trials", markup=False),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[diverged]}", markup=False),
            console=stderr(),
            transient=True,
            disable=not self._is_terminal,
        )
        self._task = self._bar.add_task("", total=0, rate="", diverged="")

    def __enter__(self) -> "ProgressView":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def update(self, counts: Counts) -> None:
        """Takes the newest counts."""
        now = time.monotonic()
        rate = counts.n_fresh / max(now - self._start, 1e-9)
        diverged = f"{counts.n_diverged:,} diverged" + (f", {counts.n_crashed:,} crashed" if counts.n_crashed else "")
        if self._is_terminal:
            self._bar.update(
                self._task, completed=counts.n_done, total=counts.n_total, rate=f"{rate:,.0f}/s", diverged=diverged
            )
        elif now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            left = f"about {(counts.n_total - counts.n_done) / rate:,.0f} s left, " if rate else ""
            stderr().print(f"{counts.n_done:,} of {counts.n_total:,} trials, {rate:,.0f}/s, {left}{diverged}")
