"""All that was measured, part by part, in one session or in several, and its file."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.effort import Effort
from benchmarks.machine import Machine, describe_machine
from benchmarks.measurements.contest import Contest, measure_contest
from benchmarks.measurements.loop_floor import LoopFloor, measure_loop_floor
from benchmarks.measurements.main_grid import MainGrid, measure_main_grid
from benchmarks.measurements.scaling import Scaling, measure_scaling
from benchmarks.measurements.shares import Shares, measure_shares
from benchmarks.measurements.sizes import SizeCell, measure_sizes


@dataclass(frozen=True)
class Measured:
    """Raw numbers; None for what is not there."""

    machines: dict[str, Machine] = field(default_factory=dict)
    """By part: when, on what and of which code it was measured."""
    contest: Contest | None = None
    loop_floor: list[LoopFloor] | None = None
    shares: list[Shares] | None = None
    sizes: list[SizeCell] | None = None
    scaling: Scaling | None = None
    main_grid: MainGrid | None = None


PARTS = ("contest", "loop_floor", "shares", "sizes", "scaling", "main_grid")
"""In the order in which they are measured."""


def measure(
    effort: Effort,
    parts: Collection[str],
    n_workers: int,
    jax_python: str | None,
    measured: Measured,
    keep: Callable[[Measured, str], None],
) -> Measured:
    """Measures the parts one after another, in place of what is there; `keep` gets all after each, with its name."""
    repetitions = effort.repetitions
    ways: dict[str, Callable[[], object]] = {
        "contest": lambda: measure_contest(effort.common, repetitions, effort.sample, n_workers, jax_python),
        "loop_floor": lambda: measure_loop_floor(effort.main, effort.groups, effort.stack_sizes, repetitions),
        "shares": lambda: measure_shares(effort.main, effort.groups, repetitions),
        "sizes": lambda: measure_sizes(
            effort.hidden, effort.depths, effort.batch_sizes, effort.size_repetitions, effort.cell_s
        ),
        "scaling": lambda: measure_scaling(effort.trial_counts, repetitions, effort.one_repetition_from, n_workers),
        "main_grid": lambda: measure_main_grid(
            effort.main, effort.main_repetitions, effort.sample, effort.jax_groups, n_workers, jax_python
        ),
    }
    machine = describe_machine(n_workers, jax_python)
    for part in PARTS:
        if part in parts:
            machines = measured.machines | {part: machine}
            measured = replace(measured, machines=machines, **{part: ways[part]()})  # type: ignore[arg-type]  # each way fits its field
            keep(measured, part)
    return measured


def write_measured(measured: Measured, path: Path) -> None:
    """As JSON."""
    raw = TypeAdapter(Measured).dump_python(measured, mode="json")
    path.write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")


def read_measured(path: Path) -> Measured:
    """What `write_measured` wrote."""
    return TypeAdapter(Measured).validate_json(path.read_bytes())
