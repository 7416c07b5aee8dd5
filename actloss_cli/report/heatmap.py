"""A cross table as a picture: how much of each cell works, its best score, and a word where nothing does."""

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from actloss_cli.report.canvas import GREY, SMALL_SIZE, TEXT_SIZE, drawable, fold, new_figure, set_title
from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.escape import fold_label
from actloss_cli.report.number_format import format_score
from actloss_cli.report.verdict_style import STYLES, style_of

SHARES = LinearSegmentedColormap.from_list("share that works", ["#FBEFE3", "#A6CDE4", style_of("works").colour])
"""From hardly any to all; cells in which nothing works take their verdict's colour instead."""

_WIDE_IN, _NARROW_IN = 0.86, 0.56
_HEIGHT_IN = 0.42
_MANY = 12
"""Columns from which on labels are turned and cells narrow."""
_FOLD = 12
"""Characters in a line of a level column label in a line; what fits `_WIDE_IN`."""
_LONGEST = 36
"""Likewise of any other label."""


def draw_heatmap(grid: CellGrid, title: str, score: str) -> Figure:
    """Cell colour: share of pairings that work, or the best verdict where none does. `score` names the number."""
    turned = len(grid.columns) > _MANY
    row_labels = ["\n".join(fold_label(drawable(row), _LONGEST)) for row in grid.rows]
    column_labels = ["\n".join(fold_label(drawable(label), _LONGEST if turned else _FOLD)) for label in grid.columns]
    cell_in = _NARROW_IN if turned else _WIDE_IN
    margin_in = 0.5 + 0.068 * max(len(line) for label in row_labels for line in label.split("\n"))
    header_in = (
        0.068 * max(map(len, column_labels)) if turned else 0.14 * max(label.count("\n") + 1 for label in column_labels)
    )
    figure = new_figure(
        max(cell_in * len(grid.columns) + margin_in + 0.1, 3.5), _HEIGHT_IN * len(grid.rows) + header_in + 1.35
    )
    axes = figure.add_subplot()
    _draw_cells(axes, grid, SMALL_SIZE if not turned else SMALL_SIZE - 1)
    axes.set_xticks(range(len(grid.columns)), column_labels, rotation=90 if turned else 0)
    axes.set_yticks(range(len(grid.rows)), row_labels)
    axes.set(xlim=(-0.5, len(grid.columns) - 0.5), ylim=(len(grid.rows) - 0.5, -0.5))
    axes.set_xlabel(grid.column_role, fontweight="bold")
    axes.set_ylabel(grid.row_role, fontweight="bold")
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    set_title(figure, title)
    _explain(figure, grid, score)
    return figure


def _draw_cells(axes: Axes, grid: CellGrid, size: float) -> None:
    for i, row in enumerate(grid.rows):
        for j, column in enumerate(grid.columns):
            cell = grid.cells.get((row, column))
            if cell is None:
                axes.text(j, i, "-", ha="center", va="center", fontsize=size, color=GREY)
                continue
            colour = _colour(cell)
            axes.add_patch(Rectangle((j - 0.48, i - 0.47), 0.96, 0.94, facecolor=colour))
            score = f"{format_score(cell.score)}\n" if cell.n_trainable else ""
            axes.text(j, i, f"{score}{cell.caption}", ha="center", va="center", fontsize=size, color=_ink(colour))


def _colour(cell: Cell) -> tuple[float, float, float]:
    return SHARES(cell.share)[:3] if cell.n_work else to_rgb(style_of(cell.verdict).colour)


def _ink(colour: tuple[float, float, float]) -> str:
    """Black or white, by the contrast ratio that WCAG 2.1 defines on relative luminance."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def _explain(figure: Figure, grid: CellGrid, score: str) -> None:
    none_work = {cell.verdict for cell in grid.cells.values() if not cell.n_work}
    shares = ((1.0, "all work"), (0.5, "half"), (0.05, "few"))
    any_work = any(cell.n_work for cell in grid.cells.values())
    keys = [Patch(color=SHARES(share), label=label) for share, label in shares if any_work]
    keys += [
        Patch(color=style.colour, label=f"none: {style.verdict}") for style in STYLES if style.verdict in none_work
    ]
    n_columns = max(int(figure.get_figwidth() / 1.2), 2)
    figure.legend(
        handles=[key for column in range(n_columns) for key in keys[column::n_columns]],  # legends fill by column
        loc="outside lower left",
        ncols=n_columns,
        fontsize=SMALL_SIZE,
        frameon=False,
        handlelength=1.0,
        columnspacing=1.0,
        alignment="left",
        title=fold(
            figure, f"{score} of the pairing best on validation; pairings that work / can be trained", TEXT_SIZE
        ),
        title_fontsize=TEXT_SIZE,
    )
