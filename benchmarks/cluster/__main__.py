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
from benchmarks.cluster.measured import read_measured, write_measured
from benchmarks.cluster.page import page
from benchmarks.cluster.runs import measure_runs, measure_task_cost
from benchmarks.jobs import Work
from benchmarks.machine import describe_machine

STRETCHES = (20_000, 20_000, 60_000)
"""Trials by which the database grows while commits are timed."""


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.cluster", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", default="configs/grid.yaml", help="what is run (the main grid)")
    parser.add_argument("--set", action="append", default=[], dest="changes", metavar="KEY=VALUE")
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where scaling.md goes (docs)")
    parser.add_argument("--database", type=Path, default=Path(), help="a folder on the disk that commits go to (.)")
    parser.add_argument("--cores", type=int, default=default_workers(), help="workers, slots and nodes of each run")
    parser.add_argument("--only", nargs="+", choices=("commits", "tasks", "runs"), default=("commits", "tasks", "runs"))
    parser.add_argument("--render", action="store_true", help="measure nothing")
    arguments = parser.parse_args()

    work = Work(arguments.config, tuple(arguments.changes))
    raw = arguments.folder / "scaling" / "measured.json"
    ways: dict[str, Callable[[], object]] = {
        "commits": lambda: measure_commit_rate(arguments.config, arguments.database, STRETCHES),
        "tasks": lambda: measure_task_cost(arguments.cores),
        "runs": lambda: list(measure_runs(work, arguments.cores)),
    }
    measured = replace(read_measured(raw), config=" ".join((arguments.config, *arguments.changes)))
    machine = describe_machine(arguments.cores, None)
    for part in () if arguments.render else arguments.only:
        machines = measured.machines | {part: machine}
        measured = replace(measured, machines=machines, **{part: ways[part]()})  # type: ignore[arg-type]  # each way fits its field
        write_measured(measured, raw)
    (arguments.folder / "scaling.md").write_text(page(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
