"""Simulates, and writes docs/statistics.md with its figure.

python -m studies [--quick] [--folder docs] [--workers N]
"""

import argparse
import sys
import time
from pathlib import Path

from actloss_cli.execute.cores import default_workers
from actloss_cli.store.provenance import describe_session
from studies.cases import real_cases, simulated_cases
from studies.disjoint import measure_disjoint
from studies.effort import FULL, QUICK
from studies.page import write_page
from studies.rates import measure_rates
from studies.real_scores import run_real

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m studies", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a minute instead of many; not for docs")
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where statistics.md goes (docs)")
    parser.add_argument("--workers", type=int, default=default_workers(), help="processes (one per core)")
    arguments = parser.parse_args()
    if arguments.quick and arguments.folder.resolve() == DOCS.resolve():
        parser.error("--quick is for a look; name another --folder than docs")

    effort = QUICK if arguments.quick else FULL
    session = describe_session("cpu", arguments.workers)
    start = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - start:7.0f} s  {what}", file=sys.stderr, flush=True)

    tasks = run_real(effort.real_changes, arguments.workers)
    say("trained the real scores")
    cases = [*simulated_cases(), *real_cases(tasks)]
    rates = measure_rates(
        cases, effort.repetitions, arguments.workers, lambda done: say(f"{done} of {len(cases)} cases")
    )
    rates.append(measure_disjoint(tasks, effort.disjoint))
    write_page(rates, tasks, session, arguments.folder)
    print(arguments.folder / "statistics.md")


if __name__ == "__main__":
    main()
