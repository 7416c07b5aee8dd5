"""One pairing whole in a terminal: its verdict and numbers, every metric, seed and learning rate, its curve."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actloss_cli.analysis.explanations import BETWEEN_NOTICES
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.agreement_table import prediction_sentence
from actloss_cli.report.curve_data import final_curves
from actloss_cli.report.diagnostics_table import print_diagnostics
from actloss_cli.report.findings import unfinished
from actloss_cli.report.frame_rows import row_at
from actloss_cli.report.number_format import format_score
from actloss_cli.report.pairing_facts import FINAL_HEADER, TUNING_HEADER, finals, judgements, metrics, numbers, tuning
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.sparkline import sparkline
from actloss_cli.report.terminal_text import is_ascii, say, shown, verdict_text
from actloss_cli.report.verdict_style import style_of
from actloss_cli.store.data import RunData

_TEXT_WIDTH = 100


def render_pairing(console: Console, run: RunData, analysis: Analysis, pairing_id: str) -> None:
    """Prints all that is known of one pairing."""
    row = row_at(analysis.pairings, pairing_id)
    trials = run.trials[run.trials["pairing_id"] == pairing_id]
    if label := unfinished(run.facts):
        say(console, shown(console, label, "bold reverse"))
    say(console, shown(console, f"{row['task']}: ", "bold"), shown(console, pairing_label(row), "bold"))
    say(console, verdict_text(console, row["verdict"]), ": ", shown(console, row["reason"]))
    say(console, Text(style_of(row["verdict"]).meaning, "dim"))
    _print_explanation(console, row)
    console.print()
    if len(trials):
        _print_judgements(console, row)
        _print_numbers(console, row)
        _print_metrics(console, row)
        _print_trials(console, trials, row, float(row_at(run.tasks, row["task"])["floor"]))
        print_diagnostics(console, run, pairing_id)
        _print_curves(console, run, analysis, pairing_id)


def pairing_text(run: RunData, analysis: Analysis, pairing_id: str) -> str:
    """The same as plain text, as wide as a notebook shows it."""
    file = io.StringIO()
    # In a notebook Rich would write into its output by itself, and in colours.
    console = Console(file=file, width=_TEXT_WIDTH, highlight=False, color_system=None, force_jupyter=False)
    render_pairing(console, run, analysis, pairing_id)
    return file.getvalue()


def _print_explanation(console: Console, row: pd.Series) -> None:
    say(console, shown(console, "predicted: ", "bold"), shown(console, prediction_sentence(row)))
    if row["cause"]:
        say(console, shown(console, "because: ", "bold"), shown(console, row["cause"]))
    for notice in filter(None, row["notices"].split(BETWEEN_NOTICES)):
        say(console, shown(console, "notice: ", "bold"), shown(console, notice))


def _print_judgements(console: Console, row: pd.Series) -> None:
    if rows := judgements(row):
        _print_table(console, Table("judgement", "", ""), rows)


def _print_numbers(console: Console, row: pd.Series) -> None:
    _print_table(console, Table("", "", show_header=False), list(numbers(row).items()))


def _print_metrics(console: Console, row: pd.Series) -> None:
    _print_table(console, Table("metric", "mean over final seeds"), list(metrics(row).items()))


def _print_trials(console: Console, trials: pd.DataFrame, row: pd.Series, floor: float) -> None:
    of_phase = {phase: trials[trials["phase"] == phase] for phase in ("final", "tune")}
    _print_table(console, Table(*FINAL_HEADER), list(finals(_columns(of_phase["final"].sort_values("seed")))))
    _print_table(console, Table(*TUNING_HEADER), list(tuning(_columns(of_phase["tune"]), row["lr"], floor)))


def _columns(trials: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): column.tolist() for name, column in trials.items()}


def _print_curves(console: Console, run: RunData, analysis: Analysis, pairing_id: str) -> None:
    task = str(row_at(analysis.pairings, pairing_id)["task"])
    shown_ids = {"this pairing": pairing_id}
    if (reference := analysis.references.get(task)) and reference != pairing_id:
        shown_ids["reference"] = reference
    curves = {name: final_curves(run, id_).median for name, id_ in shown_ids.items() if final_curves(run, id_).n_seeds}
    if not curves:
        return
    low, high = min(map(np.min, curves.values())), max(map(np.max, curves.values()))
    say(
        console,
        f"median validation score over final seeds, epoch by epoch, {format_score(low)} to {format_score(high)}",
    )
    for name, curve in curves.items():
        say(
            console,
            f"{name:<13} {_spark(console, curve, float(low), float(high))} {format_score(float(curve[-1]))}",
            indent=2,
        )


def _spark(console: Console, curve: NDArray[np.float64], low: float, high: float) -> str:
    return sparkline(curve, low, high, width=max(console.width - 24, 10), ascii_only=is_ascii(console))


def _print_table(console: Console, table: Table, rows: Sequence[tuple[str, ...]]) -> None:
    table.box, table.show_edge, table.pad_edge, table.header_style = box.SIMPLE_HEAD, False, False, "bold"
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(shown(console, cell) for cell in row))
    console.print(table)
    console.print()
