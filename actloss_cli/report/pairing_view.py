"""One pairing whole in a terminal: its verdict and numbers, every metric, seed and learning rate, its curve."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actloss_cli.analysis.explanations import BETWEEN_NOTICES
from actloss_cli.analysis.judgements import ProbabilityGrade
from actloss_cli.analysis.pairing_row import DTYPES, NAMES
from actloss_cli.analysis.pairings import Analysis
from actloss_cli.report.curve_data import final_curves
from actloss_cli.report.diagnostics_table import print_diagnostics
from actloss_cli.report.findings import unfinished
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.number_format import (
    format_interval,
    format_lr,
    format_metric,
    format_score,
    format_steps,
    score_name,
)
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.sparkline import sparkline
from actloss_cli.report.terminal_text import say, shown, verdict_text
from actloss_cli.report.verdict_style import style_of
from actloss_cli.store.data import RunData


def render_pairing(console: Console, run: RunData, analysis: Analysis, pairing_id: str) -> None:
    """Prints all that is known of one pairing."""
    row = row_at(analysis.pairings, pairing_id)
    trials = run.trials[run.trials["pairing_id"] == pairing_id]
    if label := unfinished(run):
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
        _print_finals(console, trials[trials["phase"] == "final"])
        _print_tuning(console, trials[trials["phase"] == "tune"], row, float(row_at(run.tasks, row["task"])["floor"]))
        print_diagnostics(console, run, pairing_id)
        _print_curves(console, run, analysis, pairing_id)


def _print_explanation(console: Console, row: pd.Series) -> None:
    if row["cause"]:
        say(console, shown(console, "because: ", "bold"), shown(console, row["cause"]))
    for notice in filter(None, row["notices"].split(BETWEEN_NOTICES)):
        say(console, shown(console, "notice: ", "bold"), shown(console, notice))


def _print_judgements(console: Console, row: pd.Series) -> None:
    if not row["score_grade"]:
        return
    rows = [
        ("score", row["score_grade"], f"{format_score(row['relative'])} of the reference's gain"),
        ("speed", row["speed_grade"], _times_the_steps(row["speed_ratio"])),
        ("stability", row["stability_grade"], f"{row['k_bad']} of {row['n_final']} seeds collapsed"),
    ]
    if row["probability_grade"] not in ("", ProbabilityGrade.NONE):
        rows.append(("probability", row["probability_grade"], _probability_evidence(row)))
    _print_table(console, Table("judgement", "", ""), rows)


def _probability_evidence(row: pd.Series) -> str:
    if np.isnan(row["log_loss_ratio"]):
        return f"skill {format_score(row['probability_skill'])}, by Brier scores"
    return f"{format_metric(row['log_loss_ratio'])} times the log loss of the best probabilities"


def _times_the_steps(ratio: float) -> str:
    if np.isinf(ratio):
        return "never at the target that the reference reaches"
    return f"{format_metric(ratio)} times the reference's steps"


def _print_numbers(console: Console, row: pd.Series) -> None:
    lines = {
        f"test {score_name(row['kind'])}": _with_interval(row, "score"),
        "share of the reference's gain": _with_interval(row, "relative"),
        "error against the reference's": format_metric(row["error_ratio"]),
        "learning rate": format_lr(row["lr"]) + (f", at the {row['lr_at_edge']} edge" if row["lr_at_edge"] else ""),
        "steps to target": format_steps(row["steps_to_target"]),
        "validation score, last epoch": format_score(row["validation_score"]),
        "validation score, best epoch": format_score(row["best_validation_score"]),
        "collapse rate at most": format_score(row["collapse_bound"]),
        "trials that diverged": f"{row['n_diverged']:,}",
    }
    _print_table(console, Table("", "", show_header=False), list(lines.items()))


def _with_interval(row: pd.Series, name: str) -> str:
    return f"{format_score(row[name])} ({format_interval(row[f'{name}_low'], row[f'{name}_high'])})"


def _print_metrics(console: Console, row: pd.Series) -> None:
    metrics = [name for name in row.index if name not in (*NAMES, *DTYPES)]
    table = Table("metric", "mean over final seeds")
    _print_table(console, table, [(name, format_metric(row[name])) for name in metrics if pd.notna(row[name])])


def _print_finals(console: Console, finals: pd.DataFrame) -> None:
    table = Table("final seed", "score", "status", "best epoch", "its validation score")
    rows = [
        (
            str(trial["seed"]),
            format_score(trial["score"]),
            _status(trial),
            format_steps(trial["best_epoch"]),
            format_score(trial["best_validation_score"]),
        )
        for _, trial in rows_of(finals.sort_values("seed"))
    ]
    _print_table(console, table, rows)


def _status(trial: pd.Series) -> str:
    epoch = trial["diverged_epoch"]
    return str(trial["status"]) + (f" in epoch {epoch:.0f}" if pd.notna(epoch) else "")


def _print_tuning(console: Console, tune: pd.DataFrame, row: pd.Series, floor: float) -> None:
    table = Table("lr", "mean validation score", "diverged", "seeds", "")
    rows = []
    for lr, group in tune.groupby("lr"):
        # As the choice counts them: non-finite ones, and all below, at the floor.
        mean = float(group["score"].fillna(floor).clip(lower=floor).mean())
        seeds = " ".join(map(format_score, group.sort_values("seed")["score"]))
        chosen = "chosen" if lr == row["lr"] else ""
        rows.append(
            (format_lr(float(str(lr))), format_score(mean), f"{(group['status'] == 'diverged').sum()}", seeds, chosen)
        )
    _print_table(console, table, rows)


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
    return sparkline(curve, low, high, width=max(console.width - 24, 10), ascii_only=console.options.ascii_only)


def _print_table(console: Console, table: Table, rows: Sequence[tuple[str, ...]]) -> None:
    table.box, table.show_edge, table.pad_edge, table.header_style = box.SIMPLE_HEAD, False, False, "bold"
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(*(shown(console, cell) for cell in row))
    console.print(table)
    console.print()
