"""Score against learning rate, one panel for each optimizer, everything else as in the task's reference."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from actloss_cli.report.canvas import (
    COLUMN_IN,
    FINE_SIZE,
    GREY,
    LINE_IN,
    PAGE_IN,
    SMALL_SIZE,
    cased,
    drawable,
    new_figure,
    set_note,
    set_title,
)
from actloss_cli.report.escape import fold_label
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.number_format import format_lr, score_name
from actloss_cli.report.verdict_style import style_of
from actloss_cli.store.data import RunData

_FEW = 6
"""Panels that stand in a column of a paper; more take its whole width."""
_LABEL = 24
"""Characters in a line of a panel's title."""
_GAPS = 3
"""Between labels of rates."""
_PANEL_IN = 1.15
_WIDTH = 1.2
"""Of a line, in points."""


@dataclass(frozen=True)
class LrSweep:
    """The tune trials of one pairing; L learning rates, ascending."""

    optimizer: str
    verdict: str
    chosen: float
    trials: pd.DataFrame
    """lr, score (at the floor where non-finite or below it), diverged."""
    base: NDArray[np.float64]
    """The base grid, ascending; rates beyond it were added at an edge."""


def lr_sweeps(run: RunData, pairings: pd.DataFrame, reference: str) -> list[LrSweep]:
    """One for each optimizer that the task pairs with the reference's activation, output and loss."""
    like = row_at(pairings, reference)[["activation", "output", "loss"]]
    chosen = pairings[(pairings[like.index] == like).all(axis=1)]
    floor = float(row_at(run.tasks, row_at(pairings, reference)["task"])["floor"])
    all_tune = run.trials[(run.trials["phase"] == "tune") & run.trials["pairing_id"].isin(pairings.index)]
    optimizers = all_tune["pairing_id"].map(pairings["optimizer"])
    sweeps = []
    for pairing_id, row in rows_of(chosen):
        like_it = all_tune[optimizers == row["optimizer"]]
        base = _base_grid(like_it)
        tune = like_it[like_it["pairing_id"] == pairing_id]
        trials = pd.DataFrame(
            {
                "lr": tune["lr"],
                "score": tune["score"].fillna(floor).clip(lower=floor),
                "diverged": tune["status"] == "diverged",
            }
        )
        if len(trials):
            sweeps.append(
                LrSweep(str(row["optimizer"]), str(row["verdict"]), float(row["lr"]), trials.sort_values("lr"), base)
            )
    return sweeps


def draw_lr_sweeps(sweeps: list[LrSweep], kind: str, title: str) -> Figure:
    """A dot for each tune seed, a line through their means in the verdict's colour, a ring around the chosen rate."""
    width_in, most_columns = (COLUMN_IN, 2) if len(sweeps) <= _FEW else (PAGE_IN, 4)
    n_columns = min(len(sweeps), most_columns)
    n_rows = -(-len(sweeps) // n_columns)
    titles = [_panel_title(sweep) for sweep in sweeps]
    title_in = LINE_IN * 1.25 * SMALL_SIZE * max(map(len, titles))
    figure = new_figure(width_in, (_PANEL_IN + title_in) * n_rows + 0.95)
    for place, (sweep, lines) in enumerate(zip(sweeps, titles, strict=True), start=1):
        axes = figure.add_subplot(n_rows, n_columns, place, sharey=figure.axes[0] if figure.axes else None)
        _draw(axes, sweep)
        axes.set_title("\n".join(lines), fontsize=SMALL_SIZE, loc="left")
        if place % n_columns != 1 and n_columns > 1:
            axes.tick_params(labelleft=False)
    figure.supylabel(f"validation {score_name(kind)}", fontsize=SMALL_SIZE)
    set_title(figure, title)
    set_note(
        figure,
        "Across: learning rate, log scale. Dot: a tune seed; line: their mean, in the verdict's colour. Ring: chosen. "
        "Shaded: beyond the base grid. Cross: turned non-finite, counts as the floor.",
    )
    return figure


def _panel_title(sweep: LrSweep) -> list[str]:
    return [*fold_label(drawable(sweep.optimizer), _LABEL), f"{sweep.verdict}, lr {format_lr(sweep.chosen)}"]


def _draw(axes: Axes, sweep: LrSweep) -> None:
    trials = sweep.trials
    colour = style_of(sweep.verdict).colour
    means = trials.groupby("lr")["score"].mean()
    axes.plot(means.index, means, color=colour, linewidth=_WIDTH, path_effects=cased(colour, _WIDTH))
    kept = trials[~trials["diverged"]]
    axes.plot(kept["lr"], kept["score"], "o", color=colour, markersize=3.5, markeredgecolor=GREY, markeredgewidth=0.5)
    lost = trials[trials["diverged"]]
    axes.plot(lost["lr"], lost["score"], "x", color="black", markersize=4.5)
    if sweep.chosen in means.index:
        axes.plot(sweep.chosen, means[sweep.chosen], "ko", markersize=9, markerfacecolor="none")
    axes.set_xscale("log")
    labelled = _labelled(means.index.to_numpy(np.float64))
    axes.set_xticks(means.index, [format_lr(lr) if lr in labelled else "" for lr in means.index])
    axes.set_xticks([], minor=True)
    axes.tick_params(labelsize=FINE_SIZE)
    axes.margins(0.12)
    _shade_extensions(axes, means.index.to_numpy(np.float64), sweep.base)


def _shade_extensions(axes: Axes, lrs: NDArray[np.float64], base: NDArray[np.float64]) -> None:
    left, right = axes.get_xlim()
    for added, inner, outer in ((lrs[lrs > base[-1]][:1], base[-1], right), (lrs[lrs < base[0]][-1:], base[0], left)):
        for lr in added:
            axes.axvspan(np.sqrt(lr * inner), outer, color="#E4E4E4", zorder=0, linewidth=0)
    axes.set_xlim(left, right)


def _labelled(lrs: NDArray[np.float64]) -> list[float]:
    """Of the ascending rates that were tried, those far enough apart on the log axis for labels."""
    apart = max(np.log(lrs[-1] / lrs[0]) / _GAPS, 1e-9)
    labelled: list[float] = []
    for lr in lrs.tolist():
        if not labelled or np.log(lr / labelled[-1]) >= 0.99 * apart:
            labelled.append(lr)
    return labelled


def _base_grid(tune: pd.DataFrame) -> NDArray[np.float64]:
    """Of an optimizer's tune trials those rates at which every pairing was tried: the rest were added at an edge."""
    tried = tune.groupby("lr")["pairing_id"].nunique()
    return tried.index[tried == tried.max()].to_numpy(np.float64)
