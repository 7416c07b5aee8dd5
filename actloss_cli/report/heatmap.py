"""A cross table as a picture: how much of each cell works, its best score, and a word where nothing does."""

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from actloss_cli.report.canvas import (
    COLUMN_IN,
    FINE_SIZE,
    GREY,
    LINE_IN,
    RGB,
    SMALL_SIZE,
    contrast,
    drawable,
    fold,
    new_figure,
    set_title,
    widest_in,
)
from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.escape import breakable_parts, fold_label
from actloss_cli.report.number_format import format_score
from actloss_cli.report.verdict_style import STYLES, style_of

SHARES = LinearSegmentedColormap.from_list("share that works", ["#FBEFE3", "#A6CDE4", style_of("works").colour])
"""From hardly any to all; cells in which nothing works take their verdict's colour instead."""

_NARROWEST_IN, _WIDEST_IN = 0.51, 1.0
"""Of a cell: what its words need, and what a column's label may make of it."""
_HEIGHT_IN = 0.33
_MANY = 12
"""Columns from which on labels are turned."""
_FOLD = (12, 16)
"""Characters in a line of a level column label: as many as its longest part has, within these."""
_LONGEST = 36
"""Likewise of any other label."""
_KEY_IN = 1.1
"""Width of a colour's explanation."""


def draw_heatmap(grid: CellGrid, title: str, score: str) -> Figure:
    """Cell colour: share of pairings that work, or the best verdict where none does. `score` names the number."""
    turned = len(grid.columns) > _MANY
    rows = [fold_label(drawable(row), _LONGEST) for row in grid.rows]
    columns = _folded([drawable(label) for label in grid.columns], turned)
    label_in = max(widest_in(lines, SMALL_SIZE) for lines in columns)
    cell_in = _NARROWEST_IN if turned else min(max(label_in + 0.06, _NARROWEST_IN), _WIDEST_IN)
    margin_in = 0.38 + max(widest_in(lines, SMALL_SIZE) for lines in rows)
    header_in = label_in if turned else LINE_IN * 1.3 * SMALL_SIZE * max(map(len, columns))
    figure = new_figure(
        max(cell_in * len(columns) + margin_in, COLUMN_IN), _HEIGHT_IN * len(rows) + header_in + _around_in(grid)
    )
    axes = figure.add_subplot()
    _draw_cells(axes, grid)
    axes.set_xticks(range(len(columns)), ["\n".join(lines) for lines in columns], rotation=90 if turned else 0)
    axes.set_yticks(range(len(rows)), ["\n".join(lines) for lines in rows])
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    axes.set_xlabel(grid.column_role, fontsize=SMALL_SIZE, fontweight="bold")
    axes.set_ylabel(grid.row_role, fontsize=SMALL_SIZE, fontweight="bold")
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, labelsize=SMALL_SIZE, pad=2)
    axes.spines[:].set_visible(False)
    set_title(figure, title)
    _explain(figure, grid, score)
    return figure


def _folded(columns: list[str], turned: bool) -> list[list[str]]:
    longest = max((len(part.rstrip()) for label in columns for part in breakable_parts(label)), default=0)
    n_chars = _LONGEST if turned else min(max(longest, _FOLD[0]), _FOLD[1])
    return [fold_label(label, n_chars) for label in columns]


def _draw_cells(axes: Axes, grid: CellGrid) -> None:
    for i, row in enumerate(grid.rows):
        for j, column in enumerate(grid.columns):
            cell = grid.cells.get((row, column))
            if cell is None:
                axes.text(j, i, "-", ha="center", va="center", fontsize=FINE_SIZE, color=GREY)
                continue
            colour = cell_colour(cell)
            axes.add_patch(Rectangle((j - 0.48, i - 0.47), 0.96, 0.94, facecolor=colour))
            score = f"{format_score(cell.score)}\n" if cell.n_trainable else ""
            ink = ink_on(colour)
            axes.text(j, i, f"{score}{cell.caption}", ha="center", va="center", fontsize=FINE_SIZE, color=ink)


def cell_colour(cell: Cell) -> RGB:
    """Red, green, blue in 0 to 1: by the share that works, or the best verdict's where nothing does."""
    return SHARES(cell.share)[:3] if cell.n_work else to_rgb(style_of(cell.verdict).colour)


def ink_on(colour: RGB) -> str:
    """Black or white, whichever reads better."""
    return max(("black", "white"), key=lambda ink: contrast(to_rgb(ink), colour))


def _explain(figure: Figure, grid: CellGrid, score: str) -> None:
    keys = _keys(grid)
    n_columns = max(int(figure.get_figwidth() / _KEY_IN), 2)
    figure.legend(
        handles=[key for column in range(n_columns) for key in keys[column::n_columns]],  # legends fill by column
        loc="outside lower left",
        ncols=n_columns,
        fontsize=FINE_SIZE,
        frameon=False,
        handlelength=1.0,
        columnspacing=1.0,
        borderaxespad=0,
        alignment="left",
        title=fold(
            figure, f"{score} of the pairing best on validation; pairings that work / can be trained", FINE_SIZE
        ),
        title_fontsize=FINE_SIZE,
    )


def _keys(grid: CellGrid) -> list[Patch]:
    none_work = {cell.verdict for cell in grid.cells.values() if not cell.n_work}
    shares = ((1.0, "all work"), (0.5, "half"), (0.05, "few"))
    any_work = any(cell.n_work for cell in grid.cells.values())
    keys = [Patch(color=SHARES(share), label=label) for share, label in shares if any_work]
    return keys + [
        Patch(color=style.colour, label=f"none: {style.verdict}") for style in STYLES if style.verdict in none_work
    ]


def _around_in(grid: CellGrid) -> float:
    """Height of what stands above and below the cells."""
    return 1.1 + 0.14 * -(-len(_keys(grid)) * _KEY_IN // COLUMN_IN)
