"""Critical-difference diagram of a role: mean ranks on an axis, a bar under each group that is not told apart."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scikit_posthocs import critical_difference_diagram

from actloss_cli.analysis.ranks import ALPHA, Ranks
from actloss_cli.report.canvas import GREY, SMALL_SIZE, TEXT_SIZE, drawable, fold, new_figure, set_title
from actloss_cli.report.escape import fold_label
from actloss_cli.report.terminal_ranks import finding, how_to_read

_LONGEST = 40
"""Characters in a line of a level's label."""
_CHARACTER_IN = 0.068
_LINE_IN = 0.14
"""Of a label's text."""
_AXIS_IN = 3.6
_MOST_TICKS = 8
_COLOUR = "#0072B2"


def draw_ranks(ranks: Ranks) -> Figure:
    """The better half of the levels is labelled on the left, the others on the right (Demsar, 2006)."""
    labels = ["\n".join(fold_label(drawable(level), _LONGEST)) for level in ranks.levels]
    lines = [label.split("\n") for label in labels]
    label_in = _CHARACTER_IN * max(len(line) for label in lines for line in label) + 0.5
    row_in = _LINE_IN * max(map(len, lines)) + 0.05
    # A bar takes as much height as a label: the library counts both in the same unit.
    n_rows = (len(labels) + 1) // 2 + len(ranks.groups)
    figure = new_figure(_AXIS_IN + 2 * label_in, row_in * n_rows + 1.3)
    axes = figure.add_subplot()
    pairwise_p = ranks.pairwise_p if ranks.friedman_p < ALPHA else np.ones_like(ranks.pairwise_p)
    critical_difference_diagram(
        pd.Series(ranks.mean_rank, labels),
        pd.DataFrame(pairwise_p, labels, labels),
        alpha=ALPHA,
        ax=axes,
        label_fmt_left="{label}  {rank:.2f} ",
        label_fmt_right=" {rank:.2f}  {label}",
        label_props={"fontsize": TEXT_SIZE},
        marker_props={"s": 14, "color": _COLOUR},
        elbow_props={"color": GREY, "linewidth": 0.8},
        crossbar_props={"color": _COLOUR, "linewidth": 3, "solid_capstyle": "round"},
    )
    axes.set_xlim(1, len(labels))
    axes.set_xticks(np.unique(np.linspace(1, len(labels), min(len(labels), _MOST_TICKS)).round()))
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("mean rank, 1 is best", fontsize=SMALL_SIZE, color=GREY)
    axes.spines["top"].set_visible(True)
    set_title(figure, finding(ranks))
    figure.supxlabel(fold(figure, how_to_read(ranks), SMALL_SIZE), fontsize=SMALL_SIZE, color=GREY, x=0.01, ha="left")
    return figure
