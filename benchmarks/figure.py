"""The page's figure: what a model-step costs each contender, and what a trial costs as there are more of them."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.ticker import FuncFormatter, NullLocator

from actloss_cli.report.canvas import GREY, house_style, new_figure
from benchmarks.bars import ms_per_trial
from benchmarks.contenders.names import ACTLOSS, FLOOR
from benchmarks.measured import Measured
from benchmarks.measurements.agreement import disagreement
from benchmarks.measurements.contest import Contest
from benchmarks.measurements.scaling import Scaling
from benchmarks.spread import Spread, short

OURS, OTHERS, LIMIT = "#0072b2", "#999999", "#d9d9d9"


def write_figure(measured: Measured, path: Path) -> bool:
    """Writes an SVG; False, and nothing, where neither panel was measured."""
    panels = [part for part in (measured.contest, measured.scaling) if part is not None]
    if not panels:
        return False
    with house_style():
        figure = new_figure(7.6, 2.7)
        axes = figure.subplots(1, len(panels), squeeze=False, width_ratios=[1.25, 1][: len(panels)])[0]
        for ax, part in zip(axes, panels, strict=True):
            if isinstance(part, Contest):
                _draw_contest(ax, part)
            else:
                _draw_scaling(ax, part)
        FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return True


def _draw_contest(ax: Axes, contest: Contest) -> None:
    costs = {ACTLOSS: Spread.of([run.timed.us_per_step for run in contest.actloss])}
    costs |= {
        name: Spread.of([t.us_per_step for t in timed])
        for name, timed in contest.others.items()
        if not disagreement(contest.agreement, name)
    }
    names = sorted(costs, key=lambda name: costs[name].median, reverse=True)
    for y, name in enumerate(reversed(names)):
        cost = costs[name]
        color = OURS if name == ACTLOSS else LIMIT if name == FLOOR else OTHERS
        ax.barh(y, cost.median, 0.65, color=color)
        ax.plot([cost.low, cost.high], [y, y], color="black", linewidth=1)
        ax.annotate(short(cost.median), (cost.high, y), (4, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(names)), list(reversed(names)))
    ax.tick_params(axis="y", length=0)
    ax.set_xscale("log")
    ax.set_xlim(1, 2.2 * max(cost.high for cost in costs.values()))
    _plain_numbers(ax, "x")
    ax.set_xlabel("µs per model-step, all workers together (log scale)")
    ax.set_title(f"The same trials, {len(costs.keys() - {FLOOR})} ways", loc="left", fontweight="bold")


def _draw_scaling(ax: Axes, scaling: Scaling) -> None:
    for without_start, color, name in ((False, OURS, "whole command"), (True, GREY, "start taken off")):
        costs = ms_per_trial(scaling, without_start=without_start)
        medians = [cost.median for cost in costs.values()]
        ax.plot(list(costs), medians, "o--" if without_start else "o-", color=color, markersize=4, label=name)
        if not without_start:
            for count, median in zip(costs, medians, strict=True):
                ax.annotate(short(median), (count, median), (0, 6), textcoords="offset points", ha="center")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.margins(0.12, 0.2)
    _plain_numbers(ax, "x")
    _plain_numbers(ax, "y")
    ax.set_xticks(list(scaling.runs))
    ax.set_xlabel("trials in the run (log scale)")
    ax.set_ylabel("ms per trial (log scale)")
    ax.set_title("Cost of a trial", loc="left", fontweight="bold")
    ax.legend(frameon=False)


def _plain_numbers(ax: Axes, which: str) -> None:
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_locator(NullLocator())
