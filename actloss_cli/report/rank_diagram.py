"""Critical-difference diagram of a role: mean ranks on an axis, a bar under each group that is not told apart."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from actloss_cli.analysis.ranks import ALPHA, Ranks
from actloss_cli.report.canvas import (
    COLUMN_IN,
    FINE_SIZE,
    GREY,
    LINE_IN,
    SMALL_SIZE,
    drawable,
    new_figure,
    set_note,
    set_title,
    widest_in,
)
from actloss_cli.report.escape import fold_label
from actloss_cli.report.terminal_ranks import finding, how_to_read

_LONGEST = 24
"""Characters in a line of a level's label."""
_AXIS_IN = 1.7
_MOST_TICKS = 8
_COLOUR = "black"
"""No verdict's."""


def draw_ranks(ranks: Ranks) -> Figure:
    """The better half of the levels is labelled on the left, the others on the right (Demsar, 2006)."""
    labels = ["\n".join(fold_label(drawable(level), _LONGEST)) for level in ranks.levels]
    lines = [label.split("\n") for label in labels]
    label_in = max(widest_in(label, SMALL_SIZE) for label in lines) + 0.5
    row_in = LINE_IN * 1.4 * SMALL_SIZE * max(map(len, lines)) + 0.04
    # A bar takes as much height as a label: the library counts both in the same unit.
    n_rows = (len(labels) + 1) // 2 + len(ranks.groups)
    figure = new_figure(max(_AXIS_IN + 2 * label_in, COLUMN_IN), row_in * n_rows + 1.4)
    axes = figure.add_subplot()
    pairwise_p = ranks.pairwise_p if ranks.friedman_p < ALPHA else np.ones_like(ranks.pairwise_p)
    # With it comes seaborn: a second that most reports can do without, as few have tasks enough.
    from scikit_posthocs import critical_difference_diagram  # noqa: PLC0415

    critical_difference_diagram(
        pd.Series(ranks.mean_rank, labels),
        pd.DataFrame(pairwise_p, labels, labels),
        alpha=ALPHA,
        ax=axes,
        label_fmt_left="{label}  {rank:.2f} ",
        label_fmt_right=" {rank:.2f}  {label}",
        label_props={"fontsize": SMALL_SIZE},
        marker_props={"s": 14, "color": _COLOUR},
        elbow_props={"color": GREY, "linewidth": 0.8},
        crossbar_props={"color": _COLOUR, "linewidth": 3, "solid_capstyle": "round"},
    )
    axes.set_xlim(1, len(labels))
    axes.set_xticks(np.unique(np.linspace(1, len(labels), min(len(labels), _MOST_TICKS)).round()))
    axes.xaxis.set_label_position("top")
    axes.tick_params(labelsize=FINE_SIZE)
    axes.set_xlabel("mean rank, 1 is best", fontsize=FINE_SIZE, color=GREY)
    axes.spines["top"].set_visible(True)
    set_title(figure, finding(ranks))
    set_note(figure, how_to_read(ranks))
    return figure
