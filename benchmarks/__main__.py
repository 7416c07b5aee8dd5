"""Measures, and writes the page, its figure and the raw numbers.

python -m benchmarks [--quick] [--folder docs] [--jax PYTHON] [--only PART ...]
python -m benchmarks --render        # the page again, from the raw numbers
"""

import argparse
import sys
import time
from pathlib import Path

from actloss_cli.execute.cores import default_workers
from benchmarks.effort import FULL, QUICK
from benchmarks.measured import PARTS, Measured, measure, read_measured, write_measured
from benchmarks.page import write_page

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="minutes instead of most of an hour; not for docs")
    parser.add_argument("--folder", type=Path, default=Path("docs"), help="where performance.md goes (docs)")
    parser.add_argument("--jax", metavar="PYTHON", help="an interpreter that has JAX; else that contender stays out")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure anew (all)")
    parser.add_argument("--workers", type=int, default=default_workers(), help="processes of each contender")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    arguments = parser.parse_args()

    if arguments.quick and arguments.folder.resolve() == DOCS.resolve():
        parser.error("--quick is for a look; name another --folder than docs")
    raw = arguments.folder / "performance" / "measured.json"
    raw.parent.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()

    def keep(measured: Measured, part: str) -> None:
        write_measured(measured, raw)
        print(f"{time.perf_counter() - start:7.0f} s  {part}", file=sys.stderr, flush=True)

    if not arguments.render:
        effort = QUICK if arguments.quick else FULL
        known = read_measured(raw) if raw.exists() else Measured()
        measure(effort, arguments.only, arguments.workers, arguments.jax, known, keep)
    write_page(read_measured(raw), arguments.folder)
    print(arguments.folder / "performance.md")


if __name__ == "__main__":
    main()
