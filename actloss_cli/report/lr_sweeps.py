"""Score against learning rate, one panel for each optimizer, everything else as in the task's reference."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from actloss_cli.report.canvas import TEXT_SIZE, drawable, fold, new_figure, set_title
from actloss_cli.report.escape import fold_label
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.number_format import format_lr, score_name
from actloss_cli.report.verdict_style import style_of
from actloss_cli.store.data import RunData

_COLUMNS = 4
_LABEL = 26
"""Characters in a line of a panel's title."""


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
    sweeps = []
    for pairing_id, row in rows_of(chosen):
        tune = run.trials[(run.trials["pairing_id"] == pairing_id) & (run.trials["phase"] == "tune")]
        base = _base_grid(run, pairings.index[pairings["optimizer"] == row["optimizer"]])
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
    """A dot for each tune seed, a line through their means, a ring around the chosen rate."""
    n_columns = min(len(sweeps), _COLUMNS)
    n_rows = -(-len(sweeps) // n_columns)
    figure = new_figure(max(2.2 * n_columns + 0.4, 3.6), 2.1 * n_rows + 1.0)
    for place, sweep in enumerate(sweeps, start=1):
        axes = figure.add_subplot(n_rows, n_columns, place, sharey=figure.axes[0] if figure.axes else None)
        _draw(axes, sweep)
        if place % n_columns != 1 and n_columns > 1:
            axes.tick_params(labelleft=False)
    figure.supylabel(f"validation {score_name(kind)}", fontsize=TEXT_SIZE)
    set_title(figure, title)
    note = "Ring: chosen. Shaded: beyond the base grid. Cross: turned non-finite, counts as the floor."
    figure.supxlabel(f"learning rate (log scale)\n{fold(figure, note, TEXT_SIZE)}", fontsize=TEXT_SIZE)
    return figure


def _draw(axes: Axes, sweep: LrSweep) -> None:
    trials = sweep.trials
    colour = style_of("works").colour
    means = trials.groupby("lr")["score"].mean()
    axes.plot(means.index, means, color=colour, linewidth=1.2)
    kept = trials[~trials["diverged"]]
    axes.plot(kept["lr"], kept["score"], "o", color=colour, markersize=3.5)
    lost = trials[trials["diverged"]]
    axes.plot(lost["lr"], lost["score"], "x", color=style_of("fails").colour, markersize=5)
    if sweep.chosen in means.index:
        axes.plot(
            sweep.chosen, means[sweep.chosen], "o", markersize=11, markerfacecolor="none", markeredgecolor="black"
        )
    axes.set_xscale("log")
    ticks = _ticks(means.index.to_numpy(np.float64))
    axes.set_xticks(ticks, [format_lr(lr) for lr in ticks])
    axes.set_xticks([], minor=True)
    axes.margins(0.12)
    _shade_extensions(axes, means.index.to_numpy(np.float64), sweep.base)
    label = [*fold_label(drawable(sweep.optimizer), _LABEL), f"{sweep.verdict}, lr {format_lr(sweep.chosen)}"]
    axes.set_title("\n".join(label), fontsize=TEXT_SIZE, loc="left")


def _shade_extensions(axes: Axes, lrs: NDArray[np.float64], base: NDArray[np.float64]) -> None:
    left, right = axes.get_xlim()
    for added, inner, outer in ((lrs[lrs > base[-1]][:1], base[-1], right), (lrs[lrs < base[0]][-1:], base[0], left)):
        for lr in added:
            axes.axvspan(np.sqrt(lr * inner), outer, color="#E4E4E4", zorder=0, linewidth=0)
    axes.set_xlim(left, right)


def _ticks(lrs: NDArray[np.float64]) -> list[float]:
    """Of the ascending rates that were tried, those far enough apart on the log axis to be labelled."""
    apart = max(np.log(lrs[-1] / lrs[0]) / 4, 1e-9)
    ticks: list[float] = []
    for lr in lrs.tolist():
        if not ticks or np.log(lr / ticks[-1]) >= 0.99 * apart:
            ticks.append(lr)
    return ticks


def _base_grid(run: RunData, pairing_ids: pd.Index) -> NDArray[np.float64]:
    """Learning rates that every tuned pairing of an optimizer was tried at: the rest were added at an edge."""
    trials = run.trials[(run.trials["phase"] == "tune") & run.trials["pairing_id"].isin(pairing_ids)]
    tried = trials.groupby("lr")["pairing_id"].nunique()
    return tried.index[tried == tried.max()].to_numpy(np.float64)
