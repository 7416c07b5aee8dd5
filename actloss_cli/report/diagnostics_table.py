"""How a pairing's final trials trained, in a terminal: diagnostics epoch by epoch, medians over seeds."""

import warnings

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from actloss_cli.engine.diagnostic_names import diagnostic_epochs, diagnostic_names
from actloss_cli.report.frame_rows import row_at
from actloss_cli.report.number_format import format_metric
from actloss_cli.report.terminal_text import say, shown
from actloss_cli.store.data import RunData


def print_diagnostics(console: Console, run: RunData, pairing_id: str) -> None:
    """Prints nothing where none are stored."""
    trials = run.trials[(run.trials["pairing_id"] == pairing_id) & (run.trials["phase"] == "final")]
    points = [run.diagnostics[str(trial)] for trial in trials.index if str(trial) in run.diagnostics]
    if not points:
        return
    facts = row_at(run.tasks, row_at(run.pairings, pairing_id)["task"])
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # no seed has the first step's change
        median = np.nanmedian(np.stack(points), axis=0)  # (K, M)
    epochs = diagnostic_epochs(int(facts["epochs"]))
    say(console, "diagnostics after so many epochs, medians over final seeds")
    table = Table("", *map(str, epochs), box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    for name, values in zip(diagnostic_names(int(facts["hidden"])), median.T, strict=True):
        table.add_row(*(shown(console, cell) for cell in (name, *map(_short, values))))
    console.print(table)
    console.print()


def _short(value: float) -> str:
    return format_metric(float(f"{value:.3g}"))
