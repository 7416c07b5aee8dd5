"""Variance shares in a terminal: for each task what was found in a sentence, then every factor with bars."""

import math
import textwrap

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actloss_cli.analysis.variance_shares import FACTORS, RESPONSES
from actloss_cli.report.number_format import ABSENT
from actloss_cli.report.terminal_text import is_ascii, say, shown

_GAP = 2
"""Between columns: one of padding, one that Rich keeps for the divider."""
_PERCENT = 6
"""Characters of `100 %` and the space behind it."""
_SHORT_BAR, _LONG_BAR = 4, 20
"""Characters of the bar that stands for 100 %."""
_STYLES = ("blue", "yellow")
"""Of the responses' bars."""


def print_variance_shares(console: Console, shares: pd.DataFrame) -> None:
    """Prints `analysis.variance_shares` of as many tasks as the frame has; nothing is cut at 40 characters and more.

    Factors that do not vary have no row.
    """
    for task, of_task in shares.groupby(level="task", sort=False):
        rows = of_task.droplevel("task")
        say(console, shown(console, str(task), "bold"), shown(console, ": where differences come from", "bold"))
        for sentence in filter(None, (finding(rows, 2), rows["note"].iloc[0])):
            say(console, sentence, indent=2)
        if rows["score_share"].notna().any() or rows["speed_share"].notna().any():
            _print_shares(console, rows[rows["df"] > 0])
        console.print()
    say(
        console,
        "Shares of variance (omega squared) over the tuning trials at base-grid learning rates. Score: on validation, "
        "after the last epoch. Speed: 1 / steps to the target, 0 for never. Learning rate: within each optimizer. "
        "Seeds: all that is left.",
    )


def finding(rows: pd.DataFrame, n_named: int) -> str:
    """`score depends most on output x loss (61 %), then on optimizer (9 %); speed most on ...`, or "".

    `rows` are one task's, index `factor`; so many factors are named for each response.
    """
    found: list[str] = []
    for response in RESPONSES:
        leading = leading_factors(rows, response)[:n_named]
        if leading:
            ranked = ", then on ".join(f"{factor} ({format_percent(share)})" for factor, share in leading)
            found.append(f"{response} {'' if found else 'depends '}most on {ranked}")
    return "; ".join(found)


def leading_factors(rows: pd.DataFrame, response: str) -> list[tuple[str, float]]:
    """Factors with their shares in a response, the largest first; of those that round to at least 1 %."""
    shares = rows[f"{response}_share"].sort_values(ascending=False, kind="stable")
    return [(str(factor), float(share)) for factor, share in shares.items() if share >= 0.005]


def format_percent(share: float) -> str:
    """`61 %`; `-` where there is no share."""
    return ABSENT if math.isnan(share) else f"{100 * share:.0f} %"


def _print_shares(console: Console, rows: pd.DataFrame) -> None:
    label = min(max(map(len, FACTORS)), console.width - 2 * (_GAP + _PERCENT + _SHORT_BAR))
    bar = min((console.width - label) // 2 - _GAP - _PERCENT, _LONG_BAR)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
    table.add_column("", width=label, no_wrap=True)
    for response in RESPONSES:
        table.add_column(response, width=_PERCENT + bar, no_wrap=True)
    for factor, row in rows.iterrows():
        cells = [
            _cell(console, float(row[f"{response}_share"]), bar, style)
            for response, style in zip(RESPONSES, _STYLES, strict=True)
        ]
        table.add_row("\n".join(textwrap.wrap(str(factor), label)), *cells)
    console.print(table)


def _cell(console: Console, share: float, bar: int, style: str) -> Text:
    mark = "#" if is_ascii(console) else "█"
    length = 0 if math.isnan(share) else round(share * bar)
    return Text(f"{format_percent(share):>{_PERCENT - 1}} ") + Text(mark * length, style)
