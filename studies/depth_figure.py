"""Ratios of first to last layer's gradient against depth: theory's as lines, the measured as points, by activation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from actloss_cli.report.canvas import GREY, SMALL_SIZE, TEXT_SIZE, house_style, new_figure, save_figure, set_title
from studies.depth_measured import INITS, Compared

_LOOKS = dict(zip(INITS, (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D")), strict=True))
"""Colour (Okabe and Ito, 2008) and marker by `init`."""
_COLUMNS = 4
_QUANTILES = (0.1, 0.9)
_TICKS = (1, 4, 8, 12, 16)


def write_figure(compared: Sequence[Compared], title: str, stem: Path) -> list[Path]:
    """Writes PNG and SVG, a panel for each activation; networks whose gradient float32 can't hold have no point."""
    activations = list(dict.fromkeys(one.activation for one in compared))
    n_rows = -(-len(activations) // _COLUMNS)
    with house_style():
        figure = new_figure(7.6, 1.8 * n_rows + 0.9)
        panels = figure.subplots(n_rows, _COLUMNS, sharex=True, squeeze=False).ravel()
        for axes, activation in zip(panels, activations, strict=False):
            _draw(axes, [one for one in compared if one.activation == activation])
            axes.set_title(activation, loc="left", fontweight="bold", fontsize=TEXT_SIZE)
        for axes in panels[len(activations) :]:
            axes.set_axis_off()
        set_title(figure, title)
        for axes in panels[max(len(activations) - _COLUMNS, 0) : len(activations)]:
            axes.set_xlabel("hidden layers", fontsize=SMALL_SIZE)
        figure.supylabel(
            "gradient of the weights, first layer over last (a log scale for each panel)", fontsize=TEXT_SIZE
        )
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(INITS), frameon=False, fontsize=TEXT_SIZE)
        return save_figure(figure, stem)


def _draw(axes: Axes, compared: Sequence[Compared]) -> None:
    for init, (colour, marker) in _LOOKS.items():
        chosen = sorted((one for one in compared if one.init == init), key=lambda one: one.depth)
        axes.plot(
            [one.depth for one in chosen], [one.theory.gradient_ratio for one in chosen], color=colour, linewidth=1.1
        )
        shown = [one for one in chosen if not one.is_lost]
        low, high = np.quantile([one.weights for one in shown], _QUANTILES, axis=1)
        depths = [one.depth for one in shown]
        axes.vlines(depths, low, high, color=colour, linewidth=1, alpha=0.7)
        medians = [float(np.median(one.weights)) for one in shown]
        axes.plot(depths, medians, marker, color=colour, markersize=3, label=init)
    axes.axhline(1, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high / low < 100:  # a panel of less than two decades would exaggerate what is noise
        middle = (low * high) ** 0.5
        axes.set_ylim(middle / 10, middle * 10)
    axes.yaxis.set_major_locator(LogLocator(numticks=5))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}" if value != 1 else "1"))
    axes.set_xticks(_TICKS)
    axes.tick_params(labelsize=SMALL_SIZE)
    axes.grid(axis="y", color=GREY, alpha=0.15)
