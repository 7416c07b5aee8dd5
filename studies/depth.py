"""Measures gradients in deep networks before the first step, and writes them beside theory into docs/theory.

python -m studies.depth [--folder docs/theory] [--workers N]
"""

import argparse
from pathlib import Path

from actloss_cli.execute.cores import default_workers
from studies.depth_measured import NARROW, WIDE, Networks, run_depths
from studies.depth_page import write_page

NETWORKS = (
    Networks(NARROW, depths=(1, 2, 3, 4, 6, 8, 10, 12, 14, 16), n_seeds=10),
    Networks(WIDE, depths=(2, 4, 8, 16), n_seeds=4),
)


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m studies.depth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path("docs/theory"), help="where all goes (docs/theory)")
    parser.add_argument("--workers", type=int, default=default_workers(), help="processes (one per core)")
    arguments = parser.parse_args()
    write_page(run_depths(NETWORKS, arguments.workers), arguments.folder)
    print(arguments.folder / "depth.md")


if __name__ == "__main__":
    main()
