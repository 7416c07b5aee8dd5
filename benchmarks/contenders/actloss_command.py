"""`actloss run` as a user types it: a process from start to end, its workers and its store included."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from actloss_cli.store.folder import runs_in
from actloss_cli.store.reader import read_run
from benchmarks.jobs import Work

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class CommandRun:
    """One run of the command."""

    seconds: float
    n_trials: int
    model_steps: int
    busy_s: float
    """That workers spent training, summed over them."""
    largest_mb: float
    """Peak memory of the largest process, the command or a worker."""

    @property
    def us_per_step(self) -> float:
        """Microseconds per model-step, all workers together."""
        return self.seconds / self.model_steps * 1e6


@contextmanager
def finished_run(work: Work, n_workers: int) -> Iterator[tuple[CommandRun, Path]]:
    """Runs it into a new folder, which lasts as long as the context."""
    with TemporaryDirectory() as results:
        seconds, largest_mb = time_command(work, n_workers, results)
        (folder,) = runs_in(Path(results))
        run = read_run(folder)
        tasks = run.tasks.loc[run.pairings.loc[run.trials["pairing_id"], "task"]]
        command_run = CommandRun(
            seconds=seconds,
            n_trials=len(run.trials),
            model_steps=int((tasks["epochs"] * tasks["steps_per_epoch"]).sum()),
            busy_s=float(run.trials["elapsed_s"].sum()),
            largest_mb=largest_mb,
        )
        yield command_run, folder


def time_command(work: Work, n_workers: int, results: str) -> tuple[float, float]:
    """Seconds and peak MB of `actloss run` into that folder; raises if it fails."""
    command = [sys.executable, "-m", "actloss_cli", "run", work.config, "--results", results]
    command += ["--workers", str(n_workers), *(part for change in work.changes for part in ("--set", change))]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)  # the usage of this child and of those that it waited for
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{said.decode(errors='replace')}")
    return seconds, usage.ru_maxrss / 1024
