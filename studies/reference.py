"""Writes the reference grid that ships with the package from a finished run of configs/grid.yaml.

python -m studies.reference [--run results/grid] [--folder actloss_cli/reference]
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from actloss_cli.analysis.pairings import analyse
from actloss_cli.reference.measured import COLUMNS, FOLDER, PROVENANCE, TABLE, VERSION
from actloss_cli.store.data import RunData
from actloss_cli.store.reader import read_run
from actloss_cli.store.sessions import read_sessions

_SESSION = ("started", "actloss", "engine_meaning", "git_commit", "python", "libraries", "processor", "cores")
"""Of a session's provenance what says how the numbers came about, and nothing of where."""


def main() -> None:
    """Parses the command line and carries it out."""
    parser = argparse.ArgumentParser(
        "python -m studies.reference", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("results/grid"), help="a finished run (results/grid)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the table goes (the package)")
    arguments = parser.parse_args()
    run = read_run(arguments.run)
    if run.n_missing:
        parser.error(f"{arguments.run} is not finished: {run.n_missing} trials are missing")
    print(write_reference(run, arguments.folder))


def write_reference(run: RunData, folder: Path) -> Path:
    """Writes table and provenance; gives the table's path."""
    table = folder / TABLE.name
    reference_table(analyse(run).pairings).to_csv(table, index=False, float_format="%.4g", lineterminator="\n")
    (folder / PROVENANCE.name).write_text(json.dumps(_provenance(run), indent=2) + "\n", encoding="utf-8")
    return table


def reference_table(pairings: pd.DataFrame) -> pd.DataFrame:
    """The columns that ship, one row per pairing."""
    renamed = pairings.drop(columns="cause").rename(columns={"steps_to_target": "steps", "cause_name": "cause"})
    if "log_loss" not in renamed:
        renamed = renamed.assign(log_loss=float("nan"))
    return renamed[COLUMNS]


def _provenance(run: RunData) -> Mapping[str, Any]:
    sessions: Sequence[Mapping[str, Any]] = read_sessions(Path(run.path))
    return {
        "version": VERSION,
        "config": run.name,
        "n_pairings": len(run.pairings),
        "sessions": [{name: session[name] for name in _SESSION if name in session} for session in sessions],
    }


if __name__ == "__main__":
    main()
