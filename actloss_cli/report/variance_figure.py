"""Variance shares as a picture: a panel for each task, a row for each factor, a bar each for score and speed."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from actloss_cli.analysis.variance_shares import FACTORS, RESPONSES
from actloss_cli.report.canvas import (
    COLUMN_IN,
    FINE_SIZE,
    GREY,
    PAGE_IN,
    SMALL_SIZE,
    drawable,
    fold,
    new_figure,
    set_title,
)
from actloss_cli.report.escape import fold_label
from actloss_cli.report.number_format import ABSENT, format_share
from actloss_cli.report.variance_table import finding, leading_factors

_FEW = 4
"""Panels that stand in a column of a paper, two in a row; more take its whole width, four in a row."""
_LABEL = 16
"""Characters in a line of a panel's title."""
_ROW_IN = 0.235
_LOOKS = (("#009E73", ""), ("#1A1A1A", "//////"))
"""Colour (Okabe and Ito, 2008) and hatch of each response: either tells them apart, and neither is a verdict's."""
_KEYS = (
    "score: validation R² or balanced accuracy after the last epoch",
    "speed: 1 / training steps to the target, 0 for never",
)
_NOTE = (
    "Omega squared over the tuning trials at base-grid learning rates, which are nested in optimizers. "
    "Seeds: all that is left."
)


def draw_variance_shares(shares: pd.DataFrame) -> Figure | None:
    """Draws `analysis.variance_shares`; a factor without a share in any task has no row, None where no task has one."""
    every = {str(task): rows.droplevel("task") for task, rows in shares.groupby(level="task", sort=False)}
    panels = {task: rows for task, rows in every.items() if _has_share(rows).any()}
    if not panels:
        return None
    factors = [factor for factor in FACTORS if any(_has_share(rows)[factor] for rows in panels.values())]
    width_in, most_columns = (COLUMN_IN, 2) if len(panels) <= _FEW else (PAGE_IN, 4)
    n_columns = min(len(panels), most_columns)
    n_rows = -(-len(panels) // n_columns)
    figure = new_figure(width_in, (_ROW_IN * len(factors) + 0.45) * n_rows + 1.5)
    for place, (task, rows) in enumerate(panels.items(), start=1):
        first = figure.axes[0] if figure.axes else None
        axes = figure.add_subplot(n_rows, n_columns, place, sharex=first, sharey=first)
        _draw(axes, rows.loc[factors])
        if len(panels) > 1:  # the figure's title names a sole task
            label = "\n".join(fold_label(drawable(task), _LABEL))
            axes.set_title(label, fontsize=SMALL_SIZE, loc="left", fontweight="bold")
        if place % n_columns != 1 and n_columns > 1:
            axes.tick_params(labelleft=False)
        if place > len(panels) - n_columns:
            axes.set_xlabel("share of variance (%)", fontsize=FINE_SIZE)
    _scale(figure.axes[0], factors, max(_largest(rows) for rows in panels.values()))
    set_title(figure, _title(panels))
    _explain(figure, [task for task in every if task not in panels])
    return figure


def _has_share(rows: pd.DataFrame) -> "pd.Series[bool]":
    """For each factor, whether it has one in any response."""
    return rows[[f"{response}_share" for response in RESPONSES]].notna().any(axis=1)


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    for offset, response, (colour, hatch) in zip((-0.24, 0.24), RESPONSES, _LOOKS, strict=True):
        percent = 100 * rows[f"{response}_share"].to_numpy(np.float64)
        places = np.arange(len(rows)) + offset
        bars = axes.barh(
            places, np.nan_to_num(percent), height=0.44, facecolor=colour, edgecolor="white", hatch=hatch, linewidth=0
        )
        labels = [ABSENT if np.isnan(value) else f"{value:.0f}" for value in percent]
        axes.bar_label(bars, labels, padding=2, fontsize=FINE_SIZE, color=GREY)
    axes.tick_params(labelsize=FINE_SIZE)
    axes.tick_params(axis="y", length=0)


def _largest(rows: pd.DataFrame) -> float:
    return float(rows[[f"{response}_share" for response in RESPONSES]].max().max())


def _scale(axes: Axes, factors: Sequence[str], largest: float) -> None:
    """Of all panels, which share their axes: half or all of the variance, with room for the longest bar's number."""
    top = 50 if largest <= 0.5 else 100
    axes.set_xlim(0, 1.2 * top)
    axes.set_xticks([0, top // 2, top])
    axes.set_yticks(range(len(factors)), factors)
    axes.set_ylim(len(factors) - 0.5, -0.5)


def _title(panels: Mapping[str, pd.DataFrame]) -> str:
    """What the one task shows, or the factor that leads in most tasks, for each response."""
    if len(panels) == 1:
        ((task, rows),) = panels.items()
        return f"{task}: {finding(rows, 1)}"
    found = {response: leader for response in RESPONSES if (leader := _leader(panels, response))}
    verbs = zip(found.items(), ("depends most on", "on"), strict=False)
    return ", ".join(f"{response} {verb} {leader}" for (response, leader), verb in verbs)


def _leader(panels: Mapping[str, pd.DataFrame], response: str) -> str:
    """`output x loss in 3 of 4 tasks`: the one that leads in the most tasks, of equals the one with larger shares."""
    leaders = [factors[0] for rows in panels.values() if (factors := leading_factors(rows, response))]
    if not leaders:
        return ""
    tasks = pd.DataFrame(leaders, columns=["factor", "share"]).groupby("factor")["share"].agg(["size", "sum"])
    first = tasks.sort_values(["size", "sum"]).iloc[-1]
    return f"{first.name} in {format_share(int(first['size']), len(leaders))} tasks"


def _explain(figure: Figure, without: Sequence[str]) -> None:
    absent = f" Tasks without shares: {', '.join(without)}." if without else ""
    figure.legend(
        handles=figure.axes[0].containers,
        labels=[fold(figure, key, FINE_SIZE) for key in _KEYS],
        loc="outside lower left",
        fontsize=FINE_SIZE,
        frameon=False,
        borderaxespad=0,
        alignment="left",
        title=fold(figure, _NOTE + absent, FINE_SIZE),
        title_fontsize=FINE_SIZE,
    )
