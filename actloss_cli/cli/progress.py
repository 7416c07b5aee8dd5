"""Shows a run's progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from types import TracebackType

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from actloss_cli.cli.console import stderr
from actloss_cli.execute.scheduler import Progress as Counts

SECONDS_BETWEEN_LINES = 15.0
REFRESHES_PER_SECOND = 3
"""Drawing the bar takes time from the workers, who have all cores."""


class ProgressView:
    """Trials done of total, trials per second, time left, diverged so far."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._start = self._last_line = time.monotonic()
        self._bar = Progress(
            BarColumn(bar_width=None),
            TextColumn("{task.fields[count]}", markup=False),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[diverged]}", markup=False),
            console=stderr(),
            transient=True,
            disable=not self._is_terminal,
            refresh_per_second=REFRESHES_PER_SECOND,
        )
        self._task = self._bar.add_task("", total=None, count="", rate="", diverged="")

    def __enter__(self) -> "ProgressView":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def update(self, counts: Counts) -> None:
        """Takes the newest counts."""
        if counts.n_total is None:
            self._bar.update(self._task, count=f"{counts.n_done:,} trials are there, counting")
            return
        now = time.monotonic()
        rate = counts.n_fresh / max(now - self._start, 1e-9)
        diverged = f"{counts.n_diverged:,} diverged" + (f", {counts.n_crashed:,} crashed" if counts.n_crashed else "")
        if self._is_terminal:
            self._bar.update(
                self._task,
                completed=counts.n_done,
                total=counts.n_total,
                count=f"{counts.n_done:,}/{counts.n_total:,} trials",
                rate=f"{rate:,.0f}/s",
                diverged=diverged,
            )
        elif now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            left = f"about {(counts.n_total - counts.n_done) / rate:,.0f} s left, " if rate else ""
            stderr().print(f"{counts.n_done:,} of {counts.n_total:,} trials, {rate:,.0f}/s, {left}{diverged}")
