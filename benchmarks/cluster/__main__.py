"""Measures runs on Ray against local ones and what the writer stores; writes docs/scaling.md and the raw numbers.

python -m benchmarks.cluster [--config CONFIG] [--set KEY=VALUE] [--only PART ...]
python -m benchmarks.cluster --render        # the page again, from the raw numbers
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from actloss_cli.execute.cores import default_workers
from benchmarks.cluster.commit_rate import measure_commit_rate
from benchmarks.cluster.driver_memory import measure_driver_memory
from benchmarks.cluster.measured import N_ACTIVATIONS, read_measured, write_measured
from benchmarks.cluster.page import page
from benchmarks.cluster.runs import measure_runs, measure_task_cost, measure_whole
from benchmarks.jobs import Work
from benchmarks.machine import describe_machine

PARTS = ("commits", "tasks", "driver", "runs")
WHOLE = "whole"
"""The config uncut takes longer than all other parts, and is measured when it is named."""
CUT = ("optimizer=[adam]",)
"""A fifth of the main grid, its stacks as large as in the whole: with fewer activations or seeds they would be as many,
and cost nearly as much."""
STRETCHES = (20_000, 20_000, 60_000)
"""Trials by which the database grows while commits are timed."""


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.cluster", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", default="configs/grid.yaml", help="what is run (the main grid)")
    parser.add_argument(
        "--set", action="append", dest="changes", metavar="KEY=VALUE", help=f"what is cut for runs ({' '.join(CUT)})"
    )
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where scaling.md goes (docs)")
    parser.add_argument("--database", type=Path, default=Path(), help="a folder on the disk that commits go to (.)")
    parser.add_argument("--cores", type=int, default=default_workers(), help="workers, slots and nodes of each run")
    parser.add_argument(
        "--only", nargs="+", choices=(*PARTS, WHOLE), default=PARTS, help=f"parts; all but {WHOLE} unless said"
    )
    parser.add_argument("--render", action="store_true", help="measure nothing")
    arguments = parser.parse_args()

    work = Work(arguments.config, tuple(arguments.changes or CUT))
    raw = arguments.folder / "scaling" / "measured.json"
    ways: dict[str, Callable[[], dict[str, object]]] = {
        "commits": lambda: {"commits": measure_commit_rate(arguments.config, arguments.database, STRETCHES)},
        "tasks": lambda: {"tasks": measure_task_cost(arguments.cores)},
        "driver": lambda: {"driver": list(measure_driver_memory(arguments.config, N_ACTIVATIONS))},
        "runs": lambda: {"runs": list(measure_runs(work, arguments.cores)), "config": _as_typed(work)},
        "whole": lambda: {
            "whole": list(measure_whole(arguments.config, arguments.cores)),
            "whole_config": arguments.config,
        },
    }
    measured = read_measured(raw)
    machine = describe_machine(arguments.cores, None)
    for part in () if arguments.render else arguments.only:
        machines = measured.machines | {part: machine}
        measured = replace(measured, machines=machines, **ways[part]())  # type: ignore[arg-type]  # each way fits its fields
        write_measured(measured, raw)
    (arguments.folder / "scaling.md").write_text(page(measured), encoding="utf-8")


def _as_typed(work: Work) -> str:
    return " ".join((work.config, *(f"--set {change}" for change in work.changes)))


if __name__ == "__main__":
    main()
