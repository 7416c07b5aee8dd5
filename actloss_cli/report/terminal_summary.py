"""What a reader sees first: each task in at most ten lines, what works and what is mismatched because of what."""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console

from actloss_cli.analysis.pairings import Analysis
from actloss_cli.analysis.task_summary import TaskSummary, summarise_task
from actloss_cli.report.findings import counted
from actloss_cli.report.frame_rows import of_task, rows_of
from actloss_cli.report.number_format import format_score
from actloss_cli.report.ranking import pairing_label
from actloss_cli.report.terminal_text import say, shown

_GROUPS = 4
"""Causes told one by one; the others share a line."""
_COUNT = 8
"""Characters of how many, with the space after it."""
_CAUSE = 28
"""Characters of a cause's name, so that what follows stands in a column where there is room."""


def print_summary(console: Console, analysis: Analysis, tasks: Sequence[str]) -> None:
    """These tasks, one after another."""
    for task in tasks:
        pairings = of_task(analysis.pairings, task)
        console.print()
        say(console, shown(console, f"{task}: ", "bold"), shown(console, counted(pairings), "bold"))
        _print_reference(console, pairings)
        summary = summarise_task(pairings)
        _print_working(console, summary)
        _print_mismatched(console, summary)


def _print_reference(console: Console, pairings: pd.DataFrame) -> None:
    for _, row in rows_of(pairings[pairings["is_reference"]]):
        say(console, f"best: {pairing_label(row)}, {format_score(row['score'])}", indent=2)


def _print_working(console: Console, summary: TaskSummary) -> None:
    heads = [f"{head.output} + {head.loss} {head.n_work}/{head.n_trained}" for head in summary.working]
    if heads:
        say(console, f"work: {_fitting(heads, 2 * console.width - 20)}", indent=2)


def _print_mismatched(console: Console, summary: TaskSummary) -> None:
    if not summary.mismatched:
        return
    say(console, "mismatched, because of:", indent=2)
    for group in summary.mismatched[:_GROUPS]:
        start = f"{group.cause_name:<{_CAUSE}}  "
        functions = _fitting(list(group.functions), console.width - _COUNT - len(start) - 14)
        say(console, start + functions, indent=_COUNT, lead=f"{group.n:>6}")
    if rest := summary.mismatched[_GROUPS:]:
        names = _fitting([group.cause_name for group in rest], console.width - _COUNT - 14)
        say(console, names, indent=_COUNT, lead=f"{sum(group.n for group in rest):>6}")


def _fitting(names: list[str], width: int) -> str:
    """As many as fit, the first in any case: `a, b and 3 more`."""
    n = 1
    while n < len(names) and len(", ".join(names[: n + 1])) <= width:
        n += 1
    more = f" and {len(names) - n} more" if len(names) > n else ""
    return ", ".join(names[:n]) + more
