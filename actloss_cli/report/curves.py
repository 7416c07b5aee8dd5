"""Learning curves of a task's best and worst pairings: median and quartiles over final seeds."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from actloss_cli.plan.selection import TARGET_SHARE
from actloss_cli.report.canvas import GREY, SMALL_SIZE, drawable, fold, new_figure, set_title
from actloss_cli.report.curve_data import FinalCurves, final_curves
from actloss_cli.report.escape import fold_label
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.number_format import format_score, score_name
from actloss_cli.report.ranking import best_on_validation, pairing_label, worst_mismatched
from actloss_cli.store.data import RunData

N_SHOWN = 3
_LABEL = 44
"""Characters in a line of a legend's label; what fits a panel."""
_LINES = (("#0072B2", "-", "o"), ("#E69F00", "--", "s"), ("#CC79A7", "-.", "^"))
"""Colour, dash and marker: each tells the lines apart without the others."""


def draw_curves(run: RunData, pairings: pd.DataFrame, reference: str | None, title: str) -> Figure | None:
    """Best on validation left, worst of the mismatched right, one scale; None where no final trial is there.

    `pairings` are the task's rows of the analysis, `reference` the id of its reference.
    """
    best = best_on_validation(pairings, N_SHOWN)
    worst = worst_mismatched(pairings, N_SHOWN)
    parts = {
        "best on validation": best,
        "worst mismatched": worst[worst["score"].notna() & ~worst.index.isin(best.index)],
    }
    parts = {name: part for name, part in parts.items() if len(part)}
    if not parts:
        return None
    facts = row_at(run.tasks, pairings["task"].iloc[0])
    floor = float(facts["floor"])
    target = _target(run, reference, floor)
    figure = new_figure(3.6 * len(parts), 3.9)
    for place, (name, part) in enumerate(parts.items(), start=1):
        axes = figure.add_subplot(1, len(parts), place, sharey=figure.axes[0] if figure.axes else None)
        axes.set_title(name, loc="left")
        for (pairing_id, row), look in zip(rows_of(part), _LINES, strict=False):
            _draw(axes, final_curves(run, pairing_id), row, look, int(facts["steps_per_epoch"]))
        axes.axhline(floor, color=GREY, linestyle=":", linewidth=1, zorder=0)
        if target is not None:
            axes.axhline(target, color=GREY, linestyle="--", linewidth=1, zorder=0)
        axes.set_xlabel("training steps (minibatches)")
        # Below the axes, so that no label ever covers a curve.
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2), fontsize=SMALL_SIZE, frameon=False, borderaxespad=0)
    for axes in figure.axes[1:]:
        axes.tick_params(labelleft=False)
    figure.axes[0].set_ylabel(f"validation {score_name(facts['kind'])}")
    figure.axes[-1].margins(y=0.08)
    set_title(figure, title)
    note = (
        f"Line: median over final seeds; band: quartiles. Dotted: the floor, {format_score(floor)}; seeds that turned "
        f"non-finite count as it. Dashed: the target, {100 * TARGET_SHARE:g} % of the reference's gain over the floor."
    )
    figure.supxlabel(fold(figure, note, SMALL_SIZE), fontsize=SMALL_SIZE, color=GREY, x=0.01, ha="left")
    return figure


def _draw(axes: Axes, curves: FinalCurves, row: pd.Series, look: tuple[str, str, str], steps_per_epoch: int) -> None:
    colour, dash, marker = look
    steps = [steps_per_epoch * (epoch + 1) for epoch in range(len(curves.median))]
    diverged = f", {curves.n_diverged} of {curves.n_seeds} seeds non-finite" if curves.n_diverged else ""
    name = "\n".join(fold_label(drawable(pairing_label(row)), _LABEL))
    label = f"{name}\n{row['verdict']}, test {format_score(row['score'])}{diverged}"
    every = max(len(steps) // 8, 1)
    axes.plot(
        steps,
        curves.median,
        color=colour,
        linestyle=dash,
        linewidth=1.2,
        marker=marker,
        markersize=3,
        markevery=every,
        label=label,
    )
    axes.fill_between(steps, curves.lower_quartile, curves.upper_quartile, color=colour, alpha=0.2, linewidth=0)


def _target(run: RunData, reference: str | None, floor: float) -> float | None:
    """The validation score by which speed is measured."""
    if reference is None:
        return None
    finals = run.trials[(run.trials["pairing_id"] == reference) & (run.trials["phase"] == "final")]
    return floor + TARGET_SHARE * (float(finals["validation_score"].fillna(floor).clip(lower=floor).mean()) - floor)
