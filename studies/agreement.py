"""Runs the main grid and the configs of this study, and writes how predicted and measured verdicts agree.

python -m studies.agreement [--results results] [--folder docs/theory] [--workers N]
"""

import argparse
import subprocess
import sys
from pathlib import Path

from actloss_cli.analysis.pairings import analyse
from actloss_cli.execute.cores import default_workers
from actloss_cli.store.provenance import describe_session
from actloss_cli.store.reader import read_run
from studies.agreement_page import GRID, HELD_OUT, LONGER, SETTING, Judged, write_page

HERE = Path(__file__).resolve().parent
CONFIGS = {
    GRID: HERE.parent / "configs" / "grid.yaml",
    HELD_OUT: HERE / "theory_held_out.yaml",
    SETTING: HERE / "theory_setting.yaml",
    LONGER: HERE / "theory_longer.yaml",
}


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m studies.agreement", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=Path("results"), help="where runs are kept (results)")
    parser.add_argument(
        "--folder", type=Path, default=Path("docs/theory"), help="where agreement.md goes (docs/theory)"
    )
    parser.add_argument("--workers", type=int, default=default_workers(), help="processes (one per core)")
    arguments = parser.parse_args()
    judged = [judge(name, config, arguments.results, arguments.workers) for name, config in CONFIGS.items()]
    write_page(judged, describe_session("cpu", arguments.workers), arguments.folder)
    print(arguments.folder / "agreement.md")


def judge(name: str, config: Path, results: Path, n_workers: int) -> Judged:
    """Trains what is missing of the config below `results`, as a user would; raises if that fails."""
    command = [sys.executable, "-m", "actloss_cli", "run", str(config), "--results", str(results)]
    subprocess.run([*command, "--workers", str(n_workers)], check=True)
    run = read_run(results / config.stem)
    return Judged(name, run, analyse(run).pairings)


if __name__ == "__main__":
    main()
