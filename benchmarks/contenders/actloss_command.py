"""`actloss run` as a user types it: a process from start to end, its workers and its store included."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from actloss_cli.store.data import RunData
from actloss_cli.store.folder import runs_in
from actloss_cli.store.reader import read_run
from benchmarks.contenders.timed import Timed
from benchmarks.jobs import Work

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = Path(__file__).with_name("launcher.py")
KB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1.0
"""macOS counts the peak memory of a process in bytes."""


@dataclass(frozen=True)
class Launched:
    """What a command took."""

    seconds: float
    largest_mb: float
    """Peak memory of the largest of its processes."""


@dataclass(frozen=True)
class CommandRun:
    """One run of the command."""

    timed: Timed
    busy_s: float
    """That workers spent training, summed over them."""
    largest_mb: float
    """Peak memory of the largest process, the command or a worker."""


@contextmanager
def finished_run(work: Work, n_workers: int) -> Iterator[tuple[CommandRun, Path]]:
    """Runs it into a new folder, which lasts as long as the context; raises unless it trained all that it asked for."""
    with TemporaryDirectory() as results:
        launched = run_command(work, n_workers, results)
        (folder,) = runs_in(Path(results))
        run = read_run(folder)
        check_complete(run)
        tasks = run.tasks.loc[run.pairings.loc[run.trials["pairing_id"], "task"]]
        model_steps = int((tasks["epochs"] * tasks["steps_per_epoch"]).sum())
        timed = Timed(launched.seconds, len(run.trials), model_steps)
        yield CommandRun(timed, float(run.trials["elapsed_s"].sum()), launched.largest_mb), folder


def check_complete(run: RunData) -> None:
    """Raises where a trial is missing or was not trained to its end: time that it did not take counts for nobody."""
    counts = run.trials["status"].value_counts()
    bad = [f"{n} {status}" for status, n in counts.items() if status not in {"done", "diverged"}]
    bad += [f"{run.n_missing} missing"] if run.n_missing else []
    if bad:
        raise RuntimeError(f"{run.name}: of {len(run.trials) + run.n_missing} trials {', '.join(bad)}")


def run_command(work: Work, n_workers: int, results: str) -> Launched:
    """`actloss run` into that folder; raises if it fails."""
    command = [sys.executable, "-m", "actloss_cli", "run", work.config, "--results", results]
    command += ["--workers", str(n_workers), *(part for change in work.changes for part in ("--set", change))]
    return launch(command)


def launch(command: Sequence[str]) -> Launched:
    """Runs a command from the repository's top, its program given by a path; raises if it fails."""
    launcher = [sys.executable, "-S", "-E", str(LAUNCHER), *command]
    answer = subprocess.run(launcher, cwd=ROOT, capture_output=True, text=True, errors="replace", check=True)
    found = json.loads(answer.stdout)
    if found["exit"]:
        raise RuntimeError(f"{' '.join(command)} failed:\n{answer.stderr}")
    return Launched(found["seconds"], found["max_rss"] * KB_PER_UNIT / 1024)
