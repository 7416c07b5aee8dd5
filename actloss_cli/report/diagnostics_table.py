"""How a pairing's final trials trained, in a terminal: diagnostics epoch by epoch, medians over seeds."""

from rich import box
from rich.console import Console
from rich.table import Table

from actloss_cli.report.frame_rows import row_at
from actloss_cli.report.pairing_facts import diagnostics
from actloss_cli.report.terminal_text import say, shown
from actloss_cli.store.data import RunData


def print_diagnostics(console: Console, run: RunData, pairing_id: str) -> None:
    """Prints nothing where none are stored."""
    trials = run.trials[(run.trials["pairing_id"] == pairing_id) & (run.trials["phase"] == "final")]
    points = [run.diagnostics[str(trial)] for trial in trials.index if str(trial) in run.diagnostics]
    if not points:
        return
    facts = row_at(run.tasks, row_at(run.pairings, pairing_id)["task"])
    header, rows = diagnostics(points, int(facts["epochs"]), int(facts["hidden"]))
    say(console, "diagnostics after so many epochs, medians over final seeds")
    table = Table(*header, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(shown(console, cell) for cell in row))
    console.print(table)
    console.print()
