"""What it costs that every stack is safe on the disk before the next is stored: the writer's share of a run."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actloss_cli.cli.options import default_workers
from actloss_cli.config.expansion import expand
from actloss_cli.config.load import load_config
from actloss_cli.config.yaml_writer import dump_yaml
from actloss_cli.execute.processes import prepare_workers
from actloss_cli.execute.run import run_plan
from actloss_cli.plan.plan import make_plan
from actloss_cli.store.writer import StoreWriter

CHANGES = ("seeds.final=5",)
"""To the main grid, so that it takes a minute or two."""
_METHODS = ("commit", "flush", "put_in_force")


@dataclass(frozen=True)
class Durability:
    """Seconds of one run."""

    n_trials: int
    n_commits: int
    storing_s: float
    """In transactions: packing, checksums, writing, and waiting for the disk."""
    elapsed_s: float

    @property
    def share(self) -> float:
        """Of the run; an upper end, since workers train meanwhile."""
        return self.storing_s / self.elapsed_s


def measure_durability() -> Durability:
    """Trains a part of the main grid and times its writer."""
    spent = dict.fromkeys(_METHODS, 0.0)
    calls = dict.fromkeys(_METHODS, 0)
    plain = {name: getattr(StoreWriter, name) for name in _METHODS}

    def timed(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            start = time.perf_counter()
            try:
                return plain[name](*arguments)
            finally:
                spent[name] += time.perf_counter() - start
                calls[name] += 1

        return call

    prepare_workers()
    loaded = load_config("grid", CHANGES)
    plan = make_plan(expand(loaded), loaded.thresholds)
    for name in _METHODS:
        setattr(StoreWriter, name, timed(name))
    try:
        with tempfile.TemporaryDirectory() as place:
            session = run_plan(
                plan,
                dump_yaml(loaded.resolved()),
                Path(place) / loaded.name,
                "durability",
                n_workers=default_workers(),
                device="cpu",
                timeout_s=None,
                watch=lambda _: None,
                on_start=lambda _: None,
            )
    finally:
        for name, method in plain.items():
            setattr(StoreWriter, name, method)
    return Durability(session.progress.n_fresh, calls["commit"], sum(spent.values()), session.elapsed_s)
