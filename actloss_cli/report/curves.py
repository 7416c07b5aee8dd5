"""Learning curves of a task: the best pairings, and what each of the commonest mismatches looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from actloss_cli.analysis.verdicts import MISMATCHED
from actloss_cli.plan.selection import TARGET_SHARE
from actloss_cli.report.canvas import (
    COLUMN_IN,
    FINE_SIZE,
    GREY,
    LINE_IN,
    SMALL_SIZE,
    cased,
    drawable,
    new_figure,
    set_note,
    set_title,
)
from actloss_cli.report.curve_data import FinalCurves, final_curves, target_score
from actloss_cli.report.escape import fold_label
from actloss_cli.report.frame_rows import row_at, rows_of
from actloss_cli.report.number_format import format_score, score_name
from actloss_cli.report.ranking import best_on_validation, pairing_label, rank_pairings, trained
from actloss_cli.report.verdict_style import style_of
from actloss_cli.store.data import RunData

N_SHOWN = 3
_LABEL = 42
"""Characters in a line of a legend's label; what fits a column."""
_LOOKS = (("-", "o"), ("--", "s"), ("-.", "^"))
"""Dash and marker, which tell the lines of a panel apart; the colour is the verdict's."""
_PANEL_IN = 1.45
_WIDTH = 1.2
"""Of a line, in points."""
_N_MARKERS = 5


@dataclass(frozen=True)
class _Line:
    curves: FinalCurves
    row: pd.Series
    dash: str
    marker: str

    @property
    def label(self) -> str:
        """Who it is, how it ended, and why."""
        name = fold_label(drawable(pairing_label(self.row)), _LABEL)
        n_lost = self.curves.n_diverged
        lost = f", {n_lost} of {self.curves.n_seeds} seeds non-finite" if n_lost else ""
        cause = f", {self.row['cause_name']}" if self.row["cause_name"] else ""
        end = f"{self.row['verdict']}, test {format_score(self.row['score'])}{lost}{cause}"
        return "\n".join([*name, *fold_label(end, _LABEL)])


def draw_curves(run: RunData, pairings: pd.DataFrame, reference: str | None, title: str) -> Figure | None:
    """Best on validation above, the commonest mismatches below, each on its own scale; None without a final trial.

    Above, of each output and loss the best pairing alone; below, of each cause the pairing of the middle score, so that
    the lines differ. `pairings` are the task's rows of the analysis, `reference` the id of its reference.
    """
    best = _best_of_each_head(pairings)
    mismatched = typical_mismatched(pairings)
    panels = {
        "best on validation, an output and loss each": best,
        "typical of the commonest mismatches": mismatched[~mismatched.index.isin(best.index)],
    }
    shown = {name: chosen for name, chosen in panels.items() if len(chosen)}
    return draw_curve_panels(run, shown, reference, title) if shown else None


def draw_curve_panels(run: RunData, panels: Mapping[str, pd.DataFrame], reference: str | None, title: str) -> Figure:
    """A panel for each name, one above the other, of at most `N_SHOWN` pairings of one task; none is empty."""
    (task,) = {str(task) for chosen in panels.values() for task in chosen["task"]}
    facts = row_at(run.tasks, task)
    floor = float(facts["floor"])
    lines = {name: _lines(run, chosen) for name, chosen in panels.items()}
    axes_of = _draw_panels(lines, int(facts["steps_per_epoch"]))
    target = target_score(run, reference, floor)
    for axes in axes_of:
        _rule(axes, floor, target)
        axes.set_ylabel(f"validation\n{score_name(facts['kind'])}", fontsize=SMALL_SIZE)
    figure = axes_of[0].get_figure(root=True)
    assert figure is not None, "axes of a figure"
    set_title(figure, title)
    note = (
        f"Line: median over final seeds; band: quartiles; colour: verdict. Dotted: the floor, {format_score(floor)}; "
        f"seeds that turned non-finite count as it. Dashed: the target, {100 * TARGET_SHARE:g} % of the reference's "
        f"gain over the floor.{' Scales differ.' if len(panels) > 1 else ''}"
    )
    set_note(figure, note)
    return figure


def _rule(axes: Axes, floor: float, target: float | None) -> None:
    """Target and, where the curves come near it, floor."""
    axes.margins(y=0.08)
    if target is not None:
        axes.axhline(target, color=GREY, linestyle="--", linewidth=1, zorder=0)
    low, high = axes.get_ylim()
    if low - floor < 0.25 * (high - low):
        axes.axhline(floor, color=GREY, linestyle=":", linewidth=1, zorder=0)


def typical_mismatched(pairings: pd.DataFrame) -> pd.DataFrame:
    """Of each of the commonest causes of a task's trained mismatches the pairing in the middle of the ranking.

    At most `N_SHOWN`, the commonest cause first, of equals the one that comes first in the plan.
    """
    pool = trained(pairings)
    pool = pool[pool["verdict"].isin(MISMATCHED) & pool["score"].notna()]
    counts = pool.groupby("cause_name", sort=False).size().sort_values(ascending=False, kind="stable")
    ranked = {cause: rank_pairings(pool[pool["cause_name"] == cause]) for cause in counts.index[:N_SHOWN]}
    return pool.loc[[found.index[len(found) // 2] for found in ranked.values()]]


def _best_of_each_head(pairings: pd.DataFrame) -> pd.DataFrame:
    return best_on_validation(pairings, len(pairings)).drop_duplicates(["output", "loss"]).head(N_SHOWN)


def _lines(run: RunData, pairings: pd.DataFrame) -> list[_Line]:
    return [
        _Line(final_curves(run, pairing_id), row, dash, marker)
        for (pairing_id, row), (dash, marker) in zip(rows_of(pairings), _LOOKS, strict=False)
    ]


def _draw_panels(panels: Mapping[str, Sequence[_Line]], steps_per_epoch: int) -> list[Axes]:
    """One above the other, each with its labels below it, where they cover no curve."""
    legends_in = [_legend_in(lines) for lines in panels.values()]
    ratios = [height for legend_in in legends_in for height in (_PANEL_IN, legend_in)]
    figure = new_figure(COLUMN_IN, sum(ratios) + 0.5 * len(panels) + 0.9)
    grid = figure.add_gridspec(2 * len(panels), 1, height_ratios=ratios)
    drawn: list[Axes] = []
    for place, (name, lines) in enumerate(panels.items()):
        first = drawn[0] if drawn else None
        axes = figure.add_subplot(grid[2 * place], sharex=first)
        axes.set_title(name, loc="left", fontsize=SMALL_SIZE, fontweight="bold")
        axes.tick_params(labelsize=SMALL_SIZE)
        for i, line in enumerate(lines):
            _draw(axes, line, steps_per_epoch, i)
        axes.set_xlabel("training steps (minibatches)", fontsize=SMALL_SIZE)
        labels = figure.add_subplot(grid[2 * place + 1])
        labels.set_axis_off()
        legend = labels.legend(
            handles=axes.lines[: len(lines)],
            loc="upper left",
            fontsize=FINE_SIZE,
            frameon=False,
            borderaxespad=0,
            borderpad=0,
            handlelength=3,
        )
        legend.set_in_layout(False)  # its room is reckoned above; a long label must not squeeze the curves
        drawn.append(axes)
    return drawn


def _legend_in(lines: Sequence[_Line]) -> float:
    """Height of these lines' labels."""
    return LINE_IN * FINE_SIZE * sum(1.25 * (line.label.count("\n") + 1) + 0.6 for line in lines)


def _draw(axes: Axes, line: _Line, steps_per_epoch: int, place: int) -> None:
    curves = line.curves
    steps = [steps_per_epoch * (epoch + 1) for epoch in range(len(curves.median))]
    colour = style_of(line.row["verdict"]).colour
    every = max(len(steps) // _N_MARKERS, 1)
    axes.plot(
        steps,
        curves.median,
        color=colour,
        linestyle=line.dash,
        linewidth=_WIDTH,
        path_effects=cased(colour, _WIDTH),
        marker=line.marker,
        markersize=3.5,
        markeredgecolor=GREY,
        markeredgewidth=0.5,
        markevery=(place * every // N_SHOWN, every),
        label=line.label,
    )
    axes.fill_between(steps, curves.lower_quartile, curves.upper_quartile, color=colour, alpha=0.3, linewidth=0)
