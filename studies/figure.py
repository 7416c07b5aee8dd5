"""The page's figure: each rate of wrong verdicts at the limit with its interval, beside the band that it is held to."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG

from actloss_cli.analysis.verdicts import VerdictName
from actloss_cli.report.canvas import GREY, SMALL_SIZE, drawable, house_style, new_figure
from studies.cases import LIMIT, ONE_SIDE, REAL, SEEDS
from studies.rates import Rate

_LOOKS = dict(zip(SEEDS, (("#0072B2", "o"), ("#E69F00", "s"), ("#CC79A7", "^")), strict=True))
"""Colour (Okabe and Ito, 2008) and marker by the number of seeds."""
_APART = 0.24
"""Of the markers in a row."""
_BAND = "#d9d9d9"


def write_figure(rates: Sequence[Rate], path: Path) -> None:
    """Writes an SVG: a row for each kind of noise and of real scores, a panel for each of the two verdicts."""
    shown = [rate for rate in rates if rate.section in (LIMIT, REAL)]
    settings = list(dict.fromkeys(rate.setting for rate in shown))
    with house_style():
        figure = new_figure(7.6, 0.27 * len(settings) + 1.0)
        panels = figure.subplots(1, 2, sharex=True, sharey=True)
        for axes, verdict in zip(panels, (VerdictName.WORKS, VerdictName.IMPAIRED), strict=True):
            _draw(axes, [rate for rate in shown if rate.event == verdict], settings)
            axes.set_title(f"wrongly called {verdict}", loc="left", fontweight="bold")
            axes.set_xlabel("% of repetitions, with 95 % interval")
        panels[0].set_yticks(range(len(settings)), [drawable(setting) for setting in settings], fontsize=SMALL_SIZE)
        panels[0].set_ylim(len(settings) - 0.5, -0.5)
        panels[0].set_xlim(left=0)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower right", ncols=len(labels), frameon=False, fontsize=SMALL_SIZE)
        FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None})  # type: ignore[no-untyped-call]


def _draw(axes: Axes, rates: Sequence[Rate], settings: Sequence[str]) -> None:
    axes.axvspan(100 * ONE_SIDE.low, 100 * ONE_SIDE.high, color=_BAND, linewidth=0, zorder=0, label="bound")
    for place, (n, (colour, marker)) in enumerate(_LOOKS.items()):
        chosen = [rate for rate in rates if rate.n_seeds == n]
        shares = [rate.share for rate in chosen]
        heights = [settings.index(rate.setting) + _APART * (place - 1) for rate in chosen]
        axes.hlines(heights, [100 * s.low for s in shares], [100 * s.high for s in shares], color=colour, linewidth=1)
        axes.plot(
            [100 * s.mean for s in shares],
            heights,
            marker,
            color=colour,
            markersize=3.5,
            label=f"{n} seeds",
            clip_on=False,
        )
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GREY, alpha=0.15)
