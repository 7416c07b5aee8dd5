"""What the driver of a run on Ray holds in memory, by the size of the plan: all of the run is real but the training.

Each plan has a process of its own, `python -m benchmarks.cluster.driver_memory CONFIG N`. On Linux alone, whose kernel
tells what is resident.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from actloss_cli.api.planning import plan_config
from actloss_cli.config.limits import MAX_TRIALS
from actloss_cli.config.load import load_config
from actloss_cli.execute.cores import default_workers
from actloss_cli.execute.ray_cluster import executor
from actloss_cli.execute.ray_cluster.cluster import LOCAL
from actloss_cli.execute.ray_cluster.crew import ray_crew
from actloss_cli.execute.run import run_plan
from actloss_cli.execute.scheduler import Progress
from benchmarks.cluster.drawn import draw_batch
from benchmarks.cluster.measured import DriverMemory

ROOT = Path(__file__).resolve().parents[2]
STATUS = Path("/proc/self/status")
EARLY, MOST = 10_000, 100_000
"""Trials, of larger plans: after the first whatever is of one size, such as caches, has it; with the second it ends."""


def measure_driver_memory(config: str, sizes: Sequence[int]) -> Iterator[DriverMemory]:
    """For plans of the config with so many activations in place of its own, and one epoch."""
    for n_activations in sizes:
        command = [sys.executable, "-m", "benchmarks.cluster.driver_memory", config, str(n_activations)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        yield DriverMemory(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Carries one plan out, and prints what was measured."""
    print(json.dumps(asdict(_measure(sys.argv[1], int(sys.argv[2])))))


def _measure(config: str, n_activations: int) -> DriverMemory:
    imported = _resident_mb()
    slopes = [k / n_activations for k in range(n_activations)]
    activation = f"activation=[{{name: leaky_relu, negative_slope: {slopes}}}]"
    loaded = load_config(config, [activation, "training.epochs=1"])
    memory: dict[str, float] = {}
    stops: list[Callable[[], None]] = []
    counted, begun, ended = Progress(0, None, 0, 0, 0, "", False), 0.0, 0.0

    def watch(progress: Progress) -> None:
        nonlocal counted, begun, ended
        if progress.n_total is None:
            return
        if counted.n_total is None:
            counted, begun = progress, time.perf_counter()
        ended = time.perf_counter()
        name = "early" if progress.n_fresh < EARLY else "late"
        memory[name] = max(memory.get(name, 0.0), _resident_mb())
        if progress.n_fresh >= MOST:
            stops[0]()

    with ray_crew(LOCAL, default_workers(), "cpu", None) as crew, patch.object(executor, "train_batch", draw_batch):
        plan = plan_config(loaded, MAX_TRIALS)
        crew.muster()
        planned = _resident_mb()
        with TemporaryDirectory(dir=Path()) as folder:
            session = run_plan(plan, "", Path(folder) / "run", "", crew=crew, watch=watch, on_start=stops.append)
    if session.progress.n_crashed or counted.n_total is None:
        raise RuntimeError(f"{n_activations} activations: {session.progress}")
    return DriverMemory(
        n_pairings=len(plan.pairings),
        n_trials=counted.n_total,
        n_taken_in=session.progress.n_fresh,
        imported_mb=imported,
        planned_mb=planned,
        early_mb=memory["early"],
        late_mb=memory.get("late", memory["early"]),
        seconds=ended - begun,
    )


def _resident_mb() -> float:
    """Without what is shared with Ray's object store."""
    fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssFile")) / 1024


if __name__ == "__main__":
    main()
