"""A claim's figure: the effect on each task with its interval, and the part of the axis where the claim holds."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from actloss_cli.claims.outcome import Outcome
from actloss_cli.report.canvas import FINE_SIZE, GREY, LINE_IN, SMALL_SIZE, drawable, new_figure, set_note, set_title
from actloss_cli.report.claims_sentences import compared, counts_text
from actloss_cli.report.claims_view import RESULT_STYLES
from actloss_cli.report.escape import fold_label
from actloss_cli.report.number_format import format_metric

_WIDTH_IN = 5.2
_LONGEST = 32
"""Characters in a line of a task's label."""
_LONGEST_X = 56
"""The same of the label of the axis."""
_MOST_TICKS = 6
_WIDE = 20.0
"""Ratios that span more are marked by powers of ten."""
_MOST = 12
"""Cases that are drawn; of more, those that tell most for the claim."""


def draw_claim(outcome: Outcome) -> Figure | None:
    """None for a fact, and where nothing was measured."""
    cases = [case for case in outcome.cases if math.isfinite(case.effect)]
    if not cases:
        return None
    cases = sorted(cases, key=lambda case: case.p_for)[:_MOST]
    labels = ["\n".join(fold_label(drawable(case.label), _LONGEST)) for case in cases]
    n_lines = sum(label.count("\n") + 1 for label in labels)
    figure = new_figure(_WIDTH_IN, LINE_IN * 1.4 * SMALL_SIZE * n_lines + 0.1 * len(cases) + 1.3)
    axes = figure.add_subplot()
    for place, case in enumerate(cases):
        style = RESULT_STYLES[case.result]
        axes.plot([case.low, case.high], [place, place], color=style.colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot([case.effect], [place], marker="o", markersize=4, color=style.colour)
    if outcome.is_ratio:
        axes.set_xscale("log")
    _shade(axes, outcome)
    _tick(axes, is_ratio=outcome.is_ratio)
    axes.set_yticks(range(len(cases)), labels, fontsize=SMALL_SIZE)
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.tick_params(axis="x", which="both", labelsize=FINE_SIZE)
    label = fold_label(drawable(compared(outcome.claim)), _LONGEST_X)
    axes.set_xlabel("\n".join(label), fontsize=SMALL_SIZE)
    set_title(figure, f"{outcome.claim.id}, {outcome.result}: {outcome.claim.text}")
    told = counts_text(outcome)
    set_note(figure, f"Bars are 95 % intervals; the claim holds where it is shaded. {told[0].upper()}{told[1:]}.")
    return figure


def _shade(axes: Axes, outcome: Outcome) -> None:
    """Where the claim holds."""
    low, high = axes.get_xlim()
    start, end = outcome.holds_from, outcome.holds_to
    bounds = [bound for bound in (start, end) if math.isfinite(bound) and not (outcome.is_ratio and bound == 0)]
    low, high = min(low, *bounds), max(high, *bounds)
    margin = 1.05 if outcome.is_ratio else 0.04 * (high - low)
    low, high = (low / margin, high * margin) if outcome.is_ratio else (low - margin, high + margin)
    axes.set_xlim(low, high)
    axes.axvspan(max(start, low), min(end, high), color=RESULT_STYLES["supported"].colour, alpha=0.12, linewidth=0)
    for bound in bounds:
        axes.axvline(bound, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))


def _tick(axes: Axes, *, is_ratio: bool) -> None:
    """Few ticks, in plain numbers; by powers of ten where ratios span several."""
    low, high = axes.get_xlim()
    spans_powers = is_ratio and high / low > _WIDE
    axes.xaxis.set_major_locator(LogLocator(numticks=_MOST_TICKS) if spans_powers else MaxNLocator(_MOST_TICKS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_metric(value)))
    axes.xaxis.set_minor_locator(NullLocator())
