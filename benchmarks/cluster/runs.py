"""The same config on local workers and on Ray, whole commands, one after another; and what a task of Ray costs."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import ray

from actloss_cli.execute.ray_cluster.cluster import LOCAL
from actloss_cli.execute.ray_cluster.crew import ray_crew
from actloss_cli.execute.ray_cluster.executor import AHEAD
from actloss_cli.store.folder import runs_in
from actloss_cli.store.reader import read_run
from benchmarks.cluster.measured import GridRun, TaskCost
from benchmarks.contenders.actloss_command import check_complete
from benchmarks.jobs import Work
from studies.nodes import QUIET, cluster_of

ROOT = Path(__file__).resolve().parents[2]
N_TASKS = 300


def measure_runs(work: Work, n_cores: int) -> Iterator[GridRun]:
    """Local workers and Ray on this machine alone; a head and a node for each core; the first two on one core."""
    first: list[pd.DataFrame] = []
    yield from _side_by_side(work, n_cores, first)
    with cluster_of(n_cores) as nodes:
        who = f"Ray, a head and {n_cores} nodes of one core"
        yield _run(work, who, n_cores, ("--executor", "ray", "--address", nodes.address), first)
    if n_cores > 1:
        yield from _side_by_side(work, 1, first)


def measure_whole(config: str, n_cores: int) -> Iterator[GridRun]:
    """All of the config, on local workers and on Ray."""
    yield from _side_by_side(Work(config), n_cores, [])


def measure_task_cost(n_slots: int) -> TaskCost:
    """Of tasks with a batch's options."""
    with ray_crew(LOCAL, n_slots, "cpu", None) as crew:
        crew.muster()
        task = ray.remote(max_retries=0, **crew.cluster.demand)(_nothing)
        ray.get([task.remote(number) for number in range(AHEAD * n_slots)])
        start = time.perf_counter()
        for number in range(N_TASKS):
            ray.get(task.remote(number))
        alone_s = time.perf_counter() - start
        start = time.perf_counter()
        flight = [task.remote(number) for number in range(AHEAD * n_slots)]
        for number in range(N_TASKS):
            ended, flight = ray.wait(flight)
            ray.get(ended)
            flight.append(task.remote(number))
        together_s = time.perf_counter() - start
    return TaskCost(alone_s / N_TASKS * 1e3, together_s / N_TASKS * 1e3)


def _nothing(number: int) -> int:
    return number


def _side_by_side(work: Work, n_cores: int, first: list[pd.DataFrame]) -> Iterator[GridRun]:
    workers = ("--workers", str(n_cores))
    yield _run(work, f"local, {n_cores} {'worker' if n_cores == 1 else 'workers'}", n_cores, workers, first)
    slots = f"{n_cores} {'slot' if n_cores == 1 else 'slots'}"
    yield _run(work, f"Ray on this machine, {slots}", n_cores, (*workers, "--executor", "ray"), first)


def _run(work: Work, who: str, n_cores: int, options: Sequence[str], first: list[pd.DataFrame]) -> GridRun:
    """Raises unless it trained all that the config asks for."""
    changes = [part for change in work.changes for part in ("--set", change)]
    with TemporaryDirectory() as results:
        command = [sys.executable, "-m", "actloss_cli", "run", work.config, *changes, "--results", results, *options]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=os.environ | QUIET, capture_output=True, text=True, check=False)
        command_s = time.perf_counter() - start
        said = re.search(r"trained now in ([0-9,.]+) s", " ".join(done.stderr.split()))
        if done.returncode or not said:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        (folder,) = runs_in(Path(results))
        run = read_run(folder)
        check_complete(run)
        trials = run.trials.drop(columns="elapsed_s")
        first.append(trials)
        session_s = float(said[1].replace(",", ""))
        busy_s = float(run.trials["elapsed_s"].sum())
        return GridRun(who, n_cores, command_s, session_s, busy_s, len(trials), trials.equals(first[0]))
