"""A grid that is trained over and over while faults happen to it; what was committed is remembered and looked for."""

import random
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from studies.sessions import Rows, count_trials, running, stored, wait_for, without_times, workers, write_grid

COMMAND = ("run", "grid.yaml", "--results", "r")


class NotSurvivedError(AssertionError):
    """A fault did harm."""


def demand(holds: object, what: str) -> None:
    """Raises with what does not hold."""
    if not holds:
        raise NotSurvivedError(what)


@dataclass
class Bench:
    """A grid that is trained over and over, with faults on the way; all that was committed is remembered."""

    place: Path
    draw: random.Random
    whole: Rows = field(default_factory=dict)
    """What an undisturbed run stored."""
    kept: Rows = field(default_factory=dict)
    n_finished: int = 0
    """Times that the grid was finished, to the same numbers."""
    n_damaged: int = 0
    """Trials that damage to the file itself had hit; they were named, and trained again."""

    @property
    def folder(self) -> Path:
        """The run's."""
        return self.place / "r" / "grid"

    @property
    def database(self) -> Path:
        """The run's."""
        return self.folder / "results.sqlite"

    def begin(self) -> None:
        """Trains the grid undisturbed, and begins anew."""
        write_grid(self.place)
        self.end()
        self.whole = stored(self.folder)
        self.anew()

    def anew(self) -> None:
        """An empty folder of results."""
        shutil.rmtree(self.place / "r", ignore_errors=True)
        self.kept = {}

    def end(self, *options: object) -> None:
        """Trains what is missing."""
        with running(*COMMAND, *options, cwd=self.place) as process:
            self.ends_well(process)

    def ends_well(self, process: subprocess.Popen[str]) -> None:
        """Waits for a run that has nothing to complain of."""
        _, said = process.communicate(timeout=600)
        demand(process.returncode == 0, f"exit code {process.returncode}: {said}")

    def look(self) -> int:
        """Committed trials that are lost or altered since the last look; a finished grid is compared and begun anew."""
        found = stored(self.folder)
        n_lost = sum(found.get(trial) != row for trial, row in self.kept.items())
        self.kept = found
        own = {trial: row for trial, row in found.items() if trial in self.whole}
        if len(own) == len(self.whole):
            same = without_times(own) == without_times(self.whole)
            demand(same, "the finished grid has other numbers than an undisturbed run's")
            self.n_finished += 1
            self.anew()
        return n_lost

    def begun(self, process: subprocess.Popen[str]) -> None:
        """Waits until the run trains, and for a random moment more."""
        n_before = count_trials(self.folder)
        wait_for(lambda: workers(process.pid) or count_trials(self.folder) > n_before or process.poll() is not None)
        time.sleep(self.draw.uniform(0, 0.5))
