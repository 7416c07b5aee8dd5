"""What it costs that every stack is safe on the disk before the next is stored: runs that wait and that don't.

A run's time hangs on whatever else the machine does; the time that its writer spends, much less. Both are measured.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.execute.cores import default_workers
from actloss_cli.execute.local import LocalCrew
from actloss_cli.execute.processes import prepare_workers
from actloss_cli.execute.run import run_plan
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.writer import StoreWriter

CHANGES = ("activation=relu", "seeds.tune=1", "seeds.final=2")
"""To the main grid, so that it takes some seconds."""
N_PAIRS = 3
_METHODS = ("commit", "flush", "put_in_force")


@dataclass(frozen=True)
class Timing:
    """Seconds of one run."""

    n_trials: int
    n_commits: int
    storing_s: float
    """In transactions: packing, checksums, writing, and waiting for the disk."""
    elapsed_s: float

    @property
    def share(self) -> float:
        """Of the run that is spent storing; workers train meanwhile."""
        return self.storing_s / self.elapsed_s


@dataclass(frozen=True)
class Durability:
    """Pairs of the same run: one that waits for the disk (`synchronous=FULL`), one that doesn't (`OFF`)."""

    pairs: tuple[tuple[Timing, Timing], ...]

    @property
    def share(self) -> float:
        """Of the runs that wait, what they spend storing; the median."""
        return median(safe.share for safe, _ in self.pairs)

    @property
    def waiting(self) -> float:
        """Of those runs, what they spend storing beyond the others; the median over pairs."""
        return median((safe.storing_s - loose.storing_s) / safe.elapsed_s for safe, loose in self.pairs)

    @property
    def ratios(self) -> list[float]:
        """Time of the run that waits by that of the other, for each pair, in order of size."""
        return sorted(safe.elapsed_s / loose.elapsed_s for safe, loose in self.pairs)


def measure_durability(n_pairs: int = N_PAIRS, config: str = "grid", changes: tuple[str, ...] = CHANGES) -> Durability:
    """Trains the same part of a grid again and again; which of a pair comes first alternates."""
    prepare_workers()
    time_run(config, changes, "FULL")  # Whatever is slow the first time.
    pairs = []
    for turn in range(n_pairs):
        order = ("FULL", "OFF") if turn % 2 == 0 else ("OFF", "FULL")
        timings = {synchronous: time_run(config, changes, synchronous) for synchronous in order}
        pairs.append((timings["FULL"], timings["OFF"]))
    return Durability(tuple(pairs))


def time_run(config: str, changes: tuple[str, ...], synchronous: str) -> Timing:
    """One run into a new folder, under that setting of SQLite's."""
    loaded = load_config(config, changes)
    plan = make_plan(expand(loaded), loaded.thresholds)
    with tempfile.TemporaryDirectory() as place, timed_writer(synchronous) as spent:
        session = run_plan(
            plan,
            dump_yaml(loaded.resolved()),
            Path(place) / loaded.name,
            "durability",
            crew=LocalCrew(default_workers(), "cpu"),
            watch=lambda _: None,
            on_start=lambda _: None,
        )
    return Timing(
        session.progress.n_fresh, len(spent["commit"]), sum(sum(calls) for calls in spent.values()), session.elapsed_s
    )


@contextmanager
def timed_writer(synchronous: str) -> Iterator[dict[str, list[float]]]:
    """While it lasts writers have that setting; gives the seconds of each call, by method."""
    spent: dict[str, list[float]] = {name: [] for name in _METHODS}
    plain = {name: getattr(StoreWriter, name) for name in ("__enter__", *_METHODS)}

    def timed(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            start = time.perf_counter()
            try:
                return plain[name](*arguments)
            finally:
                spent[name].append(time.perf_counter() - start)

        return call

    def enter(store: StoreWriter) -> StoreWriter:
        store._connection.execute(f"PRAGMA synchronous = {synchronous}")
        return store

    for name in _METHODS:
        setattr(StoreWriter, name, timed(name))
    StoreWriter.__enter__ = enter  # type: ignore[method-assign]  # put back below
    try:
        yield spent
    finally:
        for name, method in plain.items():
            setattr(StoreWriter, name, method)
