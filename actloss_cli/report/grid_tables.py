"""A task's cross tables as people paste them: Markdown for a README, LaTeX for a paper."""

import re

import pandas as pd

from actloss_cli.report import markdown
from actloss_cli.report.cell_grid import Cell, CellGrid
from actloss_cli.report.escape import printable
from actloss_cli.report.number_format import format_score

_NOT_TEXT = str.maketrans({"<": r"\textless ", ">": r"\textgreater ", "|": r"\textbar "})
"""What the default fonts of LaTeX print as something else, and pandas leaves alone."""
_OPTION = re.compile(r"^(?=[\[*])", re.MULTILINE)
r"""Before a row that the `\\` or the rule above it would take for its option: `[/red]`, `*`."""


def grid_markdown(grid: CellGrid) -> str:
    """A table with a row of text for each row label; `-` for what the plan leaves out."""
    header = [f"{grid.row_role} \\ {grid.column_role}", *grid.columns]
    rows = [[row, *(_text(grid.cells.get((row, column))) for column in grid.columns)] for row in grid.rows]
    shown = [[markdown.plain(printable(cell)) for cell in cells] for cells in (header, *rows)]
    return markdown.table(shown[0], shown[1:]) + "\n"


def grid_latex(grid: CellGrid) -> str:
    r"""The same as a `tabular` with booktabs' rules; every label is escaped."""
    frame = pd.DataFrame(
        [[printable(_text(grid.cells.get((row, column)))) for column in grid.columns] for row in grid.rows],
        index=[printable(row) for row in grid.rows],
        columns=[printable(column) for column in grid.columns],
    )
    text = str(frame.to_latex(escape=True, column_format="l" + "r" * len(grid.columns)))
    return _OPTION.sub("{}", text.translate(_NOT_TEXT))


def _text(cell: Cell | None) -> str:
    """`0.944 (18/35)`, `0.501 (fails)`, `invalid`."""
    if cell is None:
        return "-"
    return f"{format_score(cell.score)} ({cell.caption})" if cell.n_trainable else cell.caption
