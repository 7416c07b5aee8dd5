"""How long `actloss report` takes, and how much memory, on a finished run: all of it or the terminal, first and again.

python -m benchmarks.report [RUN] [--repetitions N]

RUN is a folder such as `actloss run` leaves; where it has no results, configs/grid.yaml is trained there first. It is
copied, so that its own report stays as it is.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from actloss_cli.store.schema import DATABASE

CONFIG = Path(__file__).resolve().parent.parent / "configs" / "grid.yaml"
BARS_S = {
    "the terminal alone, first": 3.0,
    "everything, anew": 20.0,
    "everything, unchanged": None,
    "the terminal alone, again": 3.0,
}
"""Most seconds of wall time that each may take on 2,500 pairings and 60,000 trials; None where none is set."""
MEMORY_BAR_GB = 1.0


@dataclass(frozen=True)
class Cost:
    """Of one process, from its start to its end."""

    wall_s: float
    cpu_s: float
    memory_gb: float
    """The most that it held at once."""


def measure(command: Sequence[str]) -> Cost:
    """Runs it, with its output thrown away; raises `subprocess.CalledProcessError` where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)  # which alone tells what one child used
    wall_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Cost(wall_s, used.ru_utime + used.ru_stime, kilobytes * 1024 / 1e9)


def report_costs(run: Path, n: int) -> Iterator[tuple[str, Cost]]:
    """Each job with its medians over n repetitions, which take turns, so that a busy moment strikes all alike."""
    report = [sys.executable, "-m", "actloss_cli", "report", str(run)]
    costs: dict[str, list[Cost]] = {job: [] for job in BARS_S}
    for _ in range(n):
        shutil.rmtree(run / "report", ignore_errors=True)
        printing = [*report, "--no-files"]  # which judges the run where no report was left
        for job, command in zip(BARS_S, (printing, report, report, printing), strict=True):
            costs[job].append(measure(command))
    for job, found in costs.items():
        yield (
            job,
            Cost(*(median(getattr(one, name) for one in found) for name in ("wall_s", "cpu_s", "memory_gb"))),
        )


def main() -> None:
    """Parses the command line and prints a table."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, nargs="?", default=Path("results/grid"), help="a run's folder (results/grid)")
    parser.add_argument("--repetitions", type=int, default=3, help="of each job (3)")
    arguments = parser.parse_args()

    if not (arguments.run / DATABASE).exists():
        train = ["run", str(CONFIG), "--results", str(arguments.run.parent), "--set", f"name={arguments.run.name}"]
        subprocess.run([sys.executable, "-m", "actloss_cli", *train], check=True)
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / arguments.run.resolve().name
        shutil.copytree(arguments.run, run, ignore=shutil.ignore_patterns("report"))
        print(f"{arguments.run}: {_size(run)}; medians of {arguments.repetitions}")
        print(f"{'':27}{'wall s':>8}{'bar':>6}{'CPU s':>8}{'GB':>7}{'bar':>6}")
        for job, cost in report_costs(run, arguments.repetitions):
            bar = f"{limit:g}" if (limit := BARS_S[job]) else ""
            print(f"{job:27}{cost.wall_s:8.1f}{bar:>6}{cost.cpu_s:8.1f}{cost.memory_gb:7.2f}{MEMORY_BAR_GB:6g}")


def _size(run: Path) -> str:
    with closing(sqlite3.connect(f"{(run / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as db:
        n_pairings, n_trials = (db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("pairings", "trials"))
    return f"{n_pairings:,} pairings, {n_trials:,} trials"


if __name__ == "__main__":
    main()
